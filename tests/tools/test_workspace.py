import json
from pathlib import Path

import pytest

from tools.errors import ToolError
from tools.paths import PROVIDER_LOCK
from tools.workspace import Workspace, digest_of_stack, emulator_override, write_stack

CONFIGURATION = {"provider": {"aws": [{"alias": "us-east-1", "region": "us-east-1"}, {"alias": "eu-west-1"}]}}


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    source = tmp_path / "out/stacks/platform"
    (source / "assets/function").mkdir(parents=True)
    (source / "assets/function/code.zip").write_text("code")
    (source / "cdk.tf.json").write_text(json.dumps(CONFIGURATION))
    return Workspace(directory=tmp_path / "build/platform", source=source, local=True)


def test_copies_the_whole_stack_with_its_assets(workspace: Workspace) -> None:
    workspace.prepare()
    assert workspace.configuration() == CONFIGURATION
    assert (workspace.directory / "assets/function/code.zip").read_text() == "code"


def test_removes_what_is_no_longer_synthesized(workspace: Workspace) -> None:
    workspace.prepare()
    (workspace.source / "assets/function/code.zip").unlink()
    workspace.prepare()
    assert not (workspace.directory / "assets/function/code.zip").exists()


def test_removes_stale_overrides_and_copies_none(workspace: Workspace) -> None:
    workspace.prepare()
    (workspace.directory / "backend_override.tf.json").write_text("{}")
    (workspace.source / "stray_override.tf.json").write_text("{}")
    workspace.prepare()
    assert [path.name for path in workspace.directory.glob("*_override.tf.json")] == ["emulator_override.tf.json"]


def test_keeps_what_terraform_keeps_there(workspace: Workspace) -> None:
    workspace.directory.mkdir(parents=True)
    kept = ("terraform.tfstate", "terraform.tfstate.backup", "plan.tfplan", "plan.json")
    for name in kept:
        (workspace.directory / name).write_text("mine")
        (workspace.source / name).write_text("not mine")
    (workspace.directory / ".terraform/providers").mkdir(parents=True)
    workspace.prepare()
    assert all((workspace.directory / name).read_text() == "mine" for name in kept)
    assert (workspace.directory / ".terraform/providers").is_dir()


def test_the_lock_file_of_providers_is_the_one_of_the_repository(workspace: Workspace) -> None:
    workspace.directory.mkdir(parents=True)
    for directory in (workspace.directory, workspace.source):
        (directory / ".terraform.lock.hcl").write_text("any provider will do")
    workspace.prepare()
    assert (workspace.directory / ".terraform.lock.hcl").read_bytes() == PROVIDER_LOCK.read_bytes()


def test_what_is_kept_is_forgotten_until_the_stack_is_prepared_again(workspace: Workspace) -> None:
    workspace.prepare()
    workspace.keep(["aws_kms_key.data"])
    (file,) = (
        set(workspace.directory.glob("*.tf.json"))
        - {workspace.directory / "emulator_override.tf.json"}
        - {workspace.directory / "cdk.tf.json"}
    )
    assert json.loads(file.read_text()) == {"removed": [{"from": "aws_kms_key.data", "lifecycle": {"destroy": False}}]}
    workspace.prepare()
    assert not file.exists()


def test_only_on_the_emulator_providers_try_each_call_five_times(workspace: Workspace) -> None:
    workspace.prepare()
    override = json.loads((workspace.directory / "emulator_override.tf.json").read_text())
    assert override["provider"]["aws"] == [
        {"alias": "us-east-1", "max_retries": 5},
        {"alias": "eu-west-1", "max_retries": 5},
    ]
    account = Workspace(directory=workspace.directory, source=workspace.source)
    account.prepare()
    assert not list(account.directory.glob("*_override.tf.json"))


def test_a_provider_without_an_alias_gets_none() -> None:
    assert emulator_override({"provider": {"aws": [{"region": "x"}]}}) == {"provider": {"aws": [{"max_retries": 5}]}}


def test_rejects_a_stack_that_is_not_synthesized(tmp_path: Path) -> None:
    with pytest.raises(ToolError, match="no synthesized stack"):
        Workspace(directory=tmp_path / "a", source=tmp_path / "b").prepare()


def test_the_backend_override_goes_even_when_what_it_is_for_fails(workspace: Workspace) -> None:
    workspace.prepare()
    override = workspace.directory / "backend_override.tf.json"

    def fail() -> None:
        with workspace.local_backend():
            assert json.loads(override.read_text()) == {"terraform": {"backend": {"local": {}}}}
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert not override.exists()


def test_local_state_without_resources_is_none(workspace: Workspace) -> None:
    workspace.directory.mkdir(parents=True)
    state = workspace.directory / "terraform.tfstate"
    assert workspace.local_state() is None
    state.write_text(json.dumps({"resources": [], "outputs": {}}))
    assert workspace.local_state() is None
    state.write_text(json.dumps({"resources": [{}]}))
    assert workspace.local_state() == {"resources": [{}]}
    workspace.forget_local_state()
    assert not state.exists()


def test_rejects_output_that_is_not_what_was_synthesized(workspace: Workspace) -> None:
    synthesized = digest_of_stack(workspace.source)
    expecting = Workspace(directory=workspace.directory, source=workspace.source, expected=synthesized, local=True)
    expecting.prepare()
    expecting.keep(["aws_kms_key.data"])
    assert digest_of_stack(workspace.directory) == synthesized
    (workspace.source / "assets/function/code.zip").write_text("another")
    with pytest.raises(ToolError, match="is not what this command has synthesized"):
        expecting.prepare()


def test_digest_of_a_stack_tells_names_and_content_apart_and_leaves_out_what_terraform_keeps(tmp_path: Path) -> None:
    def digest(**files: str) -> str:
        directory = tmp_path / str(len(list(tmp_path.iterdir())))
        for name, text in files.items():
            (directory / name).parent.mkdir(parents=True, exist_ok=True)
            (directory / name).write_text(text)
        return digest_of_stack(directory)

    one = {"cdk.tf.json": "1", "assets/a/archive.zip": "2"}
    assert digest(**one) != digest(**{"cdk.tf.json": "1", "assets/b/archive.zip": "2"})
    assert digest(**one) != digest(**one | {"assets/a/archive.zip": "3"})
    kept = {".terraform/providers/x": "4", ".terraform.lock.hcl": "5", "plan-1.tfplan": "6", "plan.json": "7"}
    assert digest(**one) == digest(**one | kept)


def test_a_directory_of_another_configuration_has_the_hashes_of_the_providers_too(tmp_path: Path) -> None:
    write_stack(tmp_path / "destruction", CONFIGURATION)
    assert json.loads((tmp_path / "destruction/cdk.tf.json").read_text()) == CONFIGURATION
    assert (tmp_path / "destruction/.terraform.lock.hcl").read_bytes() == PROVIDER_LOCK.read_bytes()
