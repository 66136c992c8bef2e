"""A platform that boto3 has made, its parts named as the platform names them, and drills of it."""

from __future__ import annotations

import io
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console

from modules.core.naming import Names, bucket_name
from modules.settings import Settings
from tests.support.region_sets import settings_of
from tools.console import Reporter
from tools.emulator import Emulator
from tools.paths import Paths
from tools.restore import drill_parts, restore_drill
from tools.restore.part import Place
from tools.target import Target

HOME, OTHER = REGIONS = ("us-east-1", "us-west-2")


@dataclass
class Standing:
    """What stands, and a target that a drill takes."""

    emulator: Emulator
    target: Target
    key: str

    @property
    def names(self) -> Names:
        settings = self.target.settings
        return Names(environment=settings.environment, suffix=settings.environment_suffix, region=HOME)

    @property
    def bucket(self) -> str:
        return bucket_name(self.names, "data", self.emulator.account_id)

    @property
    def table(self) -> str:
        return self.names.of("dynamodb", "sessions")

    @property
    def instance(self) -> str:
        return self.names.of("rds", "main")

    def client(self, service: str, region: str = HOME) -> Any:
        return self.emulator.client(service, region)

    def drill(self, **environ: str) -> str:
        """What is printed."""
        text = io.StringIO()
        reporter = Reporter(Console(file=text, width=200))
        restore_drill(self.target, approve=lambda *_: None, reporter=reporter, environ=environ)
        return text.getvalue()

    def report(self) -> dict[str, dict[str, Any]]:
        """The parts of the last drill."""
        content = json.loads((self.target.paths.reports / "restore-drill.json").read_text())
        assert content["left"] == []
        return {part["part"]: part for part in content["parts"]}

    def restored(self) -> list[str]:
        """All that drills have left."""
        return [name for part in drill_parts(self.place()) for name in part.left()]

    def place(self, **more: Any) -> Place:
        """Where a drill works whose mark is known."""
        known: dict[str, Any] = {"mark": "abcdef01", "on_emulator": True, "say": lambda _: None, **more}
        return Place(settings=self.target.settings, account_id=self.emulator.account_id, clients=self.client, **known)


def make_standing(emulator: Emulator, folder: Path, *, suffix: str) -> Standing:
    """A database, a table with sessions, and a bucket in both regions."""
    settings = Settings.model_validate(settings_of(*REGIONS, environment_suffix=suffix))
    paths = Paths(settings=folder / "settings.yaml", build=folder / "build" / "local", out=folder / "out")
    target = Target(
        paths=paths,
        settings=settings,
        environment={},
        clients=emulator.client,
        account_id=emulator.account_id,
        local=True,
    )
    kms = emulator.client("kms", HOME)
    key = kms.create_key()["KeyMetadata"]["Arn"]
    kms.create_alias(AliasName=f"alias/PROD-kms-{suffix}-data-{HOME}", TargetKeyId=key)
    made = Standing(emulator, target, key)
    _make_database(made, f"prod-rds-{suffix}-group")
    _make_table(made)
    for region in REGIONS:
        _make_bucket(made, region)
    return made


def _make_database(made: Standing, group_name: str) -> None:
    ec2, rds = made.client("ec2"), made.client("rds")
    vpc = ec2.create_vpc(CidrBlock="10.99.0.0/16")["Vpc"]["VpcId"]
    subnets = [
        ec2.create_subnet(VpcId=vpc, CidrBlock=f"10.99.{number}.0/24", AvailabilityZone=f"{HOME}{zone}")
        for number, zone in enumerate("ab")
    ]
    group = ec2.create_security_group(VpcId=vpc, GroupName="drill", Description="drill")["GroupId"]
    rds.create_db_subnet_group(
        DBSubnetGroupName=group_name,
        DBSubnetGroupDescription="drill",
        SubnetIds=[each["Subnet"]["SubnetId"] for each in subnets],
    )
    rds.create_db_parameter_group(DBParameterGroupName=group_name, DBParameterGroupFamily="postgres17", Description="d")
    rds.create_db_instance(
        DBInstanceIdentifier=made.instance,
        Engine="postgres",
        EngineVersion="17.11",
        DBInstanceClass="db.t4g.micro",
        AllocatedStorage=20,
        MasterUsername="meridian",
        MasterUserPassword="a-password-of-the-test",
        DBName="meridian",
        StorageEncrypted=True,
        KmsKeyId=made.key,
        DBSubnetGroupName=group_name,
        VpcSecurityGroupIds=[group],
        DBParameterGroupName=group_name,
        BackupRetentionPeriod=7,
        EnableIAMDatabaseAuthentication=True,
        MultiAZ=True,
        DeletionProtection=True,
        PubliclyAccessible=False,
        Tags=[{"Key": "Backup", "Value": "plan"}, {"Key": "Project", "Value": "meridian"}],
    )


def _make_table(made: Standing) -> None:
    dynamodb = made.client("dynamodb")
    dynamodb.create_table(
        TableName=made.table,
        KeySchema=[{"AttributeName": "session_id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "session_id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
        SSESpecification={"Enabled": True, "SSEType": "KMS", "KMSMasterKeyId": made.key},
    )
    recovery(made, enabled=True)
    for number in range(5):
        dynamodb.put_item(TableName=made.table, Item={"session_id": {"S": f"s{number}"}, "n": {"N": str(number)}})


def recovery(made: Standing, *, enabled: bool) -> None:
    made.client("dynamodb").update_continuous_backups(
        TableName=made.table, PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": enabled}
    )


def _make_bucket(made: Standing, region: str) -> None:
    s3 = made.client("s3", region)
    name = made.bucket.replace(HOME, region)
    where = {"CreateBucketConfiguration": {"LocationConstraint": region}} if region != HOME else {}
    s3.create_bucket(Bucket=name, **where)
    s3.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})
    if region == HOME:
        for text in (b"first", b"second"):
            s3.put_object(Bucket=name, Key="application/file", Body=text)
