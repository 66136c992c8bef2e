from pathlib import Path
from typing import Any

import pytest

from modules.settings import SettingsError, load_settings
from tests.support.otherwise import ANYWHERE, OTHERWISE, THREE_OTHERWISE
from tests.support.region_sets import FIVE, ONE, SMALL_SETS, THREE, TWO, settings_of, write_settings
from tests.support.synthesized import Block, Stack, platform

SETS = pytest.mark.parametrize("regions", [ONE, TWO, THREE, FIVE], ids=len)
SEVERAL = pytest.mark.parametrize("regions", [TWO, THREE, FIVE], ids=len)
BUCKETS = {"access-logs", "alb-logs", "configuration", "data", "trail"}
WITH_A_KEY = {"configuration": "logs", "data": "storage", "trail": "logs"}


def name(bucket: Block) -> str:
    return bucket.name_tag.partition("-s3-test-")[2].partition("-$")[0]


def buckets(stack: Stack, region: str) -> dict[str, Block]:
    return {name(one): one for one in stack.resources("aws_s3_bucket", region)}


def of_bucket(stack: Stack, bucket: Block, kind: str) -> Block:
    (found,) = [one for one in stack.resources(kind) if stack.at(one.body["bucket"]).address == bucket.address]
    return found


def policy(stack: Stack, bucket: Block) -> dict[str, dict[str, Any]]:
    body = of_bucket(stack, bucket, "aws_s3_bucket_policy").body
    return {one["sid"]: one for one in stack.at(body["policy"]).body["statement"]}


def conditions(statement: dict[str, Any]) -> dict[tuple[str, str], list[str]]:
    return {(one["test"], one["variable"]): one["values"] for one in statement["condition"]}


def let_in(stack: Stack, bucket: Block) -> list[str]:
    arns = conditions(policy(stack, bucket)["DenyEveryoneElse"])["ArnNotLike", "aws:PrincipalArn"]
    return [arn.partition(":role/")[2] or arn for arn in arns]


def rules(stack: Stack, region: str) -> list[dict[str, Any]]:
    (configuration,) = stack.resources("aws_s3_bucket_replication_configuration", region)
    return list(configuration.body["rule"])


@SETS
def test_every_region_has_the_same_buckets(regions: tuple[str, ...]) -> None:
    for region in regions:
        assert set(buckets(platform(*regions), region)) == BUCKETS


@SETS
def test_every_bucket_is_private_versioned_owned_and_encrypted(regions: tuple[str, ...]) -> None:
    stack = platform(*regions)
    for bucket in stack.resources("aws_s3_bucket"):
        versioning = of_bucket(stack, bucket, "aws_s3_bucket_versioning").body
        assert versioning["versioning_configuration"]["status"] == "Enabled"
        ownership = of_bucket(stack, bucket, "aws_s3_bucket_ownership_controls").body
        assert ownership["rule"]["object_ownership"] == "BucketOwnerEnforced"
        block = of_bucket(stack, bucket, "aws_s3_bucket_public_access_block").body
        assert [block[f"{one}"] for one in ("block_public_acls", "block_public_policy")] == [True, True]
        assert [block[f"{one}"] for one in ("ignore_public_acls", "restrict_public_buckets")] == [True, True]
        encryption = of_bucket(stack, bucket, "aws_s3_bucket_server_side_encryption_configuration").body["rule"][0]
        default = encryption["apply_server_side_encryption_by_default"]
        if name(bucket) in WITH_A_KEY:
            key = stack.at(default["kms_master_key_id"])
            assert key.region == bucket.region
            assert key.name_tag == f"PROD-kms-test-{WITH_A_KEY[name(bucket)]}-{bucket.region}"
            assert default["sse_algorithm"] == "aws:kms"
            # CloudTrail is admitted by its own encryption context, which a bucket key takes the place of.
            assert encryption["bucket_key_enabled"] is (name(bucket) != "trail")
        else:
            assert default == {"sse_algorithm": "AES256"}


@SETS
def test_every_bucket_but_the_one_for_it_logs_access_in_its_own_region(regions: tuple[str, ...]) -> None:
    stack = platform(*regions)
    for region in regions:
        found = buckets(stack, region)
        for identifier in BUCKETS - {"access-logs"}:
            logging = of_bucket(stack, found[identifier], "aws_s3_bucket_logging").body
            assert stack.at(logging["target_bucket"]).address == found["access-logs"].address
            assert logging["target_prefix"] == f"s3/{identifier}/"


@SETS
def test_every_bucket_refuses_plain_http_old_tls_and_whoever_is_not_named(regions: tuple[str, ...]) -> None:
    stack = platform(*regions)
    for bucket in stack.resources("aws_s3_bucket"):
        found = policy(stack, bucket)
        for sid in ("DenyPlainHttp", "DenyOldTls", "DenyEveryoneElse"):
            statement = found[sid]
            assert statement["effect"] == "Deny"
            assert statement["actions"] == ["s3:*"]
            assert statement["principals"] == [{"type": "*", "identifiers": ["*"]}]
            assert [stack.at(one.removesuffix("/*")).address for one in statement["resources"]] == [bucket.address] * 2
        assert conditions(found["DenyPlainHttp"]) == {("Bool", "aws:SecureTransport"): ["false"]}
        assert conditions(found["DenyOldTls"]) == {("NumericLessThan", "s3:TlsVersion"): ["1.2"]}


