import json
import re
from ipaddress import IPv4Network
from pathlib import Path
from typing import Any

import pytest
from cdktf import TerraformOutput, TerraformStack, Testing

from modules.areas.secrets.database import DatabaseSecret
from modules.blocks.keys.key import Key
from modules.core.region import Region
from modules.settings import Settings, SettingsError, load_settings
from tests.support.otherwise import OTHERWISE, THREE_OTHERWISE
from tests.support.region_sets import FIVE, ONE, TAKEN_OVER, THREE, TWO, settings_of, write_settings
from tests.support.rotation import APPLICATION, MASTER, function, of_secret, secret
from tests.support.synthesized import Block, Stack, platform

Testing.__test__ = False
SETS = pytest.mark.parametrize("regions", [ONE, TWO, THREE, FIVE], ids=len)


BOTH = pytest.mark.parametrize("identifier", [MASTER, APPLICATION])


def versions(stack: Stack) -> tuple[Block, Block]:
    """The master's first version, and the one that is written when the database stands."""
    first, second = sorted(
        of_secret(stack, "aws_secretsmanager_secret_version", secret(stack, MASTER)),
        key=lambda block: "merge" in block.body["secret_string_wo"],
    )
    return first, second


@SETS
@BOTH
def test_secret_lies_in_the_primary_region_and_every_other_has_a_replica_with_its_key(
    regions: tuple[str, ...], identifier: str
) -> None:
    stack = platform(*regions)
    found = secret(stack, identifier)
    assert found.region == regions[0]
    keys = {one["region"]: stack.at(one["kms_key_id"]) for one in found.body.get("replica", [])}
    assert sorted(keys) == sorted(regions[1:])
    keys[found.region] = stack.at(found.body["kms_key_id"])
    for region, key in keys.items():
        assert key.name_tag == f"PROD-kms-test-secrets-{region}"


@SETS
def test_value_has_the_shape_that_secrets_manager_documents_and_is_write_only(regions: tuple[str, ...]) -> None:
    stack = platform(*regions)
    version, second = versions(stack)
    for one in (version, second):
        assert one.body["secret_string_wo_version"] == 1
        assert "secret_string" not in one.body
    value = version.body["secret_string_wo"]
    assert value.startswith("${jsonencode({")
    for part in ('"engine" = "postgres"', '"username" = "meridian"', '"dbname" = "meridian"', '"port" = 5432'):
        assert part in value
    # The second adds the writer's address to what the secret holds.
    found = re.fullmatch(
        r'\$\{jsonencode\(merge\(local\.(\S+), \{"host" = (aws_db_instance\.\S+)\.address\}\)\)\}',
        second.body["secret_string_wo"],
    )
    assert found
    assert "ephemeral.aws_secretsmanager_secret_version." in stack.json["locals"][found[1]]
    assert stack.at(f"${{{found[2]}.arn}}").region == regions[0]


@SETS
@BOTH
def test_every_version_that_terraform_writes_keeps_a_label_and_rotation_moves_the_rest(
    regions: tuple[str, ...], identifier: str
) -> None:
    stack, labels = platform(*regions), []
    for one in of_secret(stack, "aws_secretsmanager_secret_version", secret(stack, identifier)):
        current, own = one.body["version_stages"]
        assert current == "AWSCURRENT"
        # Terraform would move the labels back to the first value.
        assert one.body["lifecycle"]["ignore_changes"] == ["version_stages"]
        labels.append(own)
    # A label is on one version at a time.
    assert len(set(labels)) == len(labels) == (2 if identifier == MASTER else 1)
    assert not [label for label in labels if label.startswith("AWS")]


@SETS
def test_the_application_s_value_says_where_and_as_whom_and_has_no_password(regions: tuple[str, ...]) -> None:
    stack = platform(*regions)
    (version,) = of_secret(stack, "aws_secretsmanager_secret_version", secret(stack, APPLICATION))
    assert version.body["secret_string_wo_version"] == 1
    assert "secret_string" not in version.body
    value = version.body["secret_string_wo"]
    said = dict(re.findall(r'"(\w+)" = ([^,}]+)', value))
    assert said.keys() == {"engine", "host", "port", "dbname", "username", "masterarn"}
    assert (said["engine"], said["port"], said["dbname"], said["username"]) == (
        *('"postgres"', "5432"),
        *('"meridian"', '"app"'),
    )
    writer = stack.at(f"${{{said['host']}}}")
    assert (writer.region, "replicate_source_db" in writer.body) == (regions[0], False)
    assert said["masterarn"] == f"{secret(stack, MASTER).address}.arn"
    assert "local." not in value


