import io
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from rich.console import Console

from tools.console import Reporter
from tools.local import LocalPlatform


class Standing:
    """A target whose state holds versions of secrets with these labels; whether it is looked at is noted."""

    def __init__(self, *labels: list[str]) -> None:
        self.clients = lambda _service, _region: None
        self.looked: list[bool] = []
        self._labels = labels

    def state(self, _stack: str) -> dict[str, Any]:
        instances = [{"attributes": {"version_stages": labels}} for labels in self._labels]
        return {
            "resources": [
                {"mode": "data", "type": "aws_vpc", "instances": []},
                {"mode": "managed", "type": "aws_secretsmanager_secret_version", "name": "a", "instances": instances},
            ]
        }

    def backend_arguments(self) -> list[str]:
        return []

    def workspace(self, _stack: str) -> Any:
        return SimpleNamespace(prepared=True)

    def terraform(self, _stack: str) -> Any:
        return SimpleNamespace(init=lambda _arguments: None, destroy=self._destroy)

    def _destroy(self, *, refresh: bool) -> int:
        self.looked.append(refresh)
        return 1


@pytest.mark.parametrize(
    ("labels", "looked"),
    [
        ([], False),
        ([["AWSCURRENT"]], False),
        ([["AWSCURRENT"], ["AWSPREVIOUS"]], True),
        ([["AWSCURRENT", "AWSPENDING"]], True),
    ],
)
def test_looks_at_what_stands_only_where_labels_of_secrets_may_have_moved(
    tmp_path: Path, labels: list[list[str]], *, looked: bool
) -> None:
    local = LocalPlatform(
        settings=tmp_path / "settings.yaml",
        build=tmp_path / "build",
        out=tmp_path / "out",
        environ={},
        reporter=Reporter(Console(file=io.StringIO())),
    )
    standing: Any = Standing(*labels)
    local.destroy(standing)
    assert standing.looked == [looked]
