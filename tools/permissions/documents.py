"""The files that the least policies are kept in: `iam/`, one policy document a file, and `docs/permissions.md`."""

import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from modules.settings import Settings
from tools.emulator.iam.question import Question
from tools.permissions.declared import declared, looks_of
from tools.permissions.patterns import ACCOUNT, Patterns
from tools.permissions.recording import ROLES
from tools.permissions.statements import Statement, statements

#: Characters of a managed policy, white space not counted:
#: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
MOST_CHARACTERS = 6144
RECORDING = "recorded.jsonl"
VERSION = "2012-10-17"
_HEAD = '{"Version":"2012-10-17","Statement":[]}'

Document = dict[str, Any]


def policies(questions: Mapping[str, Sequence[Question]], *, settings: Settings, account: str) -> dict[str, Document]:
    """Return the policy documents by name, such as ``deployer-1``: for what was asked, and what tools declare.

    Parameters
    ----------
    questions : mapping
        What each role asked.
    settings : Settings
        The settings that the policies are for.
    account : str
        The account of the recording.
    """
    patterns = Patterns.of(settings, recorded_account=account)
    found: dict[str, Document] = {}
    for role in ROLES:
        made = statements(
            [*questions[role], *declared(role, settings=settings, account=account)],
            settings=settings,
            patterns=patterns,
            hold_to_aliases=role == "planner",
            looks=looks_of(role),
        )
        for number, part in enumerate(split(made), start=1):
            found[f"{role}-{number}"] = {"Version": VERSION, "Statement": part}
    return found


def split(made: Iterable[Statement]) -> list[list[Statement]]:
    """Return the statements in as many policies as their size takes, in their order."""
    parts: list[list[Statement]] = [[]]
    size = len(_HEAD)
    for statement in made:
        length = len(json.dumps(statement, separators=(",", ":"))) + 1
        # The account's twelve digits are longer than what stands for them.
        length += 2 * json.dumps(statement).count(ACCOUNT)
        if parts[-1] and size + length > MOST_CHARACTERS:
            parts.append([])
            size = len(_HEAD)
        parts[-1].append(statement)
        size += length
    return parts


def write(folder: Path, questions: Mapping[str, Sequence[Question]], *, settings: Settings, account: str) -> list[Path]:
    """Write recording and policies into a folder, in place of those that it holds; return the files.

    Parameters
    ----------
    folder : Path
        Made if missing.
    questions, settings, account
        As `policies` takes them.
    """
    made = policies(questions, settings=settings, account=account)
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob("*.json"):
        old.unlink()
    files = [folder / RECORDING]
    patterns = Patterns.of(settings, recorded_account=account)
    files[0].write_text(_recording(questions, account, patterns), encoding="utf-8")
    for name, document in made.items():
        path = folder / f"{name}.json"
        path.write_text(json.dumps(document, indent=2) + "\n", encoding="utf-8")
        files.append(path)
    return files


def read_recording(path: Path) -> tuple[dict[str, list[Question]], str]:
    """Return the questions of a committed recording by role, and its account."""
    head, *lines = path.read_text(encoding="utf-8").splitlines()
    found: dict[str, list[Question]] = {role: [] for role in ROLES}
    for line in lines:
        roles, action, resource, region, keys = json.loads(line)
        question = Question(
            action=action, resource=resource, region=region, keys={name: tuple(each) for name, each in keys.items()}
        )
        for role in roles:
            found[role].append(question)
    return found, str(json.loads(head)["account"])


def _recording(questions: Mapping[str, Sequence[Question]], account: str, patterns: Patterns) -> str:
    """Return the questions, one of each that policies can tell apart."""
    kept: dict[str, list[str]] = {}
    for role, its_questions in questions.items():
        seen: set[str] = set()
        for question in sorted(its_questions, key=lambda each: (each.action, each.resource, each.region)):
            keys = {name: list(values) for name, values in sorted(question.keys.items())}
            alike = keys | {
                "kms:ResourceAliases": [patterns.alias(each) for each in keys.get("kms:ResourceAliases", [])]
            }
            kind = json.dumps([question.action, patterns.of_question(question), alike])
            if kind not in seen:
                seen.add(kind)
                line = json.dumps([question.action, question.resource, question.region, keys])
                kept.setdefault(line, []).append(role)
    lines = [json.dumps([roles, *json.loads(line)]) for line, roles in sorted(kept.items())]
    return "\n".join([json.dumps({"account": account}), *lines]) + "\n"
