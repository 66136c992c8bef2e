import json

import pytest

from tests.support.otherwise import LESS
from tests.support.region_sets import FIVE, ONE, SMALL_SETS, THREE, TWO
from tests.support.synthesized import platform

SETS = pytest.mark.parametrize("regions", [ONE, TWO, THREE, FIVE], ids=len)
#: What is built for each setting: in every region, or once.
PARTS = {
    "ebs_encryption": ({"aws_ebs_encryption_by_default", "aws_ebs_default_kms_key"}, "each"),
    "access_analyzer": ({"aws_accessanalyzer_analyzer"}, "each"),
    "private_documents": ({"aws_ssm_service_setting"}, "each"),
    "session_manager": ({"aws_ssm_document"}, "each"),
    "s3_public_access_block": ({"aws_s3_account_public_access_block"}, "once"),
    "password_policy": ({"aws_iam_account_password_policy"}, "once"),
}


#: Settings that say so together; no two of the six are in the same ones of these three.
TOGETHER = [tuple(setting for number, setting in enumerate(PARTS, 1) if number >> bit & 1) for bit in range(3)]


@SMALL_SETS
@pytest.mark.parametrize("settings", TOGETHER, ids="-".join)
def test_what_an_account_has_one_of_is_managed_unless_it_exists(
    regions: tuple[str, ...], settings: tuple[str, ...]
) -> None:
    existing = platform(*regions, account=dict.fromkeys(settings, "existing"))
    for setting, (kinds, often) in PARTS.items():
        for kind in kinds:
            found = [one.region for one in platform(*regions).resources(kind)]
            assert sorted(found) == (sorted(regions) if often == "each" else [regions[0]])
            assert (kind in existing.json["resource"]) == (setting not in settings)


def test_an_account_that_has_all_of_it_gets_none() -> None:
    kinds = {kind for others, _ in PARTS.values() for kind in others}
    assert kinds <= platform(*ONE).json["resource"].keys()
    existing = platform(*ONE, **LESS)
    assert not kinds & existing.json["resource"].keys()


@pytest.mark.slow
@pytest.mark.parametrize("setting", [setting for setting, (_, often) in PARTS.items() if often == "each"])
def test_what_exists_in_one_region_is_managed_in_the_other(setting: str) -> None:
    one, other = TWO
    stack = platform(*TWO, account={setting: {one: "existing"}})
    for kind in PARTS[setting][0]:
        assert {each.region for each in stack.resources(kind)} == {other}


@SETS
def test_volumes_are_encrypted_by_default_with_the_region_s_key(regions: tuple[str, ...]) -> None:
    stack = platform(*regions)
    assert all(one.body["enabled"] is True for one in stack.resources("aws_ebs_encryption_by_default"))
    for default in stack.resources("aws_ebs_default_kms_key"):
        assert stack.at(default.body["key_arn"]).name_tag == f"PROD-kms-test-volumes-{default.region}"


@SETS
def test_sessions_are_logged_as_they_go_into_an_encrypted_group_that_the_instances_may_write(
    regions: tuple[str, ...],
) -> None:
    stack = platform(*regions)
    for preferences in stack.resources("aws_ssm_document"):
        assert preferences.body["name"] == "SSM-SessionManagerRunShell"
        assert preferences.body["document_type"] == "Session"
        inputs = json.loads(preferences.body["content"])["inputs"]
        assert inputs["cloudWatchStreamingEnabled"] is inputs["cloudWatchEncryptionEnabled"] is True
        assert 0 < int(inputs["idleSessionTimeout"]) <= 20
        assert 0 < int(inputs["maxSessionDuration"]) <= 1440
        group = stack.at(inputs["cloudWatchLogGroupName"])
        assert stack.at(group.body["kms_key_id"]).name_tag == f"PROD-kms-test-logs-{preferences.region}"
        assert group.body["retention_in_days"] == 365
        (address,) = preferences.body["depends_on"]
        (policy,) = [one for one in stack.resources("aws_iam_role_policy") if one.address == address]
        assert "application" in stack.at(policy.body["role"]).body["name"]
        written = stack.at(policy.body["policy"]).body["statement"][0]
        assert "logs:PutLogEvents" in written["actions"]
        assert {stack.at(one.removesuffix(":*")).address for one in written["resources"]} == {group.address}


def test_account_blocks_all_public_access_to_s3() -> None:
    (block,) = platform(*THREE).resources("aws_s3_account_public_access_block")
    parts = ("block_public_acls", "block_public_policy", "ignore_public_acls", "restrict_public_buckets")
    assert all(block.body[part] is True for part in parts)


def test_passwords_of_users_are_long_mixed_and_not_used_again() -> None:
    (policy,) = platform(*ONE).resources("aws_iam_account_password_policy")
    assert policy.body["minimum_password_length"] == 14
    assert policy.body["password_reuse_prevention"] == 24
    assert policy.body["max_password_age"] == 90
    assert all(value is True for key, value in policy.body.items() if key.startswith("require_"))


@pytest.mark.slow
def test_what_is_global_is_not_made_anew_when_another_region_becomes_the_primary() -> None:
    before, after = platform(*TWO), platform(*TWO, primary_region=TWO[1])
    for kind in ("aws_s3_account_public_access_block", "aws_iam_account_password_policy"):
        assert before.json["resource"][kind].keys() == after.json["resource"][kind].keys()
