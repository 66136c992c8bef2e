"""What each region has one of, and may belong to someone else already."""

from collections.abc import Callable, Iterator

from botocore.exceptions import ClientError

from modules.settings.ownership import in_region
from tools.preflight.check import Check
from tools.preflight.errors import code_of
from tools.preflight.finding import Finding
from tools.preflight.subject import Look, setting

OWNERS = "or find out who made it, and delete it there"


def existing(look: Look, section: str, key: str) -> str:
    """Return the line that leaves something in this region to whom it belongs, beside what the settings say already."""
    said = getattr(getattr(look.settings, section), key)
    kept = {one: choice for one in look.settings.regions if (choice := in_region(said, one)) != "managed"}
    owners = dict(sorted({**kept, look.place: "existing"}.items()))
    if set(owners) == set(look.settings.regions) and set(owners.values()) == {"existing"}:
        return setting(section, **{key: "existing"})
    return setting(section, **{key: owners})


def _recorder(look: Look) -> Iterator[Finding]:
    # https://docs.aws.amazon.com/config/latest/APIReference/API_PutConfigurationRecorder.html: one to a region.
    config = look.client("config")
    found = [one["name"] for one in config.describe_configuration_recorders()["ConfigurationRecorders"]]
    channels = [one["name"] for one in config.describe_delivery_channels()["DeliveryChannels"]]
    if look.new("aws_config_configuration_recorder"):
        if found:
            yield look.stops(
                f"AWS Config has a recorder here, {found[0]}, and a region can have one",
                f"leave it to whom it belongs: the rules then rely on it; {OWNERS}",
                existing(look, "configuration", "recorder"),
            )
        elif channels:
            yield look.stops(
                f"AWS Config has a delivery channel here, {channels[0]}, without a recorder, and a region can have one",
                "delete it",
                f"aws configservice delete-delivery-channel --region {look.region} "
                f"--delivery-channel-name {channels[0]}",
            )
    elif not found and not look.wanted("aws_config_configuration_recorder") and look.new("aws_config_config_rule"):
        yield look.stops(
            "the settings say that someone else's recorder of AWS Config is here, and there is none: rules need one",
            "let the platform make it, by taking this region out of configuration.recorder, or turn yours on first",
            setting("configuration", recorder="managed"),
        )


def _detector(look: Look) -> Iterator[Finding]:
    # https://docs.aws.amazon.com/guardduty/latest/APIReference/API_CreateDetector.html: one to a region.
    found = list(look.pages("guardduty", "list_detectors", "DetectorIds"))
    if found and look.new("aws_guardduty_detector"):
        yield look.stops(
            f"GuardDuty has a detector here, {found[0]}, and a region can have one",
            f"leave it to whom it belongs, and only listen; {OWNERS}",
            existing(look, "findings", "guardduty"),
        )
    elif not found and in_region(look.settings.findings.guardduty, look.place) == "existing":
        yield look.warns(
            "the settings say that GuardDuty is on here, and it is not: nobody looks for threats",
            "let the platform turn it on, by taking this region out of findings.guardduty, or turn it on yourself",
        )


def _hub(look: Look) -> Iterator[Finding]:
    # https://docs.aws.amazon.com/securityhub/1.0/APIReference/API_DescribeHub.html
    try:
        look.client("securityhub").describe_hub()
        on = True
    except ClientError as error:
        # InvalidAccessException says "not subscribed to AWS Security Hub"; who may not ask gets AccessDeniedException.
        if code_of(error) not in {"InvalidAccessException", "ResourceNotFoundException"}:
            raise
        on = False
    if on and look.new("aws_securityhub_account"):
        yield look.stops(
            "Security Hub is on here already",
            "leave it to whom it belongs, and only listen; or turn it off there first",
            existing(look, "findings", "security_hub"),
        )
    elif not on and in_region(look.settings.findings.security_hub, look.place) == "existing":
        yield look.warns(
            "the settings say that Security Hub is on here, and it is not",
            "let the platform turn it on, by taking this region out of findings.security_hub, or turn it on yourself",
        )


def _inspector(look: Look) -> Iterator[Finding]:
    # https://docs.aws.amazon.com/inspector/v2/APIReference/API_BatchGetAccountStatus.html
    if not look.new("aws_inspector2_enabler"):
        return
    accounts = look.client("inspector2").batch_get_account_status(accountIds=[look.subject.account_id])["accounts"]
    if any(one["state"]["status"] in {"ENABLED", "ENABLING"} for one in accounts):
        yield look.warns(
            "Inspector is on here already: the platform would take it over, and destroying the platform turn it off",
            "leave it to whom it belongs, if it is not yours",
            existing(look, "findings", "inspector"),
        )


def _analyzer(look: Look) -> Iterator[Finding]:
    # https://docs.aws.amazon.com/general/latest/gr/access-analyzer.html: one for external access to a region.
    if not look.new("aws_accessanalyzer_analyzer"):
        return
    found = [one["name"] for one in look.pages("accessanalyzer", "list_analyzers", "analyzers", type="ACCOUNT")]
    if found:
        yield look.stops(
            f"Access Analyzer has an analyzer of the account here, {found[0]}, and a region can have one",
            f"leave it to whom it belongs; {OWNERS}",
            existing(look, "account", "access_analyzer"),
        )


def _sessions(look: Look) -> Iterator[Finding]:
    # https://docs.aws.amazon.com/systems-manager/latest/userguide/getting-started-create-preferences-cli.html
    wanted = look.new("aws_ssm_document")
    if not wanted:
        return
    name = str(wanted[0].body["name"])
    try:
        look.client("ssm").describe_document(Name=name)
    except ClientError as error:
        if code_of(error) != "InvalidDocument":
            raise
        return
    yield look.stops(
        f"Session Manager has preferences here, {name}, and a region can have one document of that name",
        f"leave them to whom they belong, and see that they log sessions; {OWNERS}",
        existing(look, "account", "session_manager"),
    )


def _volumes(look: Look) -> Iterator[Finding]:
    # https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_GetEbsDefaultKmsKeyId.html
    if not look.new("aws_ebs_default_kms_key"):
        return
    key = str(look.client("ec2").get_ebs_default_kms_key_id()["KmsKeyId"])
    # Where nobody has set one, this is an alias of a key that AWS manages.
    if ":key/" in key and look.client("kms").describe_key(KeyId=key)["KeyMetadata"]["KeyManager"] != "AWS":
        yield look.warns(
            f"the account's default key of EBS volumes here is {key}: the platform would put its own in its place",
            "leave it as it is, if someone relies on it",
            existing(look, "account", "ebs_encryption"),
        )


def _check(name: str, run: Callable[[Look], Iterator[Finding]], *actions: str) -> Check:
    return Check(name=name, place="region", run=run, actions=actions, of_ours=True)


CHECKS = (
    _check(
        "recorder of AWS Config",
        _recorder,
        "config:DescribeConfigurationRecorders",
        "config:DescribeDeliveryChannels",
    ),
    _check("GuardDuty", _detector, "guardduty:ListDetectors"),
    _check("Security Hub", _hub, "securityhub:DescribeHub"),
    _check("Inspector", _inspector, "inspector2:BatchGetAccountStatus"),
    _check("Access Analyzer", _analyzer, "access-analyzer:ListAnalyzers"),
    _check("preferences of Session Manager", _sessions, "ssm:DescribeDocument"),
    _check("default key of EBS volumes", _volumes, "ec2:GetEbsDefaultKmsKeyId", "kms:DescribeKey"),
)
