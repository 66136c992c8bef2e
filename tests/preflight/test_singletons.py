from typing import Any

import pytest

from tests.support.aws_answers import REGION, ask, held, refusal, settings, stack
from tests.support.synthesized import platform
from tools.preflight import Severity
from tools.preflight.once import PASSWORD_RULES

NOT_SUBSCRIBED = refusal("InvalidAccessException", "Account 123456789012 is not subscribed to AWS Security Hub")
#: By check: what the settings make; what an account answers in which there is one, and in which there is none; what
#: comes of it; and the line to paste.
ONE_EACH: dict[str, tuple[dict[str, Any], dict[str, Any], dict[str, Any], Severity, str]] = {
    "recorder of AWS Config": (
        stack(aws_config_configuration_recorder=1, aws_config_config_rule=1),
        {
            "config.describe_configuration_recorders": {"ConfigurationRecorders": [{"name": "default"}]},
            "config.describe_delivery_channels": {"DeliveryChannels": [{"name": "default"}]},
        },
        {
            "config.describe_configuration_recorders": {"ConfigurationRecorders": []},
            "config.describe_delivery_channels": {"DeliveryChannels": []},
        },
        Severity.STOPS,
        "configuration: {recorder: existing}",
    ),
    "GuardDuty": (
        stack(aws_guardduty_detector=1),
        {"guardduty.list_detectors": {"DetectorIds": ["abc"]}},
        {"guardduty.list_detectors": {"DetectorIds": []}},
        Severity.STOPS,
        "findings: {guardduty: existing}",
    ),
    "Security Hub": (
        stack(aws_securityhub_account=1),
        {"securityhub.describe_hub": {"HubArn": "arn"}},
        {"securityhub.describe_hub": NOT_SUBSCRIBED},
        Severity.STOPS,
        "findings: {security_hub: existing}",
    ),
    "Inspector": (
        stack(aws_inspector2_enabler=1),
        {"inspector2.batch_get_account_status": {"accounts": [{"state": {"status": "ENABLED"}}]}},
        {"inspector2.batch_get_account_status": {"accounts": [{"state": {"status": "DISABLED"}}]}},
        Severity.WARNS,
        "findings: {inspector: existing}",
    ),
    "Access Analyzer": (
        stack(aws_accessanalyzer_analyzer=1),
        {"accessanalyzer.list_analyzers": {"analyzers": [{"name": "security"}]}},
        {"accessanalyzer.list_analyzers": {"analyzers": []}},
        Severity.STOPS,
        "account: {access_analyzer: existing}",
    ),
    "preferences of Session Manager": (
        stack(aws_ssm_document=[{"name": "SSM-SessionManagerRunShell"}]),
        {"ssm.describe_document": {"Document": {"Name": "SSM-SessionManagerRunShell"}}},
        {"ssm.describe_document": refusal("InvalidDocument", "Document with name does not exist.")},
        Severity.STOPS,
        "account: {session_manager: existing}",
    ),
    "default key of EBS volumes": (
        stack(aws_ebs_default_kms_key=1),
        {
            "ec2.get_ebs_default_kms_key_id": {"KmsKeyId": f"arn:aws:kms:{REGION}:123456789012:key/1"},
            "kms.describe_key": {"KeyMetadata": {"KeyManager": "CUSTOMER"}},
        },
        {"ec2.get_ebs_default_kms_key_id": {"KmsKeyId": "alias/aws/ebs"}},
        Severity.WARNS,
        "account: {ebs_encryption: existing}",
    ),
    "password policy": (
        stack(aws_iam_account_password_policy=[{"minimum_password_length": 14, "max_password_age": 90}]),
        {"iam.get_account_password_policy": {"PasswordPolicy": {"MinimumPasswordLength": 20, "MaxPasswordAge": 30}}},
        {"iam.get_account_password_policy": refusal("NoSuchEntity")},
        Severity.WARNS,
        "account: {password_policy: existing}",
    ),
    "public access to S3": (
        stack(aws_s3_account_public_access_block=1),
        {"s3control.get_public_access_block": {"PublicAccessBlockConfiguration": {"BlockPublicAcls": True}}},
        {"s3control.get_public_access_block": refusal("NoSuchPublicAccessBlockConfiguration")},
        Severity.WARNS,
        "account: {s3_public_access_block: existing}",
    ),
    "service-linked role of AWS Config": (
        stack(aws_iam_service_linked_role=[{"aws_service_name": "config.amazonaws.com"}]),
        {"iam.list_roles": {"Roles": [{"RoleName": "AWSServiceRoleForConfig"}]}},
        {"iam.list_roles": {"Roles": []}},
        Severity.STOPS,
        "configuration: {service_role: existing}",
    ),
}
BY_REGION = {
    "recorder of AWS Config": ("configuration", "recorder"),
    "GuardDuty": ("findings", "guardduty"),
    "Security Hub": ("findings", "security_hub"),
    "Inspector": ("findings", "inspector"),
    "Access Analyzer": ("account", "access_analyzer"),
    "preferences of Session Manager": ("account", "session_manager"),
    "default key of EBS volumes": ("account", "ebs_encryption"),
}


