from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from botocore.exceptions import ClientError

from tools.emulator import Emulator
from tools.protection import lift, protected_in_plan, protected_in_state

REGION = "eu-west-1"
INSTANCE = {
    "arn": f"arn:aws:rds:{REGION}:123456789012:db:main",
    "identifier": "main",
    "deletion_protection": True,
}
TABLE = {
    "arn": f"arn:aws:dynamodb:{REGION}:123456789012:table/sessions",
    "name": "sessions",
    "deletion_protection_enabled": True,
}
COMMANDS = [
    (
        f"aws rds modify-db-instance --region {REGION} --db-instance-identifier main --no-deletion-protection"
        " --apply-immediately"
    ),
    f"aws dynamodb update-table --region {REGION} --table-name sessions --no-deletion-protection-enabled",
]


def change(type_: str, before: dict[str, Any], *actions: str) -> dict[str, Any]:
    return {
        "address": f"{type_}.main",
        "type": type_,
        "mode": "managed",
        "change": {"actions": list(actions), "before": before, "after": None},
    }


def plan_of(*changes: dict[str, Any]) -> dict[str, Any]:
    return {"resource_changes": list(changes)}


def state_of(**attributes: dict[str, Any]) -> dict[str, Any]:
    return {
        "resources": [
            {"mode": "managed", "type": type_, "name": "main", "instances": [{"attributes": each}]}
            for type_, each in attributes.items()
        ]
    }


DESTRUCTION = plan_of(
    change("aws_db_instance", INSTANCE, "delete"),
    change("aws_dynamodb_table", TABLE, "delete", "create"),
    change("aws_sqs_queue", {"arn": "x"}, "delete"),
)


def test_what_a_plan_would_delete_although_protected_is_named_with_the_line_that_lifts_it() -> None:
    assert [each.command for each in protected_in_plan(DESTRUCTION)] == COMMANDS


@pytest.mark.parametrize(
    "harmless",
    [
        change("aws_db_instance", INSTANCE, "update"),
        change("aws_db_instance", INSTANCE | {"deletion_protection": False}, "delete"),
        change("aws_dynamodb_table", TABLE | {"deletion_protection_enabled": False}, "delete"),
    ],
)
def test_what_is_kept_or_unprotected_is_not_in_the_way(harmless: dict[str, Any]) -> None:
    assert protected_in_plan(plan_of(harmless)) == []


def test_data_sources_and_other_types_of_a_state_are_never_protected() -> None:
    state = state_of(aws_db_instance=INSTANCE, aws_dynamodb_table=TABLE, aws_sqs_queue={"arn": "x"})
    assert [each.command for each in protected_in_state(state)] == COMMANDS
    for resource in state["resources"]:
        resource["mode"] = "data"
    assert protected_in_state(state) == []
    assert protected_in_state({}) == []


@pytest.mark.emulator
def test_lifting_lets_the_emulator_delete_what_a_state_names(tmp_path: Path) -> None:
    with Emulator.start(directory=tmp_path) as emulator:
        rds, dynamodb = emulator.client("rds", REGION), emulator.client("dynamodb", REGION)
        rds.create_db_instance(
            DBInstanceIdentifier="main",
            DBInstanceClass="db.m7g.large",
            Engine="postgres",
            AllocatedStorage=20,
            MasterUsername="root",
            MasterUserPassword=uuid4().hex,
            DeletionProtection=True,
        )
        dynamodb.create_table(
            TableName="sessions",
            AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
            KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
            BillingMode="PAY_PER_REQUEST",
            DeletionProtectionEnabled=True,
        )
        for delete, arguments in (
            (rds.delete_db_instance, {"DBInstanceIdentifier": "main", "SkipFinalSnapshot": True}),
            (dynamodb.delete_table, {"TableName": "sessions"}),
        ):
            with pytest.raises(ClientError, match=r"[Pp]rotect"):
                delete(**arguments)
        state = state_of(aws_db_instance=INSTANCE, aws_dynamodb_table=TABLE)
        assert len(lift(state, emulator.client)) == 2
        rds.delete_db_instance(DBInstanceIdentifier="main", SkipFinalSnapshot=True)
        dynamodb.delete_table(TableName="sessions")
        # Once they are gone there is nothing to lift, and that is no fault.
        lift(state, emulator.client)
