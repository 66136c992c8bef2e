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
TABLES = "arn:aws:dynamodb:eu-west-1:123456789012:table/"


class NotFoundError(Exception):
    """There is no such secret, or no such table."""


class Standing:
    """A target whose state has one resource; whether it is looked at is noted."""

    def __init__(self, kind: str, attributes: dict[str, Any]) -> None:
        self.looked: list[bool] = []
        self._kind, self._attributes = kind, attributes

    def state(self, _stack: str) -> dict[str, Any]:
        resource = {"type": self._kind, "name": "a"}
        return {
            "resources": [
                resource | {"mode": "data", "instances": [{"attributes": {}}]},
                resource | {"mode": "managed", "instances": [{"attributes": self._attributes}]},
            ]
        }

    def clients(self, service: str, region: str) -> Any:
        assert region == "eu-west-1"
        exceptions = SimpleNamespace(ResourceNotFoundException=NotFoundError)
        calls = {"secretsmanager": {"describe_secret": self._describe}, "dynamodb": {"describe_table": self._table}}
        return SimpleNamespace(exceptions=exceptions, **calls[service])

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

    @staticmethod
    def _table(**asked: str) -> dict[str, Any]:
        if asked["TableName"] == "gone":
            raise NotFoundError
        return {"Table": {}}

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
    version = {"arn": arn, "version_id": "v1", "version_stages": labels}
    assert looks(tmp_path, Standing("aws_secretsmanager_secret_version", version)) == [looked]


@pytest.mark.parametrize(
    ("name", "replica", "looked"),
    [
        ("stands", [{"region_name": "eu-west-3"}], False),
        ("gone", [{"region_name": "eu-west-3"}], True),
        # A table without replicas that is gone is soon forgotten.
        ("gone", [], False),
    ],
)
def test_looks_where_a_table_with_replicas_is_gone_since_the_provider_would_ask_for_half_an_hour(
    tmp_path: Path, name: str, replica: list[dict[str, str]], *, looked: bool
) -> None:
    table = {"arn": TABLES + name, "name": name, "replica": replica}
    assert looks(tmp_path, Standing("aws_dynamodb_table", table)) == [looked]


def looks(folder: Path, standing: Any) -> list[bool]:
    """Whether each destruction of it looked."""
    local = LocalPlatform(
        settings=folder / "settings.yaml",
        build=folder / "build",
        out=folder / "out",
        environ={},
        reporter=Reporter(Console(file=io.StringIO())),
    )
    local.destroy(standing)
    looked: list[bool] = standing.looked
    return looked
