import pytest

from tests.support.refusals import REGION, fresh_name, refused
from tools.emulator import Emulator
from tools.emulator.call import Call
from tools.emulator.model import judge
from tools.emulator.refusal import Refusal

CHECK = {"Type": "none"}
STATUS = {"Status": "on"}


def judged(service: str, operation: str, **parameters: object) -> Refusal | None:
    return judge(Call(service=service, operation=operation, region=REGION, parameters=parameters))


@pytest.mark.parametrize(
    ("service", "operation", "parameters", "told"),
    [
        # What is asked for, and what of the fault is told.
        ("kms", "EnableKeyRotation", {}, "'KeyId' failed to satisfy constraint: Member must not be null"),
        ("kms", "EnableKeyRotation", {"KeyId": "a", "RotationPeriodInDays": 89}, "greater than or equal to 90"),
        ("kms", "ScheduleKeyDeletion", {"KeyId": "a", "PendingWindowInDays": 366}, "less than or equal to 365"),
        ("iam", "CreateRole", {"RoleName": "a b", "AssumeRolePolicyDocument": "{}"}, "regular expression"),
        ("iam", "CreateRole", {"RoleName": "a" * 65, "AssumeRolePolicyDocument": "{}"}, "less than or equal to 64"),
        ("iam", "UpdateRole", {"RoleName": "a", "Description": "a \u2014 b"}, "regular expression"),
        ("lambda", "UpdateFunctionConfiguration", {"FunctionName": "a", "Runtime": "python2"}, "enum value set"),
        ("events", "PutTargets", {"Rule": "a", "Targets": []}, "length greater than or equal to 1"),
        ("logs", "TagLogGroup", {"logGroupName": "a", "tags": {}}, "length greater than or equal to 1"),
    ],
)
def test_what_a_model_forbids_is_refused_by_name(
    service: str, operation: str, parameters: dict[str, object], told: str
) -> None:
    refusal = judged(service, operation, **parameters)
    assert refusal is not None
    assert refusal.message.startswith("1 validation error detected: ")
    assert told in refusal.message


@pytest.mark.parametrize(
    ("service", "operation", "parameters"),
    [
        ("kms", "EnableKeyRotation", {"KeyId": "a", "RotationPeriodInDays": 90}),
        ("iam", "CreateRole", {"RoleName": "a-b", "AssumeRolePolicyDocument": "{}", "Description": "über"}),
        ("ec2", "DescribeAccountAttributes", {"AttributeNames": ["max-elastic-ips"]}),
        ("sts", "GetCallerIdentity", {}),
    ],
)
def test_what_a_model_allows_is_taken(service: str, operation: str, parameters: dict[str, object]) -> None:
    assert judged(service, operation, **parameters) is None


def test_a_secret_is_not_told() -> None:
    refusal = judged("secretsmanager", "CreateSecret", Name="a", SecretString="hidden" * 20_000)
    assert refusal is not None
    assert "hidden" not in refusal.message


@pytest.mark.emulator
@pytest.mark.parametrize(
    ("service", "operation", "parameters", "code"),
    [
        ("ec2", "describe_volumes", {"MaxResults": 5, "Filters": [{"Name": "a"}] * 2}, None),
        ("ec2", "create_vpn_gateway", {"Type": "none"}, "InvalidParameterValue"),
        ("iam", "create_user", {"UserName": "a b"}, "ValidationError"),
        ("kms", "create_key", {"KeySpec": "none"}, "ValidationException"),
        ("backup", "create_backup_vault", {"BackupVaultName": "a/b"}, "ValidationException"),
        ("route53", "create_health_check", {"CallerReference": "a", "HealthCheckConfig": CHECK}, "InvalidInput"),
        ("s3", "put_bucket_versioning", {"Bucket": "abc", "VersioningConfiguration": STATUS}, "InvalidArgument"),
    ],
)
def test_each_protocol_tells_the_refusal(
    emulator: Emulator, service: str, operation: str, parameters: dict[str, object], code: str | None
) -> None:
    client = emulator.client(service, REGION)
    if code is None:
        getattr(client, operation)(**parameters)
        return
    with refused(code):
        getattr(client, operation)(**parameters)


@pytest.mark.emulator
def test_what_is_refused_is_not_done(emulator: Emulator) -> None:
    iam, name = emulator.client("iam", REGION), fresh_name("role")
    with refused("ValidationError"):
        iam.create_role(RoleName=name, AssumeRolePolicyDocument="{}", Description="\u2014")
    assert name not in {role["RoleName"] for role in iam.list_roles()["Roles"]}
