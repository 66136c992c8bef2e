"""The pages of docs/runbooks as programs: their commands are run, and what they promise to show is compared.

A page has numbered steps. The commands of a step are in a block of ``sh``, and what they show in blocks of ``text``
after it: each line must come in the output, in this order, where ``…`` stands for anything. A word in capitals is a
placeholder. The table of the page explains it, or a line of an output gives its value. A paragraph that says
`NOT_TRIED` leads to commands that only AWS can answer: the AWS CLI checks them by its models, and asks nobody.
"""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from tools.paths import ROOT

FOLDER = ROOT / "docs" / "runbooks"
PAGES = {page.stem: page for page in sorted(FOLDER.glob("*.md"))}
AWS_CLI = ROOT / ".venv-awscli" / "bin"
NOT_TRIED = "*Not tried on the emulator"
BLOCK = re.compile(r"^( *)```(\w+)\n(.*?)^\1```$", re.MULTILINE | re.DOTALL)
TABLE = re.compile(r"^\| In the commands \| Put in \|\n\|[-|]+\|\n((?:\|.*\n)+)", re.MULTILINE)
WORD = re.compile(r"\b[A-Z][A-Z_]+\b")
#: Words in capitals that stand for themselves: of AWS, of shells, and variables of `make`.
LITERAL = {
    *("AWS", "RDS", "COUNT", "DESC", "NS", "CNAME", "SZ", "IFS", "PASSWORD", "ID"),
    *("AMAZON_ISSUED", "AWSCURRENT", "ENABLED", "ISSUED", "DNS", "UTC"),
    *("DRY_RUN", "PLANNED", "DRIVER", "FORCE_REASON", "STEP"),
}
#: Targets of `make` that run Terraform on a whole platform, and the test that runs each.
RUN_ELSEWHERE = {
    "deploy": "tests/life/test_compute.py",
    "plan": "tests/life/test_changes.py",
    "recover": "tests/life/test_recovery.py",
}
#: The AWS CLI checks a command by its models before it sends it to a port where nobody listens. The answer is valid
#: as a text and as a map.
BY_THE_MODELS = """
aws() {
  local said
  said=$(env -u HTTP_PROXY -u http_proxy AWS_ACCESS_KEY_ID=nobody AWS_SECRET_ACCESS_KEY=nothing AWS_MAX_ATTEMPTS=1 \\
    aws --endpoint-url http://127.0.0.1:1 "$@" 2>&1 > /dev/null) || true
  case $said in
    *"Could not connect to the endpoint URL"*) echo '{}' ;;
    *) echo "$said" >&2; return 1 ;;
  esac
}
dig() { :; }
PASSWORD=of-nobody
"""
#: Version 1 of the AWS CLI asks SQS elsewhere than AWS_ENDPOINT_URL says.
OF_THE_EMULATOR = """
aws() { command aws --endpoint-url "$AWS_ENDPOINT_URL" "$@"; }
"""
COLOUR = re.compile(r"\x1b\[[0-9;]*m")
Make = Callable[[str, Mapping[str, str]], str]


@dataclass(frozen=True, kw_only=True)
class Step:
    """Commands of a page that belong together."""

    line: int
    commands: str
    #: Lines that they show.
    shows: tuple[str, ...]
    tried: bool


def steps(page: Path) -> list[Step]:
    """The commands of a page, in their order."""
    text, found, end = page.read_text(encoding="utf-8"), list[Step](), 0
    for block in BLOCK.finditer(text):
        indent, kind, body = block.groups()
        lines = tuple(line.removeprefix(indent) for line in body.splitlines())
        if kind == "sh":
            before = text[end : block.start()].strip().rpartition("\n\n")[2]
            line = text.count("\n", 0, block.start()) + 2
            found.append(Step(line=line, commands="\n".join(lines), shows=(), tried=NOT_TRIED not in before))
        elif kind == "text":
            last = found.pop()
            found.append(Step(line=last.line, commands=last.commands, shows=(*last.shows, *lines), tried=last.tried))
        end = block.end()
    return found


def explained(page: Path) -> set[str]:
    """The placeholders that the table of a page explains."""
    table = TABLE.search(page.read_text(encoding="utf-8"))
    rows = table[1].splitlines() if table else []
    return {word for row in rows for word in re.findall(r"`([A-Z_]+)`", row.split("|")[1])}


