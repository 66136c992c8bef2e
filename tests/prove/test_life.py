"""What the proof leaves alone, and what it takes for planned, promoted and taken down."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from tests.support.proof import HOME, OTHER, answering, context, paging, resource
from tools.destruction import Going, Kept
from tools.errors import ToolError
from tools.prove import Context, Unproven, life


def test_a_plan_that_is_not_empty_is_not_shown_and_lists_the_changes(tmp_path: Path) -> None:
    here = context(tmp_path, plan=lambda: True)
    write_plan(here, {"aws_lb.x": ["update"]})
    with pytest.raises(Unproven, match=r"update aws_lb\.x"):
        life.second_plan(here)


def write_plan(here: Context, actions: dict[str, list[str]]) -> None:
    file = here.paths.plan_json("platform")
    file.parent.mkdir(parents=True, exist_ok=True)
    changes = [
        {"address": address, "mode": "managed", "type": address.split(".")[0], "change": {"actions": done}}
        for address, done in actions.items()
    ]
    file.write_text(json.dumps({"resource_changes": changes}))


def promoted(**instance: Any) -> Any:
    return answering(describe_db_instances={"DBInstances": [{"DBInstanceStatus": "available", **instance}]})


def promoting(tmp_path: Path, *, actions: list[str], rds: Any) -> Context:
    plans = iter([True, False])
    database = resource("aws_db_instance", OTHER, identifier="db", name=None)
    here = context(tmp_path, database, clients={("rds", OTHER): rds}, plan=lambda: next(plans), deploy=lambda: None)
    write_plan(here, {"aws_db_instance.replica": actions})
    return here


def test_a_promotion_is_one_update_in_place_and_tells_the_name_of_the_database(tmp_path: Path) -> None:
    assert "DBName none" in life.promotion(promoting(tmp_path, actions=["update"], rds=promoted()))


def test_a_promotion_that_replaces_the_database_is_not_begun(tmp_path: Path) -> None:
    with pytest.raises(Unproven, match=r"delete/create aws_db_instance\.replica"):
        life.promotion(promoting(tmp_path, actions=["delete", "create"], rds=promoted()))


def test_a_replica_that_stays_one_is_not_promoted(tmp_path: Path) -> None:
    rds = promoted(ReadReplicaSourceDBInstanceIdentifier="source")
    with pytest.raises(Unproven, match="not within 30 minutes"):
        life.promotion(promoting(tmp_path, actions=["update"], rds=rds))


def tagging(*arns: str) -> Any:
    return paging({"ResourceTagMappingList": [{"ResourceARN": arn} for arn in arns]})


def test_what_is_left_is_named_and_what_may_stay_is_not(tmp_path: Path) -> None:
    snapshot, gateway = "arn:aws:rds:us-east-1:1:snapshot:x", "arn:aws:ec2:us-east-1:1:natgateway/x"
    no_snapshots = SimpleNamespace(get_paginator=lambda _name: SimpleNamespace(paginate=lambda: [{"DBSnapshots": []}]))
    key = "arn:aws:kms:us-east-1:1:key/x"
    clients = {("rds", region): no_snapshots for region in (HOME, OTHER)}
    clients["kms", HOME] = answering(describe_key={"KeyMetadata": {"KeyState": "PendingDeletion"}})
    clients["resourcegroupstaggingapi", HOME] = tagging(snapshot, key)
    clients["resourcegroupstaggingapi", OTHER] = tagging()
    assert "nothing is left" in life.leftovers(context(tmp_path, clients=clients))
    clients["resourcegroupstaggingapi", OTHER] = tagging(gateway)
    clients["kms", HOME] = answering(describe_key={"KeyMetadata": {"KeyState": "Enabled"}})
    with pytest.raises(Unproven, match=r"natgateway/x\narn:aws:kms"):
        life.leftovers(context(tmp_path, clients=clients))


def test_a_snapshot_whose_key_goes_is_not_shown(tmp_path: Path) -> None:
    ours = {"DBSnapshotIdentifier": "final", "KmsKeyId": "key", "TagList": [{"Key": "Project", "Value": "proof"}]}
    pages = [{"DBSnapshots": [ours, {"DBSnapshotIdentifier": "other", "TagList": []}]}]
    rds = SimpleNamespace(get_paginator=lambda _name: SimpleNamespace(paginate=lambda: pages))
    clients = {}
    for region in (HOME, OTHER):
        clients["rds", region] = rds
        clients["kms", region] = answering(describe_key={"KeyMetadata": {"KeyState": "PendingDeletion"}})
    with pytest.raises(Unproven, match="final in us-east-1: PendingDeletion"):
        life.kept_keys(context(tmp_path, clients=clients))


def test_a_key_that_the_destruction_keeps_is_not_left_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    arn = f"arn:aws:kms:{HOME}:1:key/data"
    key = resource("aws_kms_key", HOME, arn=arn, key_id="data")
    clients: dict[tuple[str, str], Any] = {("rds", region): paging({"DBSnapshots": []}) for region in (HOME, OTHER)}
    clients["kms", HOME] = answering(describe_key={"KeyMetadata": {"KeyState": "Enabled"}})
    clients["resourcegroupstaggingapi", HOME] = tagging(arn)
    clients["resourcegroupstaggingapi", OTHER] = tagging()
    here = context(tmp_path, key, clients=clients, destroy=lambda: None)
    monkeypatch.setattr(life, "lift", lambda _state, _clients: [])
    # A backup that DynamoDB makes by itself, say; no final snapshot is there.
    monkeypatch.setattr("tools.destruction.staying.keep", encrypting)
    with pytest.raises(Unproven, match="the state still holds"):  # the state of this test does not change
        life.destroy(here)
    assert "nothing is left" in life.leftovers(here)


def encrypting(going: Sequence[Going], _clients: Any) -> list[Kept]:
    return [Kept(key=one, uses=("a system backup",)) for one in going if one.kind == "aws_kms_key"]


def test_what_the_preflight_stops_at_is_told(tmp_path: Path) -> None:
    def stop() -> None:
        raise ToolError("2 findings")

    assert "nothing was found" in life.preflight(context(tmp_path, preflight=lambda: None))
    with pytest.raises(ToolError, match="2 findings"):
        life.preflight(context(tmp_path, preflight=stop))


def configured(*, roles: list[str], recorders: list[str]) -> dict[tuple[str, str], Any]:
    clients: dict[tuple[str, str], Any] = {("iam", HOME): answering(list_roles={"Roles": roles})}
    for region in (HOME, OTHER):
        found = [region] if region in recorders else []
        clients["config", region] = answering(describe_configuration_recorders={"ConfigurationRecorders": found})
    return clients


@pytest.mark.parametrize(
    ("roles", "recorders", "settled"),
    [
        ([], [], {}),
        (["role"], [], {"configuration": {"service_role": "existing"}}),
        (["role"], [OTHER], {"configuration": {"service_role": "existing", "recorder": {OTHER: "existing"}}}),
        ([], [HOME, OTHER], {"configuration": {"recorder": {HOME: "existing", OTHER: "existing"}}}),
    ],
)
def test_aws_config_of_someone_else_is_left_alone(
    tmp_path: Path, roles: list[str], recorders: list[str], settled: dict[str, Any]
) -> None:
    clients = configured(roles=roles, recorders=recorders)
    assert life.config_of_others(context(tmp_path, clients=clients)) == settled


def test_the_recorder_of_this_copy_is_no_one_elses(tmp_path: Path) -> None:
    own = resource("aws_config_configuration_recorder", HOME, name="own")
    clients = configured(roles=["role"], recorders=[HOME])
    assert life.config_of_others(context(tmp_path, own, clients=clients)) == {}