@SETS
def test_application_data_is_for_its_role_and_for_replication(regions: tuple[str, ...]) -> None:
    stack, primary = platform(*regions), regions[0]
    for region in regions:
        root, *inspectors, administrator = [
            one for one in let_in(stack, buckets(stack, region)["data"]) if not one.startswith("PROD-")
        ]
        assert root.endswith(":root")
        assert all(one.startswith("aws-service-role/") for one in inspectors)
        assert stack.at(administrator).address == stack.data("aws_iam_session_context")[0].address
        assert administrator.endswith(".issuer_arn}")
        roles = {one for one in let_in(stack, buckets(stack, region)["data"]) if one.startswith("PROD-")}
        copiers = set(regions) if region == primary else {primary, region}
        expected = {f"PROD-role-test-replicate-data-{one}" for one in copiers if len(regions) > 1}
        assert roles == expected | {f"PROD-role-test-application-{region}"}


@SETS
def test_names_in_policies_are_names_of_roles_that_are_built(regions: tuple[str, ...]) -> None:
    stack = platform(*regions)
    built = {role.body["name"] for role in stack.resources("aws_iam_role")}
    for region in regions:
        named = {one for one in let_in(stack, buckets(stack, region)["data"]) if one.startswith("PROD-")}
        assert named <= built


@SETS
def test_logs_are_for_the_services_that_deliver_them_and_for_administrators(regions: tuple[str, ...]) -> None:
    stack = platform(*regions)
    deliverers = {
        "access-logs": {"logging.s3.amazonaws.com"},
        "alb-logs": {"logdelivery.elasticloadbalancing.amazonaws.com"},
        "configuration": {"config.amazonaws.com"},
        "trail": {"cloudtrail.amazonaws.com"},
    }
    for region in regions:
        for identifier, services in deliverers.items():
            bucket = buckets(stack, region)[identifier]
            found = policy(stack, bucket)
            exempt = conditions(found["DenyEveryoneElse"])
            assert exempt["Bool", "aws:PrincipalIsAWSService"] == ["false"]
            assert not [one for one in let_in(stack, bucket) if one.startswith("PROD-")]
            allowed = [one for one in found.values() if one.get("effect") != "Deny"]
            assert {who for one in allowed for each in one["principals"] for who in each["identifiers"]} == services


@SETS
def test_uploads_with_a_wrong_key_are_refused(regions: tuple[str, ...]) -> None:
    stack = platform(*regions)
    for bucket in stack.resources("aws_s3_bucket"):
        found = policy(stack, bucket)
        if name(bucket) not in WITH_A_KEY:
            continue
        wrong = conditions(found["DenyOtherKeys"])
        (arn,) = wrong["StringNotEquals", "s3:x-amz-server-side-encryption-aws-kms-key-id"]
        assert stack.at(arn).name_tag == f"PROD-kms-test-{WITH_A_KEY[name(bucket)]}-{bucket.region}"
        assert {"DenyOtherEncryption", "DenyCustomerProvidedKeys"} < found.keys()
        assert ("DenyOtherEncryptionOfServices" in found) is (name(bucket) == "trail")


def test_administrators_of_the_settings_are_let_in_and_whoever_deploys_must_be_one() -> None:
    stack = platform(*THREE, **THREE_OTHERWISE)
    for bucket in stack.resources("aws_s3_bucket"):
        assert {"deploy-*", "break.glass"} < set(let_in(stack, bucket))
    (context,) = stack.data("aws_iam_session_context")
    (guard,) = context.body["lifecycle"]["postcondition"]
    assert 'regex("^arn:aws:iam::123456789012:role/deploy-.*$", self.issuer_arn)' in guard["condition"]
    assert 'regex("^arn:aws:iam::123456789012:role/break[.]glass$", self.issuer_arn)' in guard["condition"]


@SEVERAL
def test_data_is_replicated_both_ways_between_the_primary_and_each_other_region(regions: tuple[str, ...]) -> None:
    stack, primary = platform(*regions), regions[0]
    ways = {
        (region, stack.at(rule["destination"]["bucket"]).region) for region in regions for rule in rules(stack, region)
    }
    others = regions[1:]
    assert ways == {(primary, other) for other in others} | {(other, primary) for other in others}
    for configuration in stack.resources("aws_s3_bucket_replication_configuration"):
        ends = [configuration.body["bucket"], *(rule["destination"]["bucket"] for rule in configuration.body["rule"])]
        assert {name(stack.at(end)) for end in ends} == {"data"}