@SETS
def test_no_role_but_those_of_rotation_and_failover_is_given_the_master_s_secret(regions: tuple[str, ...]) -> None:
    stack = platform(*regions)
    master = secret(stack, MASTER).address
    # Failover has it follow the writer.
    moved = {f"PROD-role-test-failover-act-{region}" for region in regions} if len(regions) > 1 else set()
    holders = {
        stack.at(policy.body["role"]).body["name"]
        for policy in stack.resources("aws_iam_role_policy")
        for statement in stack.at(policy.body["policy"]).body["statement"]
        if any(master in resource for resource in statement["resources"])
    }
    assert holders == {f"PROD-role-test-rotation-{region}" for region in regions} | moved


@SETS
def test_only_rotation_failover_and_administrators_get_to_the_master_s_values(regions: tuple[str, ...]) -> None:
    named: list[tuple[dict[str, Any], list[str] | None]] = [({}, None)]
    if regions == THREE:
        named.append((THREE_OTHERWISE, THREE_OTHERWISE["storage"]["administrators"]))
    for more, administrators in named:
        stack = platform(*regions, **more)
        (policy,) = of_secret(stack, "aws_secretsmanager_secret_policy", secret(stack, MASTER), "secret_arn")
        _, statement = stack.at(policy.body["policy"]).body["statement"]
        assert (statement["effect"], statement["resources"]) == ("Deny", ["*"])
        assert statement["principals"] == [{"identifiers": ["*"], "type": "*"}]
        assert {"secretsmanager:GetSecretValue", "secretsmanager:PutSecretValue"} < set(statement["actions"])
        # Whoever was left out by mistake can be let in again.
        assert not [one for one in statement["actions"] if "ResourcePolicy" in one or "*" in one]
        conditions = {one["variable"]: (one["test"], one["values"]) for one in statement["condition"]}
        assert conditions["aws:PrincipalIsAWSService"] == ("Bool", ["false"])
        test, values = conditions["aws:PrincipalArn"]
        root, *let_in = values
        assert (test, root.rpartition(":")[2]) == ("ArnNotLike", "root")
        roles = [one.rpartition("/")[2] for one in let_in if ":role/PROD-" in one]
        functions = ["rotation", *(["failover-act"] if len(regions) > 1 else [])]
        assert roles == [f"PROD-role-test-{one}-{region}" for one in functions for region in sorted(regions)]
        assert all(stack.at(function(stack, region).body["role"]).body["name"] in roles for region in regions)
        others = [one for one in let_in if ":role/PROD-" not in one]
        assert others == administrators or re.fullmatch(r"\$\{data\.aws_iam_session_context\.\S+\}", *others)


@SETS
def test_password_is_drawn_by_aws_as_an_ephemeral_resource_and_used_in_the_first_value_alone(
    regions: tuple[str, ...],
) -> None:
    stack = platform(*regions)
    ((name, password),) = stack.json["ephemeral"]["aws_secretsmanager_random_password"].items()
    assert password["provider"] == f"aws.{regions[0]}"
    assert password["password_length"] == 32
    reference = f"${{ephemeral.aws_secretsmanager_random_password.{name}.random_password}}"
    (local,) = [key for key, expression in stack.json["locals"].items() if expression == reference]
    version, _ = versions(stack)
    assert f'"password" = local.{local}' in version.body["secret_string_wo"]
    whole = json.dumps(stack.json)
    assert whole.count("random_password}") == 1
    assert whole.count(f"local.{local}") == 1


