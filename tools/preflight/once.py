"""What the account has one of, and may belong to someone else already."""

from collections.abc import Callable, Iterator

from botocore.exceptions import ClientError

from tools.preflight.check import Check
from tools.preflight.errors import code_of
from tools.preflight.finding import Finding
from tools.preflight.subject import Look, setting

#: What IAM calls the parts of a password policy, by what Terraform calls them.
PASSWORD_RULES = {
    "minimum_password_length": "MinimumPasswordLength",
    "password_reuse_prevention": "PasswordReusePrevention",
    "max_password_age": "MaxPasswordAge",
    "require_lowercase_characters": "RequireLowercaseCharacters",
    "require_uppercase_characters": "RequireUppercaseCharacters",
    "require_numbers": "RequireNumbers",
    "require_symbols": "RequireSymbols",
    "allow_users_to_change_password": "AllowUsersToChangePassword",
    "hard_expiry": "HardExpiry",
}
FLAGS = ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets")


def _passwords(look: Look) -> Iterator[Finding]:
    # https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetAccountPasswordPolicy.html
    wanted = look.new("aws_iam_account_password_policy")
    if not wanted:
        return
    try:
        policy = look.client("iam").get_account_password_policy()["PasswordPolicy"]
    except ClientError as error:
        if code_of(error) == "NoSuchEntity":
            return
        raise
    ours = wanted[0].body
    # IAM leaves out what is not set.
    other = [
        f"{name} is {policy.get(name) or 'not set'} and would be {ours[argument]}"
        for argument, name in PASSWORD_RULES.items()
        if argument in ours and (policy.get(name) or False) != ours[argument]
    ]
    if other:
        yield look.warns(
            f"the account has another password policy, and Terraform would replace it, which no plan shows: "
            f"{', '.join(other)}",
            "leave it to whom it belongs, if it is not yours",
            setting("account", password_policy="existing"),  # noqa: S106 - who owns it
        )


def _public_access(look: Look) -> Iterator[Finding]:
    # https://docs.aws.amazon.com/AmazonS3/latest/API/API_control_GetPublicAccessBlock.html
    if not look.new("aws_s3_account_public_access_block"):
        return
    try:
        block = look.client("s3control").get_public_access_block(AccountId=look.subject.account_id)
    except ClientError as error:
        if code_of(error) == "NoSuchPublicAccessBlockConfiguration":
            return
        raise
    off = [flag for flag in FLAGS if not block["PublicAccessBlockConfiguration"].get(flag)]
    if off:
        yield look.warns(
            f"the account blocks public access to S3 but for {', '.join(off)}, which the platform would turn on for "
            "all buckets of the account",
            "leave it as it is, if someone relies on a bucket that is public",
            setting("account", s3_public_access_block="existing"),
        )


def _configuration_role(look: Look) -> Iterator[Finding]:
    # https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateServiceLinkedRole.html
    for role in look.new("aws_iam_service_linked_role"):
        service = str(role.body.get("aws_service_name"))
        answer = look.pages("iam", "list_roles", "Roles", PathPrefix=f"/aws-service-role/{service}/")
        if names := [one["RoleName"] for one in answer]:
            yield look.stops(
                f"the account has the service-linked role {names[0]} already: the apply would fail with "
                '"has been taken in this account"',
                "take the role that is there",
                setting("configuration", service_role="existing"),
            )


def _anomalies(look: Look) -> Iterator[Finding]:
    # https://docs.aws.amazon.com/cost-management/latest/userguide/management-limits.html: one of services an account.
    monitors = [one for one in look.new("aws_ce_anomaly_monitor") if one.body.get("monitor_dimension") == "SERVICE"]
    if not monitors:
        return
    client = look.client("ce", "us-east-1")
    found, token = [], ""
    while True:
        answer = client.get_anomaly_monitors(**({"NextPageToken": token} if token else {}))
        found += [one["MonitorName"] for one in answer["AnomalyMonitors"] if one.get("MonitorDimension") == "SERVICE"]
        token = answer.get("NextPageToken", "")
        if not token:
            break
    if found:
        yield look.stops(
            f"the account has a cost anomaly monitor of its services, {found[0]}, and can have one; AWS makes one by "
            "itself when Cost Explorer is first used",
            "leave out budget.anomaly_usd and subscribe to that one, or delete it if nobody uses it",
            "aws ce get-anomaly-monitors --query AnomalyMonitors[].[MonitorName,MonitorArn]",
            "aws ce delete-anomaly-monitor --monitor-arn ARN",
        )


def _check(name: str, run: Callable[[Look], Iterator[Finding]], *actions: str) -> Check:
    return Check(name=name, place="account", run=run, actions=actions, of_ours=True)


CHECKS = (
    _check("password policy", _passwords, "iam:GetAccountPasswordPolicy"),
    _check("public access to S3", _public_access, "s3:GetAccountPublicAccessBlock"),
    _check("service-linked role of AWS Config", _configuration_role, "iam:ListRoles"),
    _check("cost anomaly monitor", _anomalies, "ce:GetAnomalyMonitors"),
)
