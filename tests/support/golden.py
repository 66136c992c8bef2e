"""What a change of the code may not move by accident: addresses and physical names, and what reaches AWS.

For each settings file there are two lists: ``NAME.txt`` has the address and the physical name of each resource,
``NAME.sums`` a digest of each block of the output. ``python -m tests.support.golden`` writes them anew, from the
repository's root.
"""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.support.session import SESSION_FOLDER

GOLDEN = Path(__file__).parent.parent / "golden"
ROOT = GOLDEN.parent.parent
#: Settings by the name of their list.
SETTINGS = {"default": ROOT / "config" / "prod.yaml", "every_option": GOLDEN / "every_option.yaml"}
STACKS = ("platform", "state-backend")
#: Arguments that name a resource, the first that it has counts; of others the tag ``Name`` does.
NAMES = ("name", "bucket", "identifier", "alarm_name", "function_name", "dashboard_name", "identifier_prefix")


#: Parts of the output that say what is made; the rest is which providers and backend make it.
SECTIONS = ("resource", "data", "ephemeral", "locals", "check", "output")
Output = dict[str, dict[str, Any]]


@cache
def output_of(settings: Path) -> dict[str, Output]:
    """The JSON of both stacks, which the processes of a session synthesize once."""
    # Slow to import, and every process of the lives imports this file.
    from tests.support.synthesized import made_of  # noqa: PLC0415

    content = yaml.safe_load(settings.read_text(encoding="utf-8"))
    with ExitStack() as stack:
        if SESSION_FOLDER not in os.environ:
            # No test, but the command that writes the files.
            folder = stack.enter_context(tempfile.TemporaryDirectory())
            stack.enter_context(pytest.MonkeyPatch.context()).setenv(SESSION_FOLDER, folder)
        made = made_of(content)
        return {name: json.loads((made / name / "cdk.tf.json").read_text(encoding="utf-8")) for name in STACKS}


def lines_of(settings: Path) -> list[str]:
    """One line for each resource of both stacks: its address, and its physical name if it has one."""
    return sorted(
        f"{stack}: {kind}.{id_} = {_name(body)}"
        for stack, output in output_of(settings).items()
        for kind, blocks in output["resource"].items()
        for id_, body in blocks.items()
    )


def sums_of(settings: Path) -> list[str]:
    """One line for each block of both stacks: its address, and a digest of what it says."""
    return sorted(
        f"{stack}: {section}.{address} = {_digest(body)}"
        for stack, output in output_of(settings).items()
        for section in SECTIONS
        for address, body in _blocks(section, output.get(section, {}))
    )


def golden(file: str) -> list[str]:
    """The committed list."""
    return (GOLDEN / file).read_text(encoding="utf-8").splitlines()


def changes(before: list[str], after: list[str]) -> list[str]:
    """The blocks whose content is another than before, one line each."""
    old, new = (dict(line.partition(" = ")[::2] for line in lines) for lines in (before, after))
    return [f"{address} has changed" for address in sorted(old.keys() | new) if old.get(address) != new.get(address)]


def differences(before: list[str], after: list[str]) -> list[str]:
    """What has become of the resources, in words, one line each; none if nothing has moved."""
    old, new = (dict(line.partition(" = ")[::2] for line in lines) for lines in (before, after))
    gone = [f"{address} is gone: Terraform would destroy it ({old[address]})" for address in sorted(old.keys() - new)]
    come = [f"{address} is new: Terraform would create it ({new[address]})" for address in sorted(new.keys() - old)]
    renamed = [
        f"{address} has another name: {old[address]} became {new[address]}"
        for address in sorted(old.keys() & new)
        if old[address] != new[address]
    ]
    return [*gone, *come, *renamed]


def _blocks(section: str, content: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    if section in ("resource", "data", "ephemeral"):
        yield from ((f"{kind}.{id_}", body) for kind, blocks in content.items() for id_, body in blocks.items())
    else:
        yield from content.items()


def _digest(body: Any) -> str:
    said = {key: value for key, value in body.items() if key != "//"} if isinstance(body, dict) else body
    return sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()[:12]


def _name(body: dict[str, Any]) -> str:
    own = next((body[key] for key in NAMES if key in body), None)
    return str(own or body.get("tags", {}).get("Name", "without a name"))


if __name__ == "__main__":
    for name, settings in SETTINGS.items():
        for ending, lines in (("txt", lines_of(settings)), ("sums", sums_of(settings))):
            (GOLDEN / f"{name}.{ending}").write_text("\n".join(lines) + "\n", encoding="utf-8")
