"""What the state says of a new list of regions, before Terraform does."""

from __future__ import annotations

import json
from contextlib import nullcontext
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from modules.areas.state.location import StateLocation
from modules.settings import load_settings
from tests.support.aws_answers import ACCOUNT_ID, ask
from tests.support.region_sets import settings_of, write_settings
from tools.emulator_session import EmulatorSession
from tools.errors import ToolError
from tools.local import LocalPlatform
from tools.paths import BACKEND, PLATFORM, STACKS, Paths
from tools.preflight import Severity, subject_of
from tools.regions_in_state import look_at_regions, require_regions
from tools.synth import Synthesis
from tools.target import Target

EAST, WEST, SOUTH, OHIO = "us-east-1", "us-west-2", "ap-south-1", "us-east-2"


def resource(kind: str, region: str, **attributes: Any) -> dict[str, Any]:
    return {
        "mode": "managed",
        "type": kind,
        "name": f"{region}_{kind}",
        "provider": f'provider["registry.terraform.io/hashicorp/aws"].{region}',
        "instances": [{"attributes": attributes}],
    }


def database(region: str, source: str | None = None) -> dict[str, Any]:
    arn = f"arn:aws:rds:{source}:123456789012:db:main" if source else ""
    return resource("aws_db_instance", region, replicate_source_db=arn)


def backups(source: str, destination: str) -> dict[str, Any]:
    arn = f"arn:aws:rds:{source}:123456789012:db:main"
    return resource("aws_db_instance_automated_backups_replication", destination, source_db_instance_arn=arn)


def copies(region: str, destination: str) -> dict[str, Any]:
    arn = f"arn:aws:backup:{destination}:123456789012:backup-vault:main"
    return resource("aws_backup_plan", region, rule=[{"copy_action": [{"destination_vault_arn": arn}]}])


def replica(region: str) -> list[dict[str, Any]]:
    return [resource("aws_s3_bucket", EAST), resource("aws_s3_bucket", region)]


class Objects:
    """A bucket with the state that was set aside of a region, or with none."""

    def __init__(self, aside: str, service: str, region: str) -> None:
        assert (service, region) == ("s3", EAST)
        self._key = f"{PLATFORM}/lost-{aside}.tfstate"

    def list_objects_v2(self, *, Bucket: str, Prefix: str, ExpectedBucketOwner: str) -> dict[str, Any]:  # noqa: N803
        assert (Bucket, ExpectedBucketOwner) == ("state", ACCOUNT_ID)
        assert self._key.startswith(Prefix)
        return {"Contents": [{"Key": self._key}]}


def target(
    folder: Path,
    *regions: str,
    platform: list[dict[str, Any]],
    backend: list[dict[str, Any]] | None = None,
    aside: str = "",
    **more: Any,
) -> Target:
    settings = load_settings(write_settings(folder, settings_of(*regions, **more)), {})
    paths = Paths(settings=folder / "settings.yaml", build=folder / "build", out=folder / "out")
    for stack in STACKS:
        file = paths.stack_output(stack) / "cdk.tf.json"
        file.parent.mkdir(parents=True, exist_ok=True)
        aliases = [{"alias": name} for name in (*settings.regions, *settings.retired_regions)]
        file.write_text(json.dumps({"provider": {"aws": aliases}, "resource": {"aws_chatbot": {"eu_aws_chatbot": {}}}}))
    states = {PLATFORM: {"resources": platform}, BACKEND: {"resources": backend or replica(regions[1])}}
    place = {"location": StateLocation.of(settings), "bucket": "state", "account_id": ACCOUNT_ID}
    clients = partial(Objects, aside)
    return cast("Target", SimpleNamespace(settings=settings, paths=paths, state=states.get, clients=clients, **place))


def refused(made: Target) -> ToolError:
    with pytest.raises(ToolError) as caught:
        look_at_regions(made)
    return caught.value


GOES: dict[str, Any] = {
    "retired_regions": [OHIO],
    "leaving": {OHIO: {"objects": "keep", "backups": "keep"}},
}
EAST_ONLY = resource("aws_s3_bucket", EAST)
STANDS = [database(EAST), database(OHIO, EAST), backups(EAST, OHIO), copies(EAST, OHIO)]


