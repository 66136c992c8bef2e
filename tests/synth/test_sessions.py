import pytest

from tests.support.otherwise import OTHERWISE
from tests.support.region_sets import FIVE, ONE, TAKEN_OVER, THREE, TWO
from tests.support.synthesized import Block, Stack, platform

SETS = pytest.mark.parametrize("regions", [ONE, TWO, THREE, FIVE], ids=len)
ITEM_CALLS = {
    f"dynamodb:{call}"
    for call in (
        *("BatchGetItem", "BatchWriteItem", "ConditionCheckItem", "DeleteItem"),
        *("GetItem", "PutItem", "Query", "UpdateItem"),
    )
}


def table(stack: Stack) -> Block:
    (found,) = [one for one in stack.resources("aws_dynamodb_table") if "_failover_" not in one.address]
    return found


def policy(stack: Stack, region: str) -> dict[str, Block]:
    """The statements, by what they are about, that the application of a region works with sessions by."""
    name = f"PROD-policy-test-application-sessions-{region}"
    (found,) = (one for one in stack.resources("aws_iam_role_policy", region) if one.body["name"] == name)
    assert stack.at(found.body["role"]).body["name"] == f"PROD-role-test-application-{region}"
    document = stack.at(found.body["policy"])
    return {one["sid"]: Block(document.address, one) for one in document.body["statement"]}


def conditions(statement: Block) -> dict[str, tuple[str, list[str]]]:
    return {one["variable"]: (one["test"], one["values"]) for one in statement.body["condition"]}


@SETS
def test_table_is_on_demand_expires_its_items_can_be_restored_and_is_protected(regions: tuple[str, ...]) -> None:
    found = table(platform(*regions))
    assert found.region == regions[0]
    assert found.body["name"] == f"PROD-dynamodb-test-sessions-{regions[0]}"
    assert found.body["billing_mode"] == "PAY_PER_REQUEST"
    assert found.body["attribute"] == [{"name": found.body["hash_key"], "type": "S"}]
    assert found.body["ttl"] == {"attribute_name": "expires_at", "enabled": True}
    assert found.body["point_in_time_recovery"] == {"enabled": True}
    assert found.body["deletion_protection_enabled"] is True


@SETS
def test_every_other_region_has_a_replica_that_can_be_restored_and_bears_the_tags(regions: tuple[str, ...]) -> None:
    replicas = table(platform(*regions)).body.get("replica", [])
    assert [one["region_name"] for one in replicas] == sorted(regions[1:])
    assert all(one["point_in_time_recovery"] is one["propagate_tags"] is True for one in replicas)


@SETS
def test_every_copy_is_encrypted_with_the_data_key_of_its_region(regions: tuple[str, ...]) -> None:
    stack = platform(*regions)
    found = table(stack)
    assert found.body["server_side_encryption"]["enabled"] is True
    keys = {one["region_name"]: one["kms_key_arn"] for one in found.body.get("replica", [])}
    keys[found.region] = found.body["server_side_encryption"]["kms_key_arn"]
    assert sorted(keys) == sorted(regions)
    for region, reference in keys.items():
        assert stack.at(reference).name_tag == f"PROD-kms-test-data-{region}"


@SETS
def test_replicas_can_be_fed_from_the_stream_even_before_there_is_one(regions: tuple[str, ...]) -> None:
    body = table(platform(*regions)).body
    assert (body["stream_enabled"], body["stream_view_type"]) == (True, "NEW_AND_OLD_IMAGES")


@SETS
def test_application_of_every_region_gets_item_calls_on_the_copy_there_and_nothing_else(
    regions: tuple[str, ...],
) -> None:
    stack = platform(*regions)
    for region in regions:
        statements = policy(stack, region)
        assert sorted(statements) == ["UseTheirKey", "WorkWithSessions"]
        items = statements["WorkWithSessions"].body
        assert set(items["actions"]) == ITEM_CALLS
        (arn,) = items["resources"]
        assert arn.startswith(f"arn:aws:dynamodb:{region}:${{data.aws_caller_identity.")
        assert arn.endswith(f":table/{table(stack).body['name']}")


@SETS
def test_sessions_are_reached_from_inside_the_network_of_the_region_alone(regions: tuple[str, ...]) -> None:
    stack = platform(*regions)
    for region in regions:
        test, (vpc,) = conditions(policy(stack, region)["WorkWithSessions"])["aws:SourceVpc"]
        assert test == "StringEquals"
        assert stack.at(vpc).region == region
        (endpoint,) = (
            one
            for one in stack.resources("aws_vpc_endpoint", region)
            if one.body["service_name"] == f"com.amazonaws.{region}.dynamodb"
        )
        # Without this way the condition would hold for nobody.
        assert (endpoint.body["vpc_endpoint_type"], endpoint.body["vpc_id"]) == ("Gateway", vpc)


@SETS
def test_application_decrypts_through_dynamodb_for_this_table_alone(regions: tuple[str, ...]) -> None:
    stack = platform(*regions)
    for region in regions:
        statement = policy(stack, region)["UseTheirKey"]
        assert statement.body["actions"] == ["kms:Decrypt"]
        (key,) = statement.body["resources"]
        assert stack.at(key).name_tag == f"PROD-kms-test-data-{region}"
        assert conditions(statement) == {
            "kms:ViaService": ("StringEquals", [f"dynamodb.{region}.amazonaws.com"]),
            "kms:EncryptionContext:aws:dynamodb:tableName": ("StringEquals", [table(stack).body["name"]]),
        }


def test_table_stays_as_it_is_when_another_region_becomes_the_primary() -> None:
    before, after = platform(*THREE), platform(*THREE, **TAKEN_OVER)
    assert after.json["resource"]["aws_dynamodb_table"] == before.json["resource"]["aws_dynamodb_table"]


def test_another_region_is_another_replica_and_no_other_change() -> None:
    before, after = table(platform(*THREE)), table(platform(*THREE, "us-east-2"))
    assert after.address == before.address
    added = [one for one in after.body["replica"] if one not in before.body["replica"]]
    assert [one["region_name"] for one in added] == ["us-east-2"]
    assert after.body | {"replica": before.body["replica"]} == before.body


def test_deletion_protection_is_a_setting() -> None:
    found = table(platform(*ONE, **OTHERWISE))
    assert found.body["deletion_protection_enabled"] is False
