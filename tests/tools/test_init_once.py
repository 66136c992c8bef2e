"""What the lives leave out: an init that would do again what it did."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from tests.support.init_once import once
from tools.paths import PROVIDER_LOCK
from tools.terraform import Terraform

Init = Callable[..., int]


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    (tmp_path / PROVIDER_LOCK.name).write_text("locked")
    write(tmp_path, {"terraform": {"backend": {"s3": {}}}, "resource": {"aws_vpc": {"one": {}}}})
    return tmp_path


def write(directory: Path, content: object, name: str = "cdk.tf.json") -> None:
    (directory / name).write_text(json.dumps(content))


@pytest.fixture
def init(directory: Path, monkeypatch: pytest.MonkeyPatch) -> Init:
    """Runs an init with arguments and variables; returns how many there were in all."""
    done: list[Sequence[str]] = []

    def run(_terraform: Terraform, backend_arguments: Sequence[str] = ()) -> None:
        done.append(backend_arguments)
        (directory / ".terraform/providers").mkdir(parents=True, exist_ok=True)
        (directory / ".terraform/terraform.tfstate").write_text(repr(backend_arguments))

    monkeypatch.setattr(Terraform, "init", run)

    def init(*arguments: str, **environment: str) -> int:
        Terraform(directory, environment).init(arguments)
        return len(done)

    return init


def test_what_was_initialized_is_not_again(init: Init, directory: Path) -> None:
    with once():
        assert init("-a") == init("-a") == 1
        # What is planned makes no difference, as long as it is of the same providers.
        write(directory, {"terraform": {"backend": {"s3": {}}}, "resource": {"aws_subnet": {"two": {}}}})
        assert init("-a") == 1
    assert init("-a") == 2


@pytest.mark.parametrize(
    "change",
    [
        lambda folder: write(folder, {"terraform": {"backend": {"local": {}}}}, "backend_override.tf.json"),
        lambda folder: write(folder, {"terraform": {"backend": {"s3": {"key": "x"}}}, "resource": {"aws_vpc": {}}}),
        lambda folder: write(folder, {"resource": {"random_id": {"one": {}}}}, "more.tf.json"),
        lambda folder: (folder / PROVIDER_LOCK.name).write_text("another"),
        lambda folder: (folder / ".terraform/terraform.tfstate").write_text("of somebody else"),
        lambda folder: (folder / ".terraform/providers").rmdir(),
    ],
)
def test_whatever_an_init_depends_on_has_it_run_again(
    init: Init, directory: Path, change: Callable[[Path], object]
) -> None:
    with once():
        assert init("-a") == 1
        change(directory)
        assert init("-a") == init("-a") == 2


def test_other_arguments_and_other_credentials_have_it_run_again(init: Init) -> None:
    with once():
        assert [init("-a"), init("-b"), init("-b", AWS_ACCESS_KEY_ID="x"), init("-a")] == [1, 2, 3, 4]