def test_a_region_that_left_the_settings_is_named_with_the_line_to_write(tmp_path: Path) -> None:
    error = refused(target(tmp_path, EAST, WEST, platform=[*STANDS, database(SOUTH, EAST)], backend=replica(WEST)))
    assert f"1 resource in {SOUTH} and 2 resources in {OHIO}" in error.message
    assert "Provider configuration not present" in error.message
    assert f"retired_regions: [{SOUTH}, {OHIO}]" in str(error.advice)
    with pytest.raises(ToolError, match="Provider configuration not present"):
        require_regions(target(tmp_path, EAST, WEST, platform=[], backend=replica(SOUTH)))


def test_what_the_state_still_has_of_a_lost_region_is_taken_out_first(tmp_path: Path) -> None:
    error = refused(target(tmp_path, EAST, lost_regions=[SOUTH], platform=[database(SOUTH, EAST)], backend=[EAST_ONLY]))
    assert f"{SOUTH}, which the settings say is lost, is still in the state of platform" in error.message
    assert f"make region-lost REGION={SOUTH}" in str(error.advice)


def test_what_is_set_aside_of_a_lost_region_is_not_made_a_second_time(tmp_path: Path) -> None:
    stands = [database(EAST), database(WEST, EAST)]
    error = refused(target(tmp_path, EAST, WEST, SOUTH, platform=stands, aside=SOUTH))
    assert f"{SOUTH} was lost, and what stands there is set aside" in error.message
    assert f"`make region-lost REGION={SOUTH} BACK=1`" in str(error.advice)
    # What could not join stays aside, and is of no concern.
    joined = [*stands, database(SOUTH, EAST)]
    assert look_at_regions(target(tmp_path, EAST, WEST, SOUTH, platform=joined, aside=SOUTH)) == []
    # A region that was never there.
    assert look_at_regions(target(tmp_path, EAST, WEST, SOUTH, platform=stands)) == []


def test_what_the_stack_still_has_may_change_its_provider(tmp_path: Path) -> None:
    chat = resource("aws_chatbot", "eu")
    stands = [database(EAST), database(WEST, EAST), backups(EAST, WEST), copies(EAST, WEST), chat]
    assert look_at_regions(target(tmp_path, EAST, WEST, platform=stands)) == []


def test_a_region_that_joins_and_would_be_preferred_is_told_with_what_keeps_the_others(
    tmp_path: Path,
) -> None:
    error = refused(target(tmp_path, EAST, WEST, OHIO, platform=STANDS, backend=replica(OHIO)))
    for key in ("state.replica_region", f"database.instances.{EAST}.backups_in", "backup.copy_region"):
        assert f"from {OHIO} to {WEST}: write `{key}: {OHIO}` to keep it where it is" in error.message


@pytest.mark.parametrize("region", [OHIO, WEST])
def test_whoever_names_the_region_is_asked_no_more(region: str, tmp_path: Path) -> None:
    named = {
        "state": {"replica_region": region},
        "backup": {"copy_region": region},
        "database": {"instances": {EAST: {"backups_in": region}}},
    }
    assert look_at_regions(target(tmp_path, EAST, WEST, OHIO, platform=STANDS, backend=replica(OHIO), **named)) == []


def test_copies_that_another_version_sends_elsewhere_are_told_and_stop_nothing(tmp_path: Path) -> None:
    stands = [database(EAST), database(WEST, EAST), database(SOUTH, EAST), backups(EAST, WEST), copies(EAST, SOUTH)]
    (note,) = look_at_regions(target(tmp_path, EAST, WEST, SOUTH, platform=stands))
    assert note.startswith(f"note: copies of the backups of {EAST} would move from {SOUTH} to {WEST}")


def test_what_is_in_a_region_that_leaves_moves_without_a_word(tmp_path: Path) -> None:
    made = target(tmp_path, EAST, WEST, **GOES, platform=STANDS, backend=replica(OHIO))
    assert look_at_regions(made) == []


