from collections.abc import Callable
from pathlib import Path

import pytest

from tools.errors import ToolError
from tools.terraform import find_terraform


def test_finds_terraform_on_path(fake_terraform: Callable[..., dict[str, str]], tmp_path: Path) -> None:
    binary = find_terraform(fake_terraform()["PATH"])
    assert binary.path == tmp_path / "bin/terraform"
    assert binary.version == "1.11.4"


@pytest.mark.parametrize("version", ["1.11.0", "1.12.0-beta1", "1.99.3"])
def test_accepts_versions_from_1_11_to_below_2(fake_terraform: Callable[..., dict[str, str]], version: str) -> None:
    assert find_terraform(fake_terraform(version=version)["PATH"]).version == version


@pytest.mark.parametrize("version", ["1.10.5", "0.15.0", "2.0.0", "dev"])
def test_rejects_other_versions_and_says_how_to_get_one(
    fake_terraform: Callable[..., dict[str, str]], version: str
) -> None:
    with pytest.raises(ToolError, match=version) as caught:
        find_terraform(fake_terraform(version=version)["PATH"])
    assert "install Terraform 1.11 or newer from https://developer.hashicorp.com" in (caught.value.advice or "")


def test_rejects_a_path_without_terraform_and_says_how_to_get_it(tmp_path: Path) -> None:
    with pytest.raises(ToolError, match="no terraform on PATH") as caught:
        find_terraform(str(tmp_path))
    assert "put it on PATH" in (caught.value.advice or "")


def test_rejects_a_terraform_that_does_not_run(tmp_path: Path) -> None:
    program = tmp_path / "terraform"
    program.write_text("#!/bin/sh\nexit 3\n")
    program.chmod(0o755)
    with pytest.raises(ToolError, match="does not tell its version"):
        find_terraform(str(tmp_path))
