import json
from pathlib import Path

import pytest

from tools.errors import ToolError
from tools.terraform.configuration import cli_configuration, installation
from tools.terraform.mirror import find_mirror, providers_in

AWS = "registry.terraform.io/hashicorp/aws"


def mirror_in(directory: Path, version: str = "5.100.0") -> Path:
    (directory / AWS / version / "linux_amd64").mkdir(parents=True)
    return directory


def find(tmp_path: Path, *, environ: dict[str, str] | None = None, version: str | None = "5.100.0") -> Path | None:
    return find_mirror(
        environ={"HOME": str(tmp_path / "home"), "XDG_DATA_DIRS": str(tmp_path / "xdg"), **(environ or {})},
        binary=tmp_path / "bin/terraform",
        version=version,
        roots=[tmp_path / "roots"],
    )


def test_finds_none_where_there_is_none(tmp_path: Path) -> None:
    assert find(tmp_path) is None


@pytest.mark.parametrize(
    "place",
    [
        "home/.terraform.d/plugins",
        "home/.local/share/terraform/plugins",
        "xdg/terraform/plugins",
        "bin",
        "bin/plugins",
        "roots",
        "roots/providers",
        "roots/vendor/terraform/mirror",
    ],
)
def test_finds_a_mirror_in_conventional_places_and_three_levels_deep(tmp_path: Path, place: str) -> None:
    mirror = mirror_in(tmp_path / place)
    assert find(tmp_path) == mirror


def test_does_not_search_deeper_than_three_levels(tmp_path: Path) -> None:
    mirror_in(tmp_path / "roots/a/b/c/d")
    assert find(tmp_path) is None


def test_the_variable_wins_over_discovery(tmp_path: Path) -> None:
    mirror_in(tmp_path / "roots")
    named = mirror_in(tmp_path / "named")
    assert find(tmp_path, environ={"MERIDIAN_PROVIDER_MIRROR": str(named)}) == named


def test_rejects_a_named_directory_without_the_provider(tmp_path: Path) -> None:
    with pytest.raises(ToolError, match="MERIDIAN_PROVIDER_MIRROR"):
        find(tmp_path, environ={"MERIDIAN_PROVIDER_MIRROR": str(tmp_path)})


def test_passes_over_a_mirror_of_another_version(tmp_path: Path) -> None:
    mirror_in(tmp_path / "home/.terraform.d/plugins", version="4.0.0")
    mirror = mirror_in(tmp_path / "roots/right")
    assert find(tmp_path) == mirror
    assert find(tmp_path, version=None) == tmp_path / "home/.terraform.d/plugins"


def test_finds_a_packed_mirror(tmp_path: Path) -> None:
    base = tmp_path / "roots" / AWS
    base.mkdir(parents=True)
    (base / "terraform-provider-aws_5.100.0_linux_amd64.zip").touch()
    assert find(tmp_path) == tmp_path / "roots"


def test_the_mirror_serves_what_it_holds_and_the_registry_the_rest(tmp_path: Path) -> None:
    mirror = mirror_in(tmp_path / "mirror")
    (mirror / "registry.terraform.io/hashicorp/random/3.0.0").mkdir(parents=True)
    held = providers_in(mirror)
    assert held == [AWS, "registry.terraform.io/hashicorp/random"]
    text = installation(mirror)
    assert f"include = {json.dumps(held)}" in text
    assert f"exclude = {json.dumps(held)}" in text
    assert json.dumps(str(mirror)) in text


def test_without_a_mirror_the_registry_serves() -> None:
    assert installation(None) == "provider_installation {\n  direct {}\n}\n"


def test_respects_a_configuration_of_the_users_that_exists(tmp_path: Path) -> None:
    users = tmp_path / "users.rc"
    users.write_text("")
    ours = tmp_path / "build/terraform.rc"
    environ = {"TF_CLI_CONFIG_FILE": str(users)}
    assert cli_configuration(environ=environ, file=ours, binary=tmp_path / "terraform") == users
    assert not ours.exists()


def test_replaces_a_configuration_of_the_users_that_does_not_exist(tmp_path: Path) -> None:
    named = mirror_in(tmp_path / "named")
    ours = tmp_path / "build/terraform.rc"
    environ = {"TF_CLI_CONFIG_FILE": str(tmp_path / "missing"), "MERIDIAN_PROVIDER_MIRROR": str(named)}
    assert cli_configuration(environ=environ, file=ours, binary=tmp_path / "terraform") == ours
    assert str(named) in ours.read_text()