def test_a_region_goes_only_once_it_is_said_what_becomes_of_its_data(tmp_path: Path) -> None:
    made = target(tmp_path, EAST, WEST, retired_regions=[OHIO], platform=STANDS, backend=replica(OHIO))
    error = refused(made)
    assert f"retired_regions names {OHIO}, and leaving does not say" in error.message
    assert f"leaving: {{{OHIO}: {{objects: keep, backups: keep}}}}" in str(error.advice)


def test_a_source_does_not_go_before_its_replicas(tmp_path: Path) -> None:
    stands = [*STANDS, database(WEST, OHIO)]
    error = refused(target(tmp_path, EAST, WEST, **GOES, platform=stands))
    assert f"the database in {WEST} replicates that in {OHIO}" in error.message


def test_a_retired_region_in_which_nothing_is_left_is_told(tmp_path: Path) -> None:
    stands = [database(EAST), database(WEST, EAST), backups(EAST, WEST), copies(EAST, WEST)]
    told = look_at_regions(target(tmp_path, EAST, WEST, retired_regions=[SOUTH, OHIO], platform=stands))
    assert [line.split()[5] for line in told] == [f"{SOUTH}:", f"{OHIO}:"]


def test_nothing_is_told_before_anything_stands(tmp_path: Path) -> None:
    made = target(tmp_path, EAST, WEST, platform=[])
    assert look_at_regions(cast("Target", SimpleNamespace(**vars(made) | {"state": lambda _: None}))) == []


class Local(LocalPlatform):
    """The emulator, in which something stands in a region that has left the settings; nothing else can be done."""

    def __init__(self, stands: Target) -> None:
        super().__init__(**{name: getattr(stands.paths, name) for name in ("settings", "build", "out")}, environ={})
        self._stands = stands
        emulator = SimpleNamespace(get=lambda: None, persistent=nullcontext, running=nullcontext)
        self.emulator_session = cast("EmulatorSession", emulator)

    def target(self, *_: object) -> Target:
        return self._stands

    def _synthesize(self) -> Synthesis:
        return cast("Synthesis", None)


@pytest.mark.parametrize("command", ["start", "plan", "policy", "up", "upgrade_database"])
def test_commands_on_the_emulator_look_before_terraform_does(tmp_path: Path, command: str) -> None:
    local = Local(target(tmp_path, EAST, WEST, platform=[*STANDS, database(SOUTH, EAST)], backend=replica(WEST)))
    with pytest.raises(ToolError, match=rf"1 resource in {SOUTH} and 2 resources in {OHIO}"):
        getattr(local, command)()


def test_the_preflight_finds_it_too(tmp_path: Path) -> None:
    made = target(tmp_path, EAST, WEST, platform=[*STANDS, database(SOUTH, EAST)], backend=replica(WEST))
    (finding,) = ask("regions in the state", {}, regions_in_state=partial(look_at_regions, made))
    assert finding.severity is Severity.STOPS
    assert f"1 resource in {SOUTH} and 2 resources in {OHIO}" in finding.what
    assert f"retired_regions: [{SOUTH}, {OHIO}]" in finding.advice


def test_the_preflight_tells_of_retired_regions_in_which_nothing_is_left(tmp_path: Path) -> None:
    stands = [database(EAST), database(WEST, EAST), backups(EAST, WEST), copies(EAST, WEST)]
    made = target(tmp_path, EAST, WEST, retired_regions=[OHIO], platform=stands)
    (finding,) = ask("regions in the state", {}, regions_in_state=partial(look_at_regions, made))
    assert (finding.severity, finding.what.partition(":")[0]) == (Severity.WARNS, f"nothing is left in {OHIO}")


def test_a_subject_of_the_preflight_compares_with_its_own_state(tmp_path: Path) -> None:
    made = target(tmp_path, EAST, WEST, platform=[database(SOUTH, EAST)], backend=replica(WEST))
    more: dict[str, Any] = {
        "account_id": ACCOUNT_ID,
        "clients": None,
        "local": True,
        "workspace": lambda _: SimpleNamespace(local_state=lambda: None),
    }
    asked = subject_of(cast("Target", SimpleNamespace(**vars(made) | more)), environ={})
    with pytest.raises(ToolError, match=f"1 resource in {SOUTH}"):
        asked.regions_in_state()
