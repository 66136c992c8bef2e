"""A state without a region, and with it again."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from tools.errors import ToolError
from tools.region_lost.surgery import Parted, held_in, join, merge, part

EAST, WEST, SOUTH = "us-east-1", "us-west-2", "ap-south-1"
ACCOUNT = "123456789012"
NAME = f"PROD-secret-test-database-{EAST}"


def resource(kind: str, id_: str, region: str, mode: str = "managed", **attributes: Any) -> dict[str, Any]:
    return {
        "mode": mode,
        "type": kind,
        "name": id_,
        "provider": f'provider["registry.terraform.io/hashicorp/aws"].{region}',
        "instances": [{"schema_version": 0, "attributes": attributes, "private": "x", "dependencies": ["a.b"]}],
    }


def arn(service: str, region: str, rest: str) -> str:
    return f"arn:aws:{service}:{region}:{ACCOUNT}:{rest}"


SECRET = arn("secretsmanager", EAST, f"secret:{NAME}-AbCdEf")
TABLE = f"PROD-dynamodb-test-sessions-{EAST}"
RESOURCES = [
    resource("aws_caller_identity", f"{EAST}_account_00000000", EAST, mode="data"),
    resource("aws_vpc", f"{EAST}_network_vpc_11111111", EAST, arn=arn("ec2", EAST, "vpc/vpc-1")),
    resource("aws_vpc", f"{WEST}_network_vpc_22222222", WEST, arn=arn("ec2", WEST, "vpc/vpc-2")),
    resource("aws_iam_role", f"{EAST}_application_33333333", EAST, arn=f"arn:aws:iam::{ACCOUNT}:role/a"),
    resource("aws_iam_account_password_policy", "account_password-policy_44444444", EAST),
    resource("aws_config_configuration_aggregator", "oversight_aggregator_55555555", EAST),
    resource("aws_route53_record", f"entry_records_region-{EAST}_66666666", EAST),
    resource("aws_route53_record", "entry_records_apex-primary_77777777", EAST),
    resource(
        "aws_secretsmanager_secret",
        f"{EAST}_database-secret_88888888",
        EAST,
        name=NAME,
        arn=SECRET,
        id=SECRET,
        replica=[{"region": WEST}, {"region": SOUTH}],
    ),
    resource(
        "aws_secretsmanager_secret_version",
        f"{EAST}_database-secret_value_99999999",
        EAST,
        id=f"{SECRET}|v1",
        secret_id=SECRET,
        version_id="v1",
    ),
    resource(
        "aws_dynamodb_table",
        f"{EAST}_sessions_AAAAAAAA",
        EAST,
        name=TABLE,
        arn=arn("dynamodb", EAST, f"table/{TABLE}"),
        replica=[{"region_name": WEST}],
    ),
    resource("aws_dynamodb_table", f"{EAST}_failover_journal_BBBBBBBB", EAST, name=f"journal-{EAST}"),
    resource("aws_dynamodb_table", f"{WEST}_failover_journal_CCCCCCCC", WEST, name=f"journal-{WEST}"),
]
BUILTIN = 'provider["terraform.io/builtin/terraform"]'
STATE = {"version": 4, "serial": 7, "lineage": "l", "outputs": {}, "resources": RESOURCES, "check_results": None}


def configured(**more: dict[str, Any]) -> dict[str, Any]:
    """The stack without us-east-1."""
    provider = {"provider": f"aws.{WEST}"}
    return {
        "resource": {
            "aws_vpc": {f"{WEST}_network_vpc_22222222": provider},
            "aws_iam_account_password_policy": {"account_password-policy_44444444": provider},
            "aws_config_configuration_aggregator": {"oversight_aggregator_55555555": provider},
            "aws_route53_record": {"entry_records_apex-primary_77777777": provider},
            "aws_secretsmanager_secret": {f"{WEST}_database-secret_DDDDDDDD": {**provider, "name": NAME}},
            "aws_secretsmanager_secret_version": {f"{WEST}_database-secret_value_EEEEEEEE": provider},
            "aws_dynamodb_table": {
                f"{WEST}_sessions_FFFFFFFF": {**provider, "name": TABLE},
                f"{WEST}_failover_journal_CCCCCCCC": {**provider, "name": f"journal-{WEST}"},
            },
            **more,
        }
    }


def parted(**more: dict[str, Any]) -> Parted:
    before = copy.deepcopy(STATE)
    found = part(STATE, configured(**more), region=EAST, heir=WEST)
    assert before == STATE
    return found


def names(state: Any) -> list[str]:
    return [each["name"] for each in state["resources"]]


def only(state: Any, name: str) -> dict[str, Any]:
    (found,) = [each for each in state["resources"] if each["name"] == name]
    return dict(found)


def test_what_is_in_the_region_is_set_aside_and_nothing_gets_lost() -> None:
    found = parted()
    assert held_in(found.state, EAST) == []
    assert found.state["serial"] == STATE["serial"] + 1
    assert names(found.lost) == [
        f"{EAST}_network_vpc_11111111",
        f"{EAST}_application_33333333",
        "oversight_aggregator_55555555",
        f"{EAST}_failover_journal_BBBBBBBB",
    ]
    # All but what is read, which Terraform reads again.
    assert len(found.state["resources"]) + len(found.lost["resources"]) == len(RESOURCES) - 1


def test_what_is_global_goes_through_another_provider() -> None:
    found = parted()
    assert found.rehomed == [
        "aws_iam_account_password_policy.account_password-policy_44444444",
        # DNS leads nobody to a lost region: Terraform removes it.
        f"aws_route53_record.entry_records_region-{EAST}_66666666",
        "aws_route53_record.entry_records_apex-primary_77777777",
    ]
    for address in found.rehomed:
        assert only(found.state, address.partition(".")[2])["provider"].endswith(f'hashicorp/aws"].{WEST}')


def test_what_exists_once_becomes_its_copy() -> None:
    found = parted()
    assert set(found.moved.values()) == {
        f"aws_secretsmanager_secret.{WEST}_database-secret_DDDDDDDD",
        f"aws_secretsmanager_secret_version.{WEST}_database-secret_value_EEEEEEEE",
        f"aws_dynamodb_table.{WEST}_sessions_FFFFFFFF",
    }
    secret = only(found.state, f"{WEST}_database-secret_DDDDDDDD")
    (instance,) = secret["instances"]
    assert instance["attributes"]["id"] == SECRET.replace(f":{EAST}:", f":{WEST}:")
    # The name keeps the region that it was made in, and the copy is no copy of itself.
    assert instance["attributes"]["name"] == NAME
    assert instance["attributes"]["replica"] == [{"region": SOUTH}]
    assert "dependencies" not in instance
    version = only(found.state, f"{WEST}_database-secret_value_EEEEEEEE")["instances"][0]["attributes"]
    assert version["id"] == f"{instance['attributes']['id']}|v1"
    # The journal of the lost region is no original of the one that stands elsewhere.
    assert only(found.state, f"{WEST}_failover_journal_CCCCCCCC") == only(STATE, f"{WEST}_failover_journal_CCCCCCCC")


def test_another_name_would_be_another_secret() -> None:
    other = {f"{WEST}_database-secret_DDDDDDDD": {"provider": f"aws.{WEST}", "name": NAME.replace(EAST, WEST)}}
    with pytest.raises(ToolError, match=f"is called {NAME}, and the settings would make") as caught:
        parted(aws_secretsmanager_secret=other)
    assert "name_region" in str(caught.value.advice)


def test_a_state_without_the_region_stays_as_it_is() -> None:
    state = parted().state
    again = part(state, configured(), region=EAST, heir=WEST)
    assert again.state is state
    assert again.lost["resources"] == []
    assert (again.moved, again.rehomed) == ({}, [])


def test_what_belongs_to_the_lost_database_is_left_alone_where_it_is() -> None:
    backups = resource(
        "aws_db_instance_automated_backups_replication",
        f"{EAST}_database-backups-{WEST}_13131313",
        WEST,
        source_db_instance_arn=arn("rds", EAST, "db:main"),
    )
    others = resource(
        "aws_db_instance_automated_backups_replication",
        f"{SOUTH}_database-backups-{WEST}_14141414",
        WEST,
        source_db_instance_arn=arn("rds", SOUTH, "db:main"),
    )
    # What Terraform keeps for itself has no region.
    notes = [
        {**resource("terraform_data", f"{region}_database_instance_generation_15151515", region), "provider": BUILTIN}
        for region in (EAST, WEST)
    ]
    found = part({**STATE, "resources": [backups, others, *notes]}, configured(), region=EAST, heir=WEST)
    assert found.lost["resources"] == [backups, notes[0]]
    assert found.state["resources"] == [others, notes[1]]
    assert found.state["serial"] > STATE["serial"]


def test_a_lock_table_is_no_copy_of_another_one() -> None:
    table = {f"{WEST}_lock-table_12121212": {"provider": f"aws.{WEST}", "name": f"lock-{WEST}"}}
    state = {**STATE, "resources": [resource("aws_dynamodb_table", f"{EAST}_lock-table_34343434", EAST, name="lock")]}
    found = part(state, {"resource": {"aws_dynamodb_table": table}}, region=EAST, heir=WEST, once=())
    assert names(found.lost) == [f"{EAST}_lock-table_34343434"]
    assert found.state["resources"] == []


def test_what_was_set_aside_joins_again_but_for_what_has_another_in_its_place() -> None:
    found = parted()
    # By then Terraform has made the aggregator of the new home region.
    aggregator = resource("aws_config_configuration_aggregator", "oversight_aggregator_55555555", WEST)
    state = {**found.state, "serial": 30, "resources": [*found.state["resources"], aggregator]}
    joined = join(state, found.lost)
    assert joined.state["serial"] == 31
    assert joined.joined == [
        f"aws_vpc.{EAST}_network_vpc_11111111",
        f"aws_iam_role.{EAST}_application_33333333",
        f"aws_dynamodb_table.{EAST}_failover_journal_BBBBBBBB",
    ]
    assert only(joined.state, f"{EAST}_network_vpc_11111111") == only(STATE, f"{EAST}_network_vpc_11111111")
    assert names(joined.rest) == ["oversight_aggregator_55555555"]
    # A run that was killed before it forgot what was set aside.
    again = join(joined.state, found.lost)
    assert again.state is joined.state
    assert names(again.rest) == ["oversight_aggregator_55555555"]


def test_only_what_is_wanted_joins_where_nothing_may_be_destroyed() -> None:
    found = parted()
    wanted = {"resource": {"aws_vpc": {f"{EAST}_network_vpc_11111111": {"provider": f"aws.{EAST}"}}}}
    joined = join(found.state, found.lost, configuration=wanted)
    assert joined.joined == [f"aws_vpc.{EAST}_network_vpc_11111111"]
    assert len(joined.rest["resources"]) == 3


def test_what_is_set_aside_twice_is_all_there() -> None:
    found = parted()
    first = {**found.lost, "resources": found.lost["resources"][:2]}
    second = {**found.lost, "resources": found.lost["resources"][1:]}
    assert sorted(names(merge(first, second))) == sorted(names(found.lost))
