"""What was asked of IAM, in a file of the emulator's run: enough to write policies from, and nothing secret."""

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TextIO

from tools.emulator.iam.question import Question

#: Keys whose values the policies may look at; everything else of a request stays unwritten.
KEYS = (
    "aws:RequestTag/Project",
    "iam:AWSServiceName",
    "iam:PassedToService",
    "iam:PermissionsBoundary",
    "iam:PolicyARN",
    "kms:ViaService",
    "kms:GrantIsForAWSResource",
    "kms:ResourceAliases",
)


class Recording:
    """Questions, each written once for each access key.

    Parameters
    ----------
    file : file, optional
        Where to. By default they are forgotten.
    """

    def __init__(self, file: TextIO | None = None) -> None:
        self._file = file
        self._seen: set[str] = set()

    @classmethod
    def at(cls, path: Path | None) -> "Recording":
        """Return the recording that writes to a file, or to none."""
        return cls(path.open("a", encoding="utf-8", buffering=1) if path else None)

    def add(self, access_key: str, questions: Iterable[Question]) -> None:
        """Write the questions of one call."""
        if self._file is None:
            return
        for question in questions:
            entry = {
                "by": access_key,
                "action": question.action,
                "resource": question.resource,
                "region": question.region,
                "keys": {name: list(question.keys[name]) for name in KEYS if name in question.keys},
            }
            line = json.dumps(entry, sort_keys=True)
            if line not in self._seen:
                self._seen.add(line)
                self._file.write(f"{line}\n")


def read(path: Path) -> Iterator[tuple[str, Question]]:
    """Yield the questions in a file, each with the access key of who asked."""
    for line in path.read_text(encoding="utf-8").splitlines():
        entry = json.loads(line)
        keys = {name: tuple(values) for name, values in entry["keys"].items()}
        question = Question(action=entry["action"], resource=entry["resource"], keys=keys, region=entry["region"])
        yield entry["by"], question
