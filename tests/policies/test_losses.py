"""What a plan takes away that does not come back, and how the gate takes it."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from policies.losses import ADDRESSES, DATA, LOSSES, OF_EXTENSIONS, OF_THE_PLATFORM, Loss, covers, losses, unnamed
from tools.danger import HOLD_DATA

if TYPE_CHECKING:
    from tests.policies.conftest import Project

NAME = "us-east-1_area_main_AA11BB22"
BUCKET = f"aws_s3_bucket.{NAME}"


def change(kind: str, actions: str, *, before: Any = None, **more: Any) -> dict[str, Any]:
    reason = {"action_reason": more.pop("reason")} if "reason" in more else {}
    what = {"actions": actions.split("/"), "before": before or {}, "after": {}, **more}
    return {"address": f"{kind}.{NAME}", "mode": "managed", "type": kind, "change": what} | reason


def found(*changes: dict[str, Any]) -> list[Loss]:
    return losses({"resource_changes": list(changes)})


def test_all_that_is_lost_is_data_in_the_eyes_of_who_approves() -> None:
    assert DATA.keys() <= HOLD_DATA
    assert not DATA.keys() & ADDRESSES.keys()
    assert not OF_EXTENSIONS.keys() & OF_THE_PLATFORM.keys()


def test_the_types_are_those_of_the_provider() -> None:
    bindings = find_spec("cdktf_cdktf_provider_aws")
    assert bindings
    assert bindings.origin
    # The bindings set underscores elsewhere, such as in `s3_tables_table_bucket`.
    known = {folder.name.replace("_", "") for folder in Path(bindings.origin).parent.iterdir()}
    assert {kind for kind in LOSSES if kind.removeprefix("aws_").replace("_", "") not in known} == set()


@pytest.mark.parametrize("kind", LOSSES)
@pytest.mark.parametrize("actions", ["delete", "delete/create", "create/delete"])
def test_what_holds_data_or_addresses_is_lost_if_it_is_destroyed_or_replaced(kind: str, actions: str) -> None:
    (loss,) = found(change(kind, actions))
    assert (loss.address, loss.replaced) == (f"{kind}.{NAME}", "create" in actions)
    assert str(loss).endswith(f"{LOSSES[kind]} with it")


@pytest.mark.parametrize("actions", ["no-op", "create", "read", "update", "forget"])
def test_nothing_is_lost_that_stays(actions: str) -> None:
    assert found(change("aws_s3_bucket", actions)) == []


def test_what_holds_nothing_may_go() -> None:
    assert found(change("aws_lb", "delete"), change("aws_sqs_queue", "delete"), change("aws_eip", "delete")) == []


def test_a_loss_says_what_forces_it() -> None:
    paths = [["cidr_block"], ["cidr_block"], ["tags", "Name"]]
    (loss,) = found(change("aws_vpc", "delete/create", replace_paths=paths, reason="replace_because_cannot_update"))
    assert str(loss) == (
        f"aws_vpc.{NAME} is replaced (cidr_block, tags cannot change in place), and all addresses in it with it"
    )
    (gone,) = found(change("aws_vpc", "delete", reason="delete_because_no_resource_config"))
    assert "destroyed (the settings do not have it any more)" in str(gone)


def test_an_instance_that_the_settings_rebuild_is_named_there_already() -> None:
    assert found(change("aws_db_instance", "delete/create", reason="replace_by_triggers")) == []
    assert len(found(change("aws_db_instance", "delete/create", reason="replace_because_cannot_update"))) == 1
    assert len(found(change("aws_s3_bucket", "delete/create", reason="replace_by_triggers"))) == 1


def test_a_log_group_that_outlives_its_deletion_is_not_lost() -> None:
    assert found(change("aws_cloudwatch_log_group", "delete", before={"skip_destroy": True})) == []


@pytest.mark.parametrize(
    ("pattern", "address", "is_covered"),
    [
        (BUCKET, BUCKET, True),
        (BUCKET, f"{BUCKET}[0]", True),
        (BUCKET, f"{BUCKET}2", False),
        ("aws_s3_bucket.us-east-1_*", BUCKET, True),
        ("aws_s3_bucket.us-east-2_*", BUCKET, False),
        ("aws_s3_bucket_policy.us-east-1_*", BUCKET, False),
    ],
)
def test_an_entry_is_about_an_address_or_what_begins_like_it(pattern: str, address: str, *, is_covered: bool) -> None:
    assert covers(pattern, address) is is_covered
    loss = Loss(address=address, kind="aws_s3_bucket", replaced=False)
    assert (unnamed([loss], allowed=[pattern]) == []) is is_covered


def replaces_logs(project: Project, **stated: str) -> None:
    project.document["//"] = {"allow_loss": stated} if stated else {}
    plan = project.plan()
    (entry,) = (one for one in plan["resource_changes"] if one["address"] == project.logs)
    entry["change"] |= {"actions": ["delete", "create"], "replace_paths": [["name"]]}
    entry["action_reason"] = "replace_because_cannot_update"
    project.write(plan=plan)


def test_the_gate_refuses_a_plan_with_a_loss(project: Project) -> None:
    replaces_logs(project)
    verdict = project.judge()
    assert [(one.check, one.address) for one in verdict.findings] == [("MERIDIAN_13", project.logs)]
    assert "is replaced (name cannot change in place)" in verdict.findings[0].title
    assert verdict.exit_code == project.run() == 1


def test_the_gate_lets_a_loss_pass_that_the_settings_name_with_their_reason(project: Project) -> None:
    replaces_logs(project, **{project.logs: "these logs are in the archive too"})
    verdict = project.judge()
    assert (verdict.exit_code, verdict.findings) == (0, [])
    (waiver,) = verdict.waived.values()
    assert waiver.justification == "policy.allow_loss: these logs are in the archive too"
    assert project.run() == 0


def test_a_loss_is_not_waived_by_a_file_that_lasts_a_year(project: Project) -> None:
    replaces_logs(project)
    project.waive(check="MERIDIAN_13")
    assert [one.check for one in project.judge().findings] == ["MERIDIAN_13"]


def test_rejects_json_whose_allowed_losses_are_no_mapping(project: Project) -> None:
    project.document["//"] = {"allow_loss": ["aws_vpc.main"]}
    project.write()
    (error,) = project.judge().errors
    assert "its policy.allow_loss is no mapping of texts" in error


def test_all_of_a_retired_region_is_meant_whatever_its_type() -> None:
    assert covers("*.us-east-1_*", BUCKET)
    assert covers("*.us-east-1_*", f"aws_kms_key.{NAME}")
    assert not covers("*.us-east-1_*", "aws_s3_bucket.us-east-10_area")
    assert not covers("*.us-west-2_*", BUCKET)