@SETS
@BOTH
def test_nobody_outside_the_account_gets_to_the_secret(regions: tuple[str, ...], identifier: str) -> None:
    stack = platform(*regions)
    (policy,) = of_secret(stack, "aws_secretsmanager_secret_policy", secret(stack, identifier), "secret_arn")
    assert policy.body["block_public_policy"] is True
    statement, *_ = stack.at(policy.body["policy"]).body["statement"]
    assert (statement["effect"], statement["actions"]) == ("Deny", ["secretsmanager:*"])
    conditions = {one["variable"]: one for one in statement["condition"]}
    assert conditions["aws:PrincipalAccount"]["test"] == "StringNotEquals"
    assert conditions["aws:PrincipalAccount"]["values"][0].startswith("${data.aws_caller_identity.")
    assert conditions["aws:PrincipalIsAWSService"]["values"] == ["false"]


@SETS
def test_database_is_made_with_the_password_that_the_secret_holds(regions: tuple[str, ...]) -> None:
    stack = platform(*regions)
    ((name, read),) = stack.json["ephemeral"]["aws_secretsmanager_secret_version"].items()
    first, _ = versions(stack)
    # Once the first version is there, so that a run that broke off goes on with the same password.
    assert stack.at(read["secret_id"]).address == first.address
    expression = f"${{jsondecode(ephemeral.aws_secretsmanager_secret_version.{name}.secret_string)}}"
    (local,) = [key for key, value in stack.json["locals"].items() if value == expression]
    (writer,) = [one for one in stack.resources("aws_db_instance") if "replicate_source_db" not in one.body]
    assert writer.body["password_wo"] == f"${{local.{local}.password}}"
    whole = json.dumps(stack.json)
    assert whole.count(f"local.{local}") == 2
    assert whole.count(".secret_string)") == 1


def test_secret_stays_where_it_is_when_another_region_becomes_the_primary() -> None:
    before, after = platform(*THREE), platform(*THREE, **TAKEN_OVER)
    for kind in ("aws_secretsmanager_secret", "aws_secretsmanager_secret_policy"):
        assert after.json["resource"][kind] == before.json["resource"][kind]
    kind = "aws_secretsmanager_secret_version"
    old, new = ({one.address: one for one in stack.resources(kind)} for stack in (before, after))
    assert len(old) == 3
    for one, other in ((old[address], new[address]) for address in old.keys() | new.keys()):
        # A value that is written once only, whatever it says afterwards.
        ignored = {"secret_string_wo": None}
        assert (one.address, one.body | ignored) == (other.address, other.body | ignored)


def test_recovery_window_is_a_setting() -> None:
    for days, stack in ((30, platform(*ONE)), (0, platform(*ONE, **OTHERWISE))):
        secrets = stack.resources("aws_secretsmanager_secret")
        assert [one.body["recovery_window_in_days"] for one in secrets] == [days, days]


@pytest.mark.parametrize(
    ("keys", "fault"),
    [
        ({"secrets": {"recovery_window_days": "3"}}, r"secrets\.recovery_window_days: not a recovery window"),
        ({"home_region": "us-west-2"}, r"home_region: not one of the regions"),
    ],
)
def test_rejects_secrets_that_cannot_be(tmp_path: Path, keys: dict[str, Any], fault: str) -> None:
    path = write_settings(tmp_path, settings_of(*ONE, **keys))
    with pytest.raises(SettingsError, match=fault):
        load_settings(path, {})


def test_copies_have_the_arn_of_the_secret_in_their_region() -> None:
    app = Testing.app()
    stack = TerraformStack(app, "platform")
    settings = Settings.model_validate(settings_of(*TWO))
    regions = {name: Region(stack, name, name=name, settings=settings, cidr=IPv4Network("10.0.0.0/16")) for name in TWO}
    keys = {name: Key(region, "key", region=region, purpose="secrets") for name, region in regions.items()}
    home, other = TWO
    found = DatabaseSecret(regions[home], "database-secret", region=regions[home], keys=keys, readers=[])
    for region in TWO:
        TerraformOutput(stack, region.replace("-", "_"), value=found.arn_in(region))
    output = json.loads(Testing.synth(stack))["output"]
    own, copy = (output[region.replace("-", "_")]["value"] for region in TWO)
    reference = own.removeprefix("${").removesuffix("}")
    assert reference.endswith(".arn")
    assert copy == f'${{replace({reference}, ":{home}:", ":{other}:")}}'
