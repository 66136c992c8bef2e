"""What a failover moves in three regions of the emulator, made by calls and without Terraform."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from functools import cache
from io import BytesIO
from typing import Any
from zipfile import ZipFile

from modules.areas.failover.runtime.advance import advance
from modules.areas.failover.runtime.clients import Clients
from modules.areas.failover.runtime.world import Place, Platform, World
from tests.support.refusals import fresh_name, role
from tools.emulator import Emulator
from tools.failover_clients import clients_on_emulator

HOME, WEST, SOUTH = REGIONS = ("us-east-1", "us-west-2", "ap-south-1")
KEEPERS = {HOME: WEST, WEST: HOME, SOUTH: HOME}
#: RDS itself commits so often, in seconds: https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_PostgreSQL.Replication.ReadReplicas.Monitor.html
HEARTBEAT = 300


class Standing:
    """Three regions. Its clock goes on when a driver waits, so that nobody waits for it."""

    def __init__(self, emulator: Emulator, *, secrets_in: str = HOME) -> None:
        self._secrets_in = secrets_in
        self.emulator, self._ahead, self._began = emulator, 0.0, time.time()
        self.client: Callable[[str, str], Any] = cache(emulator.client)
        self._dark: list[str] = []
        #: What drivers have waited for.
        self.waited: list[str] = []
        #: Since when nothing is committed at the writer; None while it runs.
        self.stopped: float | None = None
        self.platform = Platform(
            places={region: _place(region, fresh_name("fo")) for region in REGIONS},
            secrets=(fresh_name("master"), fresh_name("application")),
            loss_limit_seconds=420,
            rotation_days=30,
            backup_days=14,
            backup_window="02:00-03:00",
        )
        self._make()
        self._report_lag([self.now() - 60 * minute for minute in range(30, 0, -1)])

    def now(self) -> float:
        return time.time() + self._ahead

    def world(self, near: str = WEST) -> World:
        aws = Clients(near, make=clients_on_emulator(self.emulator))
        return World(platform=self.platform, aws=aws, account=self.emulator.account_id, now=self.now)

    def pass_time(self, seconds: float) -> None:
        minutes = int((self.now() + seconds) // 60) - int(self.now() // 60)
        self._ahead += seconds
        if minutes:
            self._report_lag([self.now() // 60 * 60 - 60 * minute for minute in range(minutes)])

    def lose(self, *regions: str, mode: str = "503") -> None:
        """Regions go dark, with the control planes of IAM and Route 53, and a minute goes by."""
        self.emulator.outage(regions, mode=mode, control="all")
        self._dark = [*regions]
        self.stopped = self.stopped or self.now()
        self.pass_time(60)

    def find_again(self) -> None:
        self.emulator.outage()
        self._dark = []

    def drive(self, request: dict[str, Any], *, most: int = 200) -> tuple[list[str], dict[str, Any]]:
        """A driver: what was done, and the last answer."""
        did, world = [], self.world(request["target"])
        for _ in range(most):
            answer = advance(request, world)
            if "did" in answer:
                did.append(answer["did"])
            if answer["next"] == "end":
                return did, answer
            if answer["next"] == "wait":
                self.waited.append(answer["why"])
                self.pass_time(answer["seconds"])
        raise AssertionError(f"no end: {answer}")

    def instance(self, region: str) -> dict[str, Any]:
        name = self.platform.places[region].instance
        found = self.client("rds", region).describe_db_instances(DBInstanceIdentifier=name)
        return dict(found["DBInstances"][0])

    def hosts(self, region: str) -> set[str]:
        client = self.client("secretsmanager", region)
        values = [client.get_secret_value(SecretId=name)["SecretString"] for name in self.platform.secrets]
        return {json.loads(value)["host"] for value in values}

    def primaries(self, region: str) -> set[str]:
        client = self.client("secretsmanager", region)
        return {client.describe_secret(SecretId=name).get("PrimaryRegion", region) for name in self.platform.secrets}

    def _report_lag(self, moments: list[float]) -> None:
        """What RDS reports of each replica: seconds since the last commit, which is RDS's own."""
        for region in {WEST, SOUTH} - {*self._dark}:
            dimensions = [{"Name": "DBInstanceIdentifier", "Value": self.platform.places[region].instance}]
            data = [
                {"MetricName": "ReplicaLag", "Dimensions": dimensions, "Timestamp": at, "Value": self._lag(at)}
                for at in moments
            ]
            self.client("cloudwatch", region).put_metric_data(Namespace="AWS/RDS", MetricData=data)

    def _lag(self, at: float) -> float:
        alive = at if self.stopped is None else min(at, self.stopped)
        return at - (self._began + (alive - self._began) // HEARTBEAT * HEARTBEAT)

    def _make(self) -> None:
        code = BytesIO()
        with ZipFile(code, "w") as package:
            package.writestr("handler.py", "def handle(event, context): ...")
        rotates = role(self.emulator, service="lambda.amazonaws.com")
        for region, place in self.platform.places.items():
            client = self.client
            client("dynamodb", region).create_table(
                TableName=place.table,
                KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
                AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
                BillingMode="PAY_PER_REQUEST",
            )
            client("sns", region).create_topic(Name=place.page)
            client("lambda", region).create_function(
                FunctionName=place.rotation,
                Runtime="python3.13",
                Handler="handler.handle",
                Role=rotates,
                Code={"ZipFile": code.getvalue()},
            )
            client("lambda", region).add_permission(
                FunctionName=place.rotation,
                StatementId="rotation",
                Action="lambda:InvokeFunction",
                Principal="secretsmanager.amazonaws.com",
            )
            ec2 = client("ec2", region)
            vpc = ec2.create_vpc(CidrBlock="10.0.0.0/24")["Vpc"]["VpcId"]
            tags = [{"ResourceType": "network-acl", "Tags": [{"Key": "Name", "Value": place.acl}]}]
            ec2.create_network_acl(VpcId=vpc, TagSpecifications=tags)
        self._make_databases()
        self._make_secrets()

    def _make_databases(self) -> None:
        source = self.client("rds", HOME).create_db_instance(
            DBInstanceIdentifier=self.platform.places[HOME].instance,
            DBInstanceClass="db.t4g.medium",
            Engine="postgres",
            EngineVersion="16.8",
            AllocatedStorage=20,
            MasterUsername="root",
            MasterUserPassword="not-a-secret",
            BackupRetentionPeriod=14,
            PreferredMaintenanceWindow="sun:05:00-sun:06:00",
        )["DBInstance"]
        for region in (WEST, SOUTH):
            self.client("rds", region).create_db_instance_read_replica(
                DBInstanceIdentifier=self.platform.places[region].instance,
                SourceDBInstanceIdentifier=source["DBInstanceArn"],
            )

    def _make_secrets(self) -> None:
        primary = self._secrets_in
        secrets, place = self.client("secretsmanager", primary), self.platform.places[primary]
        host = self.instance(HOME)["Endpoint"]["Address"]
        for name in self.platform.secrets:
            secrets.create_secret(
                Name=name,
                SecretString=json.dumps({"host": host, "password": "kept"}),
                AddReplicaRegions=[{"Region": region} for region in REGIONS if region != primary],
            )
            secrets.rotate_secret(
                SecretId=name,
                RotationLambdaARN=self.world().arn("lambda", primary, f"function:{place.rotation}"),
                RotationRules={"AutomaticallyAfterDays": 30},
            )


def _place(region: str, name: str) -> Place:
    return Place(
        keeper=KEEPERS[region],
        instance=name,
        acl=name,
        group=name,
        page=name,
        rotation=name,
        secrets_key="alias/aws/secretsmanager",
        table=name,
        machine=name,
        look=name,
    )
