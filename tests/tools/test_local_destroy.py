import io
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from rich.console import Console

from tools.console import Reporter
from tools.local import LocalPlatform

HERE = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:one"
GONE = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:gone"


class NotFoundError(Exception):
    """There is no such secret."""


class Standing:
    """A target whose state has one version of a secret with these labels; whether it is looked at is noted."""

    def __init__(self, *, arn: str, labels: list[str]) -> None:
        self.looked: list[bool] = []
        self._attributes = {"arn": arn, "version_id": "v1", "version_stages": labels}

    def state(self, _stack: str) -> dict[str, Any]:
        version = {"type": "aws_secretsmanager_secret_version", "name": "a"}
        return {
            "resources": [
                version | {"mode": "data", "instances": [{"attributes": {}}]},
                version | {"mode": "managed", "instances": [{"attributes": self._attributes}]},
            ]
        }

    def clients(self, service: str, region: str) -> Any:
        assert (service, region) == ("secretsmanager", "eu-west-1")
        exceptions = SimpleNamespace(ResourceNotFoundException=NotFoundError)
        return SimpleNamespace(describe_secret=self._describe, exceptions=exceptions)

    def backend_arguments(self) -> list[str]:
        return []

    def workspace(self, _stack: str) -> Any:
        return SimpleNamespace(prepared=True)

    def terraform(self, _stack: str) -> Any:
        return SimpleNamespace(init=lambda _arguments: None, destroy=self._destroy)

    def _describe(self, **asked: str) -> dict[str, Any]:
        if asked["SecretId"] == GONE:
            raise NotFoundError
        return {"VersionIdsToStages": {"v1": ["AWSPREVIOUS", "OURS"], "v2": ["AWSCURRENT", "MOVED"]}}

    def _destroy(self, *, refresh: bool) -> int:
        self.looked.append(refresh)
        return 1


@pytest.mark.parametrize(
    ("arn", "labels", "looked"),
    [
        (HERE, ["AWSCURRENT"], False),
        (HERE, ["AWSCURRENT", "OURS"], False),
        (HERE, ["AWSCURRENT", "MOVED"], True),
        (GONE, ["AWSCURRENT", "MOVED"], False),
    ],
)
def test_looks_at_what_stands_only_where_labels_of_secrets_have_moved(
    tmp_path: Path, arn: str, labels: list[str], *, looked: bool
) -> None:
    local = LocalPlatform(
        settings=tmp_path / "settings.yaml",
        build=tmp_path / "build",
        out=tmp_path / "out",
        environ={},
        reporter=Reporter(Console(file=io.StringIO())),
    )
    standing: Any = Standing(arn=arn, labels=labels)
    local.destroy(standing)
    assert standing.looked == [looked]
