import io
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from rich.console import Console

from tools.console import Reporter
from tools.errors import ApplyError, Interrupted
from tools.local import LocalPlatform


class Standing:
    """A target with something in its state, whose destructions are noted."""

    def __init__(self, *failures: BaseException) -> None:
        self.clients = lambda _service, _region: None
        self.destructions: list[bool] = []
        self._failures = list(failures)

    def state(self, _stack: str) -> dict[str, Any]:
        return {"resources": [{"mode": "data"}]}

    def backend_arguments(self) -> list[str]:
        return []

    def workspace(self, _stack: str) -> Any:
        return SimpleNamespace(prepared=True)

    def terraform(self, _stack: str) -> Any:
        return SimpleNamespace(init=lambda _arguments: None, destroy=self._destroy)

    def _destroy(self, *, refresh: bool = True) -> int:
        self.destructions.append(refresh)
        if self._failures:
            raise self._failures.pop(0)
        return 1


@pytest.fixture
def told() -> io.StringIO:
    return io.StringIO()


@pytest.fixture
def local(tmp_path: Path, told: io.StringIO) -> LocalPlatform:
    reporter = Reporter(Console(file=told, width=200))
    return LocalPlatform(
        settings=tmp_path / "s", build=tmp_path / "b", out=tmp_path / "o", environ={}, reporter=reporter
    )


def test_destroys_by_the_state_without_a_look_at_what_stands(local: LocalPlatform) -> None:
    standing: Any = Standing()
    local.destroy(standing)
    assert standing.destructions == [False]


def test_looks_at_what_stands_where_the_state_is_too_old(local: LocalPlatform, told: io.StringIO) -> None:
    standing: Any = Standing(ApplyError("the label is not there"))
    local.destroy(standing)
    assert standing.destructions == [False, True]
    assert "once more, by what stands now: the label is not there" in told.getvalue()


def test_is_not_begun_again_where_it_fails_twice(local: LocalPlatform) -> None:
    standing: Any = Standing(ApplyError("first"), ApplyError("second"))
    with pytest.raises(ApplyError, match="second"):
        local.destroy(standing)
    assert standing.destructions == [False, True]


def test_is_not_begun_again_where_it_is_interrupted(local: LocalPlatform) -> None:
    standing: Any = Standing(Interrupted("by hand"))
    with pytest.raises(Interrupted):
        local.destroy(standing)
    assert standing.destructions == [False]
