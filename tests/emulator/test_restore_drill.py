"""Restores from the backups of a platform that boto3 has made, its parts named as the platform names them."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import pytest
from botocore.exceptions import ClientError
from rich.console import Console

from modules.core.naming import Names, bucket_name
from modules.settings import Settings
from tests.support.identities import is_refused, make_role
from tests.support.region_sets import settings_of
from tools.console import Reporter
from tools.emulator import Emulator
from tools.errors import Interrupted, ToolError
from tools.paths import ROOT, Paths
from tools.restore import RestoreDrill, drill_parts, restore_drill
from tools.restore.objects import Objects
from tools.restore.part import Place
from tools.restore.sessions import Sessions
from tools.target import Target

pytestmark = pytest.mark.emulator
HOME, OTHER = REGIONS = ("us-east-1", "us-west-2")
GROUP = "prod-rds-drill-group"
NO_BACKUPS = "has no point-in-time recovery"


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
        place = Place(
            settings=self.target.settings, account_id=self.emulator.account_id, clients=self.client, mark="0" * 8
        )
        return [name for part in drill_parts(place) for name in part.left()]


@pytest.fixture(scope="module")
def standing(emulator: Emulator, tmp_path_factory: pytest.TempPathFactory) -> Standing:
    folder = tmp_path_factory.mktemp("drill")
    settings = Settings.model_validate(settings_of(*REGIONS, environment_suffix="drill"))
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
    kms.create_alias(AliasName=f"alias/PROD-kms-drill-data-{HOME}", TargetKeyId=key)
    made = Standing(emulator, target, key)
    make_database(made)
    make_table(made)
    for region in REGIONS:
        make_bucket(made, region)
    return made


def make_database(made: Standing) -> None:
    ec2, rds = made.client("ec2"), made.client("rds")
    vpc = ec2.create_vpc(CidrBlock="10.99.0.0/16")["Vpc"]["VpcId"]
    subnets = [
        ec2.create_subnet(VpcId=vpc, CidrBlock=f"10.99.{number}.0/24", AvailabilityZone=f"{HOME}{zone}")
        for number, zone in enumerate("ab")
    ]
    group = ec2.create_security_group(VpcId=vpc, GroupName="drill", Description="drill")["GroupId"]
    rds.create_db_subnet_group(
        DBSubnetGroupName=GROUP,
        DBSubnetGroupDescription="drill",
        SubnetIds=[each["Subnet"]["SubnetId"] for each in subnets],
    )
    rds.create_db_parameter_group(DBParameterGroupName=GROUP, DBParameterGroupFamily="postgres17", Description="d")
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
        DBSubnetGroupName=GROUP,
        VpcSecurityGroupIds=[group],
        DBParameterGroupName=GROUP,
        BackupRetentionPeriod=7,
        EnableIAMDatabaseAuthentication=True,
        MultiAZ=True,
        DeletionProtection=True,
        PubliclyAccessible=False,
        Tags=[{"Key": "Backup", "Value": "plan"}, {"Key": "Project", "Value": "meridian"}],
    )


def make_table(made: Standing) -> None:
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


def make_bucket(made: Standing, region: str) -> None:
    s3 = made.client("s3", region)
    name = made.bucket.replace(HOME, region)
    where = {"CreateBucketConfiguration": {"LocationConstraint": region}} if region != HOME else {}
    s3.create_bucket(Bucket=name, **where)
    s3.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})
    if region == HOME:
        for text in (b"first", b"second"):
            s3.put_object(Bucket=name, Key="application/file", Body=text)


def test_all_of_it_comes_back_and_nothing_is_left(standing: Standing) -> None:
    text = standing.drill()
    parts = standing.report()
    assert {name: part["verdict"] for name, part in parts.items()} == dict.fromkeys(
        ("objects", "sessions", "database"), "restored, the same"
    )
    assert "2 versions of objects that were there" in parts["objects"]["compared"]
    assert parts["objects"]["left_out"] == ["2 versions have no copy in us-west-2: the emulator copies no objects"]
    assert {"encryption, with the same key", "billing", "5 of 5 other sessions"} <= {*parts["sessions"]["compared"]}
    assert {"security groups", "not public", "parameter group"} <= {*parts["database"]["compared"]}
    assert parts["database"]["left_out"] == ["rows: the emulator keeps none"]
    assert "not compared: rows: the emulator keeps none" in text
    assert standing.restored() == []
    assert standing.client("dynamodb").scan(TableName=standing.table)["Count"] == 5
    markdown = (standing.target.paths.reports / "restore-drill.md").read_text()
    assert "| database | restored, the same |" in markdown


def test_what_stays_to_be_looked_at_is_as_closed_as_its_source_and_goes_with_the_next_drill(standing: Standing) -> None:
    standing.drill(PARTS="database", KEEP="yes")
    (name,) = standing.restored()
    (restored,) = standing.client("rds").describe_db_instances(DBInstanceIdentifier=name)["DBInstances"]
    assert not restored["MultiAZ"]
    assert not restored["DeletionProtection"]
    assert "ReadReplicaSourceDBInstanceIdentifier" not in restored
    assert {tag["Key"] for tag in restored["TagList"]} == {"Name", "Project", "RestoreDrill"}
    assert f"left by an earlier drill, and deleted: {name}" in standing.drill(PARTS="database")
    assert standing.restored() == []


@pytest.fixture
def broken(standing: Standing) -> Iterator[Standing]:
    recovery(standing, enabled=False)
    yield standing
    recovery(standing, enabled=True)


def test_a_part_without_backups_is_told_and_stops_no_other(broken: Standing) -> None:
    with pytest.raises(ToolError, match="sessions"):
        broken.drill(PARTS="sessions,objects")
    parts = broken.report()
    assert NO_BACKUPS in parts["sessions"]["fault"]
    assert parts["objects"]["verdict"] == "restored, the same"
    assert broken.restored() == []
    assert broken.client("dynamodb").scan(TableName=broken.table)["Count"] == 5


def test_a_database_without_backups_is_refused_as_rds_does(standing: Standing) -> None:
    rds = standing.client("rds")
    rds.modify_db_instance(DBInstanceIdentifier=standing.instance, BackupRetentionPeriod=0, ApplyImmediately=True)
    with pytest.raises(ToolError, match="database"):
        standing.drill(PARTS="database")
    assert "PointInTimeRestoreNotEnabled" in standing.report()["database"]["fault"]
    rds.modify_db_instance(DBInstanceIdentifier=standing.instance, BackupRetentionPeriod=7, ApplyImmediately=True)


def test_what_is_restored_with_the_defaults_of_rds_is_not_the_same(
    standing: Standing, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tools.restore import database  # noqa: PLC0415

    def careless(source: Any, name: str, *, mark: str) -> dict[str, Any]:
        kept = ("SourceDBInstanceIdentifier", "TargetDBInstanceIdentifier", "UseLatestRestorableTime")
        return {key: value for key, value in request(source, name, mark=mark).items() if key in kept}

    request = database.request
    monkeypatch.setattr(database, "request", careless)
    with pytest.raises(ToolError, match="not the same"):
        standing.drill(PARTS="database")
    told = " ".join(standing.report()["database"]["differences"])
    assert "security groups" in told
    assert "parameter group" in told
    assert "login by IAM" in told


def test_sessions_that_do_not_come_back_are_told(standing: Standing, monkeypatch: pytest.MonkeyPatch) -> None:
    def lose(self: Sessions, _: str, name: str, __: Any) -> None:
        for session in ("s1", f"restore-drill-{self.place.mark}-0"):
            self.dynamodb.delete_item(TableName=name, Key={"session_id": {"S": session}})

    monkeypatch.setattr(Sessions, "_compare_tables", lose)
    with pytest.raises(ToolError, match="not the same"):
        standing.drill(PARTS="sessions")
    (first, second) = standing.report()["sessions"]["differences"]
    assert "it is not as it was written" in first
    assert "1 of 5 other sessions" in second


def test_objects_that_come_back_otherwise_are_told(standing: Standing, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Objects, "_copy", lambda self, version: self._put(f"{self._folder()}{version.key}", b"other"))
    with pytest.raises(ToolError, match="not the same"):
        standing.drill(PARTS="objects")
    told = " ".join(standing.report()["objects"]["differences"])
    assert "version 1 of a deleted object, byte for byte" in told
    assert "application/file: a version came back otherwise" in told


@pytest.mark.parametrize("name", ["objects", "sessions", "database"])
def test_an_interrupted_drill_deletes_what_it_has_restored(
    standing: Standing, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    part = type(drill_parts(place(standing), name)[0])
    restore = part.restore

    def interrupted(self: Any) -> Any:
        restore(self)
        assert standing.restored()
        raise KeyboardInterrupt

    monkeypatch.setattr(part, "restore", interrupted)
    with pytest.raises(Interrupted, match="interrupted"):
        standing.drill(PARTS=name)
    assert standing.restored() == []


@pytest.mark.parametrize("name", ["objects", "sessions", "database"])
def test_what_a_killed_drill_has_left_goes_first(standing: Standing, name: str) -> None:
    drill = RestoreDrill(parts=drill_parts(place(standing), name), say=lambda _: None, keep=True)
    drill.run()
    assert standing.restored()
    assert "left by an earlier drill" in standing.drill(PARTS=name)
    assert standing.restored() == []


def test_a_table_without_recovery_cannot_be_restored(broken: Standing) -> None:
    with pytest.raises(ClientError, match="PointInTimeRecoveryUnavailable"):
        broken.client("dynamodb").restore_table_to_point_in_time(
            SourceTableName=broken.table, TargetTableName="other", UseLatestRestorableTime=True
        )


def page_s_policy() -> str:
    """The policy of docs/restore-drill.md, for the names of what stands here."""
    page = (ROOT / "docs" / "restore-drill.md").read_text(encoding="utf-8")
    text = page.split("```json\n")[1].split("```")[0]
    return text.replace("-main-", "-drill-")


@pytest.fixture(scope="module")
def permitted(standing: Standing, tmp_path_factory: pytest.TempPathFactory) -> Standing:
    """What stands, for a role with the policy of the page and nothing else."""
    file = tmp_path_factory.mktemp("policy") / "restorer.json"
    file.write_text(page_s_policy())
    acting = make_role(standing.emulator, "restorer", [file])
    return Standing(acting, replace(standing.target, clients=acting.client), standing.key)


def test_the_policy_of_the_page_is_enough(permitted: Standing, standing: Standing) -> None:
    permitted.drill()
    assert {part["verdict"] for part in permitted.report().values()} == {"restored, the same"}
    assert standing.restored() == []


def test_the_policy_of_the_page_lets_nobody_harm_the_original(permitted: Standing) -> None:
    calls = (
        lambda: permitted.client("rds").delete_db_instance(
            DBInstanceIdentifier=permitted.instance, SkipFinalSnapshot=True
        ),
        lambda: permitted.client("dynamodb").delete_table(TableName=permitted.table),
        lambda: permitted.client("s3").put_object(Bucket=permitted.bucket, Key="application/file", Body=b"other"),
        lambda: permitted.client("s3").delete_object(Bucket=permitted.bucket, Key="application/file"),
    )
    for call in calls:
        with pytest.raises(ClientError) as refused:
            call()
        assert is_refused(refused.value.response["Error"]["Code"])


def test_a_part_that_there_is_not_is_refused(standing: Standing) -> None:
    with pytest.raises(ToolError, match="PARTS names tapes"):
        standing.drill(PARTS="tapes")


def place(standing: Standing) -> Place:
    found = Place(
        settings=standing.target.settings,
        account_id=standing.emulator.account_id,
        clients=standing.client,
        mark="abcdef01",
        on_emulator=True,
        say=lambda _: None,
    )
    return replace(found)