@SEVERAL
def test_replication_encrypts_anew_and_copies_markers_and_changes_in_time(regions: tuple[str, ...]) -> None:
    stack = platform(*regions)
    for region in regions:
        for rule in rules(stack, region):
            destination = rule["destination"]
            key = stack.at(destination["encryption_configuration"]["replica_kms_key_id"])
            assert key.region == stack.at(destination["bucket"]).region
            assert key.name_tag == f"PROD-kms-test-storage-{key.region}"
            assert rule["status"] == "Enabled"
            assert rule["delete_marker_replication"] == {"status": "Enabled"}
            assert rule["source_selection_criteria"] == {
                "replica_modifications": {"status": "Enabled"},
                "sse_kms_encrypted_objects": {"status": "Enabled"},
            }
            assert destination["metrics"] == {"status": "Enabled", "event_threshold": {"minutes": 15}}
            assert destination["replication_time"] == {"status": "Enabled", "time": {"minutes": 15}}


@SEVERAL
def test_priorities_follow_the_names_of_the_regions(regions: tuple[str, ...]) -> None:
    # One order more: its synthesis is that of tests/synth/test_growth.py.
    for more in ({}, {"regions": list(reversed(regions))}) if regions == THREE else ({},):
        found = rules(platform(*regions, **more), regions[0])
        assert [rule["id"] for rule in found] == [f"to-{region}" for region in sorted(regions[1:])]
        assert [rule["priority"] for rule in found] == list(range(1, len(regions)))


@SEVERAL
def test_replication_has_a_role_of_its_own_that_reads_the_source_and_writes_copies_only(
    regions: tuple[str, ...],
) -> None:
    stack = platform(*regions)
    for configuration in stack.resources("aws_s3_bucket_replication_configuration"):
        role = stack.at(configuration.body["role"])
        (own,) = [
            one for one in stack.resources("aws_iam_role_policy") if stack.at(one.body["role"]).address == role.address
        ]
        for statement in stack.at(own.body["policy"]).body["statement"]:
            touched = {stack.at(one.removesuffix("/*")).address for one in statement["resources"]}
            source = stack.at(configuration.body["bucket"]).address
            writes = [action for action in statement["actions"] if action.startswith("s3:Replicate")]
            assert not (writes and source in touched)


def test_one_region_alone_replicates_nothing() -> None:
    assert not platform(*ONE).resources("aws_s3_bucket_replication_configuration")
    names = {
        regions: [one.body["name"] for one in platform(*regions).resources("aws_iam_role")] for regions in (ONE, TWO)
    }
    assert [sum("-replicate-" in name for name in names[regions]) for regions in (ONE, TWO)] == [0, 2]


@SETS
def test_old_versions_uploads_and_logs_are_cleared_away_and_objects_move_to_cheaper_classes(
    regions: tuple[str, ...],
) -> None:
    stack = platform(*regions)
    for bucket in stack.resources("aws_s3_bucket"):
        (rule,) = of_bucket(stack, bucket, "aws_s3_bucket_lifecycle_configuration").body["rule"]
        assert rule["abort_incomplete_multipart_upload"] == [{"days_after_initiation": 7}]
        assert rule["noncurrent_version_expiration"] == [{"noncurrent_days": 90}]
        tiers = {one["storage_class"]: one["days"] for one in rule["transition"]}
        if name(bucket) == "data":
            assert tiers == {"INTELLIGENT_TIERING": 30}
            assert rule["expiration"] == [{"expired_object_delete_marker": True}]
        else:
            assert tiers == {"STANDARD_IA": 30, "GLACIER_IR": 90}
            assert rule["expiration"] == [{"days": 365}]


def test_logs_do_not_move_where_they_are_gone_before() -> None:
    stack = platform(*ONE, **OTHERWISE)
    (rule,) = of_bucket(stack, buckets(stack, ONE[0])["trail"], "aws_s3_bucket_lifecycle_configuration").body["rule"]
    assert [one["storage_class"] for one in rule["transition"]] == ["STANDARD_IA"]


@SMALL_SETS
def test_no_bucket_is_destroyed_with_what_is_in_it_unless_the_settings_say_so(regions: tuple[str, ...]) -> None:
    assert {one.body["force_destroy"] for one in platform(*regions).resources("aws_s3_bucket")} == {False}
    forced = platform(*regions, **ANYWHERE)
    assert {one.body["force_destroy"] for one in forced.resources("aws_s3_bucket")} == {True}


@pytest.mark.parametrize("pattern", ["*", "arn:aws:iam::123456789012:role/*", "arn:aws:iam::*:role/admin", "admin"])
def test_rejects_administrators_that_could_be_anyone(tmp_path: Path, pattern: str) -> None:
    path = write_settings(tmp_path, settings_of(*ONE, storage={"administrators": [pattern]}))
    with pytest.raises(SettingsError, match=r"storage\.administrators\[0\]: not the ARN of a role or user"):
        load_settings(path, {})