def placeholders(page: Path) -> set[str]:
    """The placeholders in the commands of a page; the variable of `make REGION=…` is none."""
    commands = "\n".join(step.commands for step in steps(page))
    return set(WORD.findall(re.sub(r"\b[A-Z_]+=(?=[\w\"])", "", commands))) - LITERAL


@dataclass
class Walk:
    """Somebody who does what a page says.

    Parameters
    ----------
    page
        The page.
    facts
        Values by placeholder; what outputs give is added to them.
    environ
        The environment of the commands: that of an emulator.
    folder
        Where they are run.
    make
        Does what `make` does, and gives what it prints: called with the target and the variables.
    before
        What happens in the world before the first step with a command that has this text in it.
    """

    page: Path
    facts: dict[str, str]
    environ: Mapping[str, str]
    folder: Path
    make: Make | None = None
    before: dict[str, Callable[[], object]] = field(default_factory=dict)

    def to_the_end(self) -> None:
        """Run every command of the page, and compare what it shows."""
        for step in steps(self.page):
            self.do(step)

    def do(self, step: Step) -> None:
        for text in [text for text in self.before if text in step.commands]:
            self.before.pop(text)()
        place = f"{self.page.name}:{step.line}"
        commands = self.filled(step.commands)
        output = "".join(self._given(part, step, place) for part in parts(commands))
        lines = iter(" ".join(line.split()) for line in output.splitlines())
        for wanted in step.shows:
            pattern = self.pattern(wanted)
            match = next((match for line in lines if (match := pattern.fullmatch(line))), None)
            assert match, f"{place}: nothing shows {wanted!r} ({pattern.pattern}) in:\n{output}"
            self.facts |= match.groupdict()

    def filled(self, commands: str) -> str:
        """Commands with values for their placeholders."""

        def value(found: re.Match[str]) -> str:
            is_variable = commands[found.end() : found.end() + 1] == "=" and commands[: found.start()].endswith(" ")
            return found[0] if is_variable else self.facts.get(found[0], found[0])

        return WORD.sub(value, commands)

    def pattern(self, wanted: str) -> re.Pattern[str]:
        """What a line that shows this looks like; placeholders without a value yet are groups."""
        groups = set[str]()

        def one(part: str) -> str:
            if part.strip() == "…":
                return ".*?"
            if part in LITERAL or not WORD.fullmatch(part):
                return re.escape(part)
            if part in self.facts:
                return re.escape(self.facts[part])
            if part in groups:
                return f"(?P={part})"
            groups.add(part)
            return rf"(?P<{part}>[^\s\",]+)"

        words = " ".join(wanted.split())
        return re.compile("".join(one(part) for part in re.split(r"( ?… ?|\b[A-Z][A-Z_]+\b)", words)).strip())

    def _given(self, part: str, step: Step, place: str) -> str:
        target, variables = made(part)
        if target:
            assert target in targets(), f"{place}: the Makefile has no {target}"
            if target in RUN_ELSEWHERE:
                return ""
            assert self.make, place
            return self.make(target, variables)
        script = f"set -euo pipefail\n{OF_THE_EMULATOR if step.tried else BY_THE_MODELS}{part}\n"
        environ = {**self.environ, "PATH": f"{AWS_CLI}:{self.environ['PATH']}"}
        ended = subprocess.run(
            ["bash", "-c", script],
            cwd=self.folder,
            env=environ,
            input="yes\n",
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )
        assert ended.returncode == 0, f"{place}: {part}\n{ended.stdout}{ended.stderr}"
        return COLOUR.sub("", ended.stdout)


def parts(commands: str) -> Iterator[str]:
    """The commands of a step, those of `make` each alone."""
    shell = list[str]()
    for line in commands.splitlines():
        if line.startswith("make "):
            if shell:
                yield "\n".join(shell)
            shell = []
            yield line
        else:
            shell.append(line)
    if shell:
        yield "\n".join(shell)


def made(part: str) -> tuple[str, dict[str, str]]:
    """The target and the variables of a command of `make`; nothing for any other."""
    if not part.startswith("make "):
        return "", {}
    _, target, *variables = part.split()
    return target, dict(variable.split("=", 1) for variable in variables)


def targets() -> set[str]:
    """The targets of the Makefile."""
    return set(re.findall(r"^([a-z-]+):.*## ", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
