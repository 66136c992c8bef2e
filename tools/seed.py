"""What an AWS account holds before the platform comes, for the emulator, which starts with nothing."""

from contextlib import suppress
from typing import Any

from tools.emulator import account
from tools.target import Target

CALLER = "meridian-seed"


def seed(target: Target) -> None:
    """Make the hosted zone that the settings expect to exist, and what an account in use has.

    What is there already stays as it is. ``MERIDIAN_EMULATOR_ACCOUNT=grown`` makes the account one in use.

    Parameters
    ----------
    target : Target
        The emulator.
    """
    settings = target.settings
    if account.kind() is account.Kind.GROWN:
        _grow(target)
    if settings.entry.hosted_zone != "existing" or settings.entry.zone_id:
        return
    name = f"{settings.entry.zone_name or settings.domain}."
    route53 = _route53(target)
    found = route53.list_hosted_zones_by_name(DNSName=name)["HostedZones"]
    if not any(zone["Name"] == name and not zone["Config"]["PrivateZone"] for zone in found):
        route53.create_hosted_zone(Name=name, CallerReference=f"{CALLER}-{name}")


def _route53(target: Target) -> Any:  # noqa: ANN401 - boto3 makes client classes at run time
    """Return a client of the account that has the hosted zone."""
    own = target.clients("route53", target.settings.primary_region)
    role = target.settings.entry.zone_role_arn
    if role is None:
        return own
    import boto3  # noqa: PLC0415 - slow to import

    sts = target.clients("sts", target.settings.primary_region)
    given = sts.assume_role(RoleArn=role, RoleSessionName=CALLER)["Credentials"]
    return boto3.client(
        "route53",
        endpoint_url=own.meta.endpoint_url,
        region_name=target.settings.primary_region,
        aws_access_key_id=given["AccessKeyId"],
        aws_secret_access_key=given["SecretAccessKey"],
        aws_session_token=given["SessionToken"],
    )


def _grow(target: Target) -> None:
    """Make what an account in use has: service-linked roles, a password policy, and a region's watchers."""
    iam = target.clients("iam", target.settings.primary_region)
    for service in account.SERVICE_LINKED_ROLES:
        with suppress(iam.exceptions.InvalidInputException):
            iam.create_service_linked_role(AWSServiceName=f"{service}.amazonaws.com")
    try:
        iam.get_account_password_policy()
    except iam.exceptions.NoSuchEntityException:
        iam.update_account_password_policy(MinimumPasswordLength=8)
    recorder = iam.get_role(RoleName="AWSServiceRoleForConfig")["Role"]["Arn"]
    for region in target.settings.regions:
        config = target.clients("config", region)
        if not config.describe_configuration_recorders()["ConfigurationRecorders"]:
            config.put_configuration_recorder(ConfigurationRecorder={"name": "default", "roleARN": recorder})
        guardduty = target.clients("guardduty", region)
        if not guardduty.list_detectors()["DetectorIds"]:
            guardduty.create_detector(Enable=True)
        hub = target.clients("securityhub", region)
        try:
            hub.describe_hub()
        except hub.exceptions.ClientError:
            hub.enable_security_hub()
        analyzer = target.clients("accessanalyzer", region)
        if not analyzer.list_analyzers()["analyzers"]:
            analyzer.create_analyzer(analyzerName="default", type="ACCOUNT")