@pytest.mark.parametrize("check", ONE_EACH)
def test_what_exists_is_told_with_the_line_that_leaves_it_alone(check: str) -> None:
    made, there, _, severity, line = ONE_EACH[check]
    (finding,) = ask(check, there, made)
    assert finding.severity is severity
    assert finding.paste == (line,)


@pytest.mark.parametrize("check", ONE_EACH)
def test_nothing_is_told_of_an_account_without_it(check: str) -> None:
    made, _, absent, _, _ = ONE_EACH[check]
    assert ask(check, absent, made) == []


@pytest.mark.parametrize("check", ONE_EACH)
def test_what_is_ours_is_no_finding(check: str) -> None:
    made, there, _, _, _ = ONE_EACH[check]
    assert ask(check, there, made, held=held(made)) == []


@pytest.mark.parametrize("check", BY_REGION)
def test_the_line_names_the_regions_that_have_one_where_others_do_not(check: str) -> None:
    made, there, _, _, _ = ONE_EACH[check]
    section, key = BY_REGION[check]
    two = settings(REGION, "us-east-1")
    (finding,) = ask(check, there, made, settings=two)
    assert finding.paste == (f"{section}: {{{key}: {{{REGION}: existing}}}}",)
    said = settings(REGION, "us-east-1", **{section: {key: {"us-east-1": "existing"}}})
    (finding,) = ask(check, there, made, settings=said)
    assert finding.paste == (f"{section}: {{{key}: existing}}",)


def test_another_password_policy_is_told_with_what_would_be_lost() -> None:
    made, there, _, _, _ = ONE_EACH["password policy"]
    (finding,) = ask("password policy", there, made)
    assert "MinimumPasswordLength is 20 and would be 14, MaxPasswordAge is 30 and would be 90" in finding.what


def test_a_password_policy_and_a_block_that_are_as_the_platform_s_are_no_finding() -> None:
    made, _, _, _, _ = ONE_EACH["password policy"]
    same = {"MinimumPasswordLength": 14, "MaxPasswordAge": 90, "HardExpiry": True}
    assert ask("password policy", {"iam.get_account_password_policy": {"PasswordPolicy": same}}, made) == []
    made, _, _, _, _ = ONE_EACH["public access to S3"]
    flags = ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets")
    answer = {"PublicAccessBlockConfiguration": dict.fromkeys(flags, True)}
    assert ask("public access to S3", {"s3control.get_public_access_block": answer}, made) == []


def test_what_the_platform_sets_of_passwords_is_all_compared() -> None:
    (policy,) = platform(REGION).resources("aws_iam_account_password_policy")
    assert {key for key in policy.body if key not in {"//", "provider"}} == PASSWORD_RULES.keys()


def test_a_delivery_channel_without_a_recorder_is_in_the_way() -> None:
    made, there, absent, _, _ = ONE_EACH["recorder of AWS Config"]
    key = "config.describe_delivery_channels"
    (finding,) = ask("recorder of AWS Config", absent | {key: there[key]}, made)
    assert "delete-delivery-channel" in finding.paste[0]


def test_a_recorder_that_is_said_to_exist_has_to() -> None:
    made, (_, there, absent, _, _) = stack(aws_config_config_rule=1), ONE_EACH["recorder of AWS Config"]
    assert ask("recorder of AWS Config", there, made) == []
    (finding,) = ask("recorder of AWS Config", absent, made)
    assert finding.severity is Severity.STOPS
    assert "there is none" in finding.what


@pytest.mark.parametrize("check", ["GuardDuty", "Security Hub"])
def test_a_service_that_is_said_to_be_on_has_to(check: str) -> None:
    section, key = BY_REGION[check]
    _, there, absent, _, _ = ONE_EACH[check]
    said = settings(**{section: {key: "existing"}})
    assert ask(check, there, settings=said) == []
    (finding,) = ask(check, absent, settings=said)
    assert finding.severity is Severity.WARNS


def test_a_default_key_that_aws_manages_is_nobody_s() -> None:
    made, there, _, _, _ = ONE_EACH["default key of EBS volumes"]
    managed = {"kms.describe_key": {"KeyMetadata": {"KeyManager": "AWS"}}}
    assert ask("default key of EBS volumes", there | managed, made) == []


def test_the_second_monitor_of_services_is_found_on_a_later_page() -> None:
    def answer(region: str, **question: Any) -> dict[str, Any]:
        assert region == "us-east-1"
        if not question:
            return {"AnomalyMonitors": [{"MonitorName": "mine", "MonitorType": "CUSTOM"}], "NextPageToken": "2"}
        name = "Default-Services-Monitor"
        return {"AnomalyMonitors": [{"MonitorName": name, "MonitorDimension": "SERVICE"}]}

    made = stack(aws_ce_anomaly_monitor=[{"monitor_dimension": "SERVICE"}])
    (finding,) = ask("cost anomaly monitor", {"ce.get_anomaly_monitors": answer}, made)
    assert "Default-Services-Monitor" in finding.what
    assert ask("cost anomaly monitor", {"ce.get_anomaly_monitors": {"AnomalyMonitors": []}}, made) == []
    assert ask("cost anomaly monitor", {}, stack()) == []
