import io
import zipfile

import pytest

from tests.support.refusals import ACCOUNT, REGION, fresh_name, refused, role
from tools.emulator import Emulator

pytestmark = pytest.mark.emulator


@pytest.fixture
def function(emulator: Emulator) -> str:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("main.py", "")
    answer = emulator.client("lambda", REGION).create_function(
        FunctionName=fresh_name("rotation"),
        Runtime="python3.12",
        Handler="main.handler",
        Role=role(emulator, service="lambda.amazonaws.com"),
        Code={"ZipFile": packed.getvalue()},
    )
    return str(answer["FunctionArn"])


def permit(emulator: Emulator, function: str, account: str = ACCOUNT) -> None:
    emulator.client("lambda", REGION).add_permission(
        FunctionName=function,
        StatementId="rotation",
        Action="lambda:InvokeFunction",
        Principal="secretsmanager.amazonaws.com",
        SourceAccount=account,
    )


def test_a_rotation_needs_the_permission_to_invoke_its_function(emulator: Emulator, function: str) -> None:
    secrets = emulator.client("secretsmanager", REGION)
    secret = secrets.create_secret(Name=fresh_name("secret"), SecretString="x")["ARN"]
    rotation = {"SecretId": secret, "RotationLambdaARN": function, "RotationRules": {"AutomaticallyAfterDays": 30}}
    with refused("AccessDeniedException"):
        secrets.rotate_secret(**rotation)
    with refused("AccessDeniedException"):
        secrets.rotate_secret(**rotation | {"RotationLambdaARN": f"{function}-gone"})
    permit(emulator, function)
    secrets.rotate_secret(**rotation)


def test_a_rotation_needs_a_permission_for_this_account(emulator: Emulator, function: str) -> None:
    secrets = emulator.client("secretsmanager", REGION)
    secret = secrets.create_secret(Name=fresh_name("secret"), SecretString="x")["ARN"]
    permit(emulator, function, "210987654321")
    with refused("AccessDeniedException"):
        secrets.rotate_secret(SecretId=secret, RotationLambdaARN=function, RotationRules={"AutomaticallyAfterDays": 30})


def test_a_rotation_needs_a_value(emulator: Emulator, function: str) -> None:
    secrets = emulator.client("secretsmanager", REGION)
    permit(emulator, function)
    secret = secrets.create_secret(Name=fresh_name("secret"))["ARN"]
    rotation = {"SecretId": secret, "RotationLambdaARN": function, "RotationRules": {"AutomaticallyAfterDays": 30}}
    with refused("InvalidRequestException"):
        secrets.rotate_secret(**rotation)
    secrets.put_secret_value(SecretId=secret, SecretString="x")
    secrets.rotate_secret(**rotation)


def test_a_source_is_upgraded_after_its_replicas(emulator: Emulator) -> None:
    rds, source = emulator.client("rds", REGION), fresh_name("source")
    rds.create_db_instance(
        DBInstanceIdentifier=source,
        DBInstanceClass="db.t4g.small",
        Engine="postgres",
        EngineVersion="16.8",
        MasterUsername="root",
        MasterUserPassword="password",
        AllocatedStorage=20,
        BackupRetentionPeriod=7,
    )
    elsewhere, replica = emulator.client("rds", "eu-central-1"), fresh_name("replica")
    arn = f"arn:aws:rds:{REGION}:{ACCOUNT}:db:{source}"
    elsewhere.create_db_instance_read_replica(DBInstanceIdentifier=replica, SourceDBInstanceIdentifier=arn)
    with refused("DBUpgradeDependencyFailure"):
        rds.modify_db_instance(DBInstanceIdentifier=source, EngineVersion="16.10", ApplyImmediately=True)
    elsewhere.modify_db_instance(DBInstanceIdentifier=replica, EngineVersion="16.10", ApplyImmediately=True)
    # The first look finds it upgrading.
    with refused("DBUpgradeDependencyFailure"):
        rds.modify_db_instance(DBInstanceIdentifier=source, EngineVersion="16.10", ApplyImmediately=True)
    for _ in range(2):
        elsewhere.describe_db_instances(DBInstanceIdentifier=replica)
    rds.modify_db_instance(DBInstanceIdentifier=source, EngineVersion="16.10", ApplyImmediately=True)


def test_an_encrypted_replica_elsewhere_needs_a_key_of_its_region(emulator: Emulator) -> None:
    rds, source = emulator.client("rds", REGION), fresh_name("source")
    rds.create_db_instance(
        DBInstanceIdentifier=source,
        DBInstanceClass="db.t4g.small",
        Engine="postgres",
        MasterUsername="root",
        MasterUserPassword="password",
        AllocatedStorage=20,
        BackupRetentionPeriod=7,
        StorageEncrypted=True,
    )
    elsewhere = emulator.client("rds", "eu-central-1")
    asked = {
        "DBInstanceIdentifier": fresh_name("replica"),
        "SourceDBInstanceIdentifier": f"arn:aws:rds:{REGION}:{ACCOUNT}:db:{source}",
    }
    with refused("InvalidParameterCombination"):
        elsewhere.create_db_instance_read_replica(**asked)
    key = emulator.client("kms", "eu-central-1").create_key()["KeyMetadata"]["Arn"]
    elsewhere.create_db_instance_read_replica(**asked, KmsKeyId=key)


def test_logs_of_the_firewall_go_where_the_name_begins_as_it_must(emulator: Emulator) -> None:
    wafv2 = emulator.client("wafv2", REGION)
    acl = wafv2.create_web_acl(
        Name=fresh_name("acl"),
        Scope="REGIONAL",
        DefaultAction={"Allow": {}},
        VisibilityConfig={"SampledRequestsEnabled": True, "CloudWatchMetricsEnabled": True, "MetricName": "acl"},
    )["Summary"]["ARN"]
    for name, fits in (("aws-waf-logs-a", True), ("waf-logs", False)):
        arn = f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:{name}"
        configuration = {"ResourceArn": acl, "LogDestinationConfigs": [arn]}
        if fits:
            wafv2.put_logging_configuration(LoggingConfiguration=configuration)
        else:
            with refused("WAFInvalidParameterException"):
                wafv2.put_logging_configuration(LoggingConfiguration=configuration)
