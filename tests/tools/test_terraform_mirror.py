import json
import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest

from tests.support.region_sets import EIGHT_KEYS, write_settings
from tools.errors import ToolError
from tools.paths import PROVIDER_LOCK, Paths
from tools.target import Target, goes_to_this_machine
from tools.terraform import Terraform, find_terraform
from tools.terraform.configuration import cli_configuration, installation
from tools.terraform.mirror import find_mirror

AWS = "registry.terraform.io/hashicorp/aws"


def mirror_in(directory: Path, version: str = "5.100.0") -> Path:
    (directory / AWS / version / "linux_amd64").mkdir(parents=True)
    return directory


@pytest.fixture(autouse=True)
def usual_umask() -> Iterator[None]:
    """Make files as most systems do: others may read them."""
    before = os.umask(0o022)
    yield
    os.umask(before)


def find(
    tmp_path: Path,
    *,
    environ: dict[str, str] | None = None,
    version: str | None = "5.100.0",
    discover: bool = True,
) -> Path | None:
    return find_mirror(
        environ={"HOME": str(tmp_path / "home"), "XDG_DATA_DIRS": str(tmp_path / "xdg"), **(environ or {})},
        binary=tmp_path / "bin/terraform",
        version=version,
        discover=discover,
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


@pytest.mark.parametrize("mode", [0o777, 0o775, 0o1777])
@pytest.mark.parametrize(
    "place", [".", "registry.terraform.io", AWS, f"{AWS}/5.100.0", f"{AWS}/5.100.0/linux_amd64", "../../roots"]
)
def test_passes_over_a_mirror_that_others_can_write_at_any_level(tmp_path: Path, place: str, mode: int) -> None:
    mirror = mirror_in(tmp_path / "roots/planted")
    above = place == "../../roots"
    (mirror / place).chmod(mode)
    # Above the mirror a sticky directory is safe: nobody but its owner renames the next one.
    assert find(tmp_path) == (mirror if above and mode == 0o1777 else None)


def test_passes_over_a_program_that_others_can_write(tmp_path: Path) -> None:
    mirror = mirror_in(tmp_path / "roots/planted")
    program = mirror / AWS / "5.100.0/linux_amd64/terraform-provider-aws_v5.100.0_x5"
    program.touch(mode=0o755)
    assert find(tmp_path) == mirror
    program.chmod(0o757)
    assert find(tmp_path) is None


def test_passes_over_links_and_owners_that_are_neither_this_user_nor_root(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mirror = mirror_in(tmp_path / "roots/linked")
    package = mirror / AWS / "5.100.0/linux_amd64"
    package.rmdir()
    package.symlink_to(tmp_path)
    assert find(tmp_path) is None
    package.unlink()
    assert find(tmp_path) == mirror
    try:
        os.chown(mirror, 12345, -1)
    except PermissionError:
        monkeypatch.setattr("os.getuid", lambda: 12345)
    assert find(tmp_path) is None


def test_on_an_account_only_a_named_mirror_serves(tmp_path: Path) -> None:
    mirror = mirror_in(tmp_path / "roots")
    assert find(tmp_path, discover=False) is None
    assert find(tmp_path, discover=False, environ={"MERIDIAN_PROVIDER_MIRROR": str(mirror)}) == mirror


@pytest.mark.parametrize(
    ("endpoint", "here"),
    [
        ("http://127.0.0.1:4566", True),
        ("http://localhost:4566", True),
        ("https://sts.amazonaws.com", False),
        ("http://127.0.0.1.example.com", False),
        ("http://10.0.0.1:4566", False),
        ("", False),
    ],
)
def test_only_an_endpoint_on_this_machine_is_no_account(endpoint: str, here: bool) -> None:  # noqa: FBT001
    assert goes_to_this_machine({"AWS_ENDPOINT_URL": endpoint}) is here
    assert not goes_to_this_machine({})


def test_the_mirror_serves_the_aws_provider_and_the_registry_the_rest(tmp_path: Path) -> None:
    mirror = mirror_in(tmp_path / "mirror")
    (mirror / "registry.terraform.io/evil/evil/3.0.0").mkdir(parents=True)
    text = installation(mirror)
    assert f'include = ["{AWS}"]' in text
    assert f'exclude = ["{AWS}"]' in text
    assert json.dumps(str(mirror)) in text


def test_without_a_mirror_nothing_is_written_and_terraform_has_its_own_ways(tmp_path: Path) -> None:
    ours = tmp_path / "build/terraform.rc"
    environ = {"HOME": str(tmp_path)}
    assert cli_configuration(environ=environ, file=ours, binary=tmp_path / "terraform", discover=False) is None
    assert not ours.exists()


def plant(tmp_path: Path, source: str, version: str) -> Path:
    """Put a provider that tells when it is run into a mirror, and return the mirror."""
    system = subprocess.run(
        [find_terraform().path, "version", "-json"], capture_output=True, text=True, check=True, cwd=tmp_path
    )
    package = tmp_path / "mirror/registry.terraform.io" / source / version / json.loads(system.stdout)["platform"]
    package.mkdir(parents=True)
    program = package / f"terraform-provider-{source.rpartition('/')[2]}_v{version}_x5"
    program.write_text(f"#!/bin/sh\ntouch {tmp_path}/ran\n")
    program.chmod(0o755)
    return tmp_path / "mirror"


def initialize(tmp_path: Path, configuration: str, files: dict[str, str]) -> str:
    """Have Terraform prepare a directory that it refuses, and return why."""
    stack = tmp_path / "platform"
    stack.mkdir()
    for name, text in files.items():
        (stack / name).write_text(text)
    (tmp_path / "terraform.rc").write_text(configuration)
    environment = {"PATH": os.environ["PATH"], "TF_CLI_CONFIG_FILE": str(tmp_path / "terraform.rc")}
    with pytest.raises(ToolError) as refused:
        Terraform(stack, environment).init()
    assert "not the provider whose hashes" in str(refused.value.advice)
    assert not (tmp_path / "ran").exists()
    assert (stack / ".terraform.lock.hcl").read_text() == files[".terraform.lock.hcl"]
    return refused.value.message


@pytest.mark.emulator
def test_terraform_refuses_a_planted_provider_by_its_hash_and_does_not_run_it(tmp_path: Path) -> None:
    mirror = plant(tmp_path, "hashicorp/aws", "5.100.0")
    needs = {"required_providers": {"aws": {"source": "hashicorp/aws", "version": "5.100.0"}}}
    content = {"terraform": needs, "provider": {"aws": {"region": "eu-west-1"}}}
    files = {"main.tf.json": json.dumps(content), ".terraform.lock.hcl": PROVIDER_LOCK.read_text()}
    assert "any of the checksums" in initialize(tmp_path, installation(mirror), files)


@pytest.mark.emulator
def test_terraform_refuses_a_provider_that_a_planted_state_asks_for(tmp_path: Path) -> None:
    mirror = plant(tmp_path, "evil/evil", "1.0.0")
    anything = f"provider_installation {{\n  filesystem_mirror {{\n    path = {json.dumps(str(mirror))}\n  }}\n}}\n"
    resource = {
        "mode": "managed",
        "type": "evil_door",
        "name": "back",
        "provider": 'provider["registry.terraform.io/evil/evil"]',
        "instances": [{"schema_version": 0, "attributes": {"id": "1"}}],
    }
    state = {"version": 4, "terraform_version": "1.11.4", "serial": 1, "lineage": "x", "resources": [resource]}
    files = {"main.tf.json": "{}", ".terraform.lock.hcl": "", "terraform.tfstate": json.dumps(state)}
    assert "Provider dependency changes detected" in initialize(tmp_path, anything, files)


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


@pytest.mark.parametrize(
    ("endpoint", "found"),
    [({}, False), ({"AWS_ENDPOINT_URL": "http://127.0.0.1:1"}, True)],
    ids=["account", "emulator"],
)
def test_credentials_of_an_account_go_to_no_provider_that_just_lies_about(
    tmp_path: Path, fake_terraform: Callable[[], dict[str, str]], endpoint: dict[str, str], *, found: bool
) -> None:
    environ = fake_terraform() | endpoint
    mirror_in(Path(environ["HOME"]) / ".terraform.d/plugins")
    paths = Paths(settings=write_settings(tmp_path, EIGHT_KEYS), build=tmp_path / "build/aws", out=tmp_path / "out")
    sts = SimpleNamespace(get_caller_identity=lambda: {"Account": "123456789012"})
    target = Target.in_account(paths=paths, environ=environ, clients=lambda *_: sts)
    assert ("TF_CLI_CONFIG_FILE" in target.environment) is found
    assert paths.terraform_configuration.exists() is found
