"""A region is lost, another takes over by the real functions and the real state machine, and the lost one returns."""

from __future__ import annotations

import io
import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from tests.support.lives import Applied, new_life
from tests.support.part import only
from tests.support.region_sets import settings_of
from tools.console import Reporter
from tools.dns import Question, one_answer
from tools.dns_live import LiveWorld, zone_of
from tools.errors import ToolError
from tools.failover import Failovers, clients_on_emulator

pytestmark = pytest.mark.emulator
HOME, WEST = REGIONS = ("us-east-1", "us-west-2")
SETTINGS = settings_of(
    *REGIONS,
    network={"nat_gateways": "none", "interface_endpoints": ["secretsmanager"], "availability_zones": 2},
    secrets={"recovery_window_days": 0},
)
#: What a failover looks at or changes, and what does it.
KINDS = (
    *("aws_autoscaling_group", "aws_cloudwatch_event_target", "aws_db_instance", "aws_dynamodb_table"),
    *("aws_iam_role_policy", "aws_lambda_function", "aws_lambda_permission", "aws_network_acl", "aws_route53_record"),
    *("aws_secretsmanager_secret_policy", "aws_secretsmanager_secret_rotation", "aws_sfn_state_machine"),
    *("aws_secretsmanager_secret_version", "aws_sns_topic_policy", "aws_kms_alias", "aws_cloudwatch_composite_alarm"),
)


class World(LiveWorld):
    """The load balancers of this part have no instances: each counts as well while its region answers."""

    def target(self, name: str) -> bool:
        return not any(region in name for region in self.dark)


class Drill:
    """The platform, and what people do."""

    def __init__(self, life: Applied) -> None:
        self.life, self.text = life, io.StringIO()
        self.dns = World(life.client)

    def instance(self, region: str) -> dict[str, Any]:
        (found,) = self.life.client("rds", region).describe_db_instances()["DBInstances"]
        return dict(found)

    def keep(self, region: str) -> dict[str, Any]:
        """A minute's run of a keeper: schedules do not tick here."""
        answer = self.life.client("lambda", region).invoke(
            FunctionName=f"PROD-lambda-test-failover-act-{region}", Payload=b'{"keep": true}'
        )
        said = json.loads(answer["Payload"].read())
        assert "FunctionError" not in answer, said
        return dict(said)

    def publish_lag(self) -> None:
        """A replica that was two seconds behind for half an hour, as RDS says."""
        now, name = time.time(), self.instance(WEST)["DBInstanceIdentifier"]
        self.life.client("cloudwatch", WEST).put_metric_data(
            Namespace="AWS/RDS",
            MetricData=[
                {
                    "MetricName": "ReplicaLag",
                    "Dimensions": [{"Name": "DBInstanceIdentifier", "Value": name}],
                    "Timestamp": now - 60 * minute,
                    "Value": 2,
                }
                for minute in range(30, -1, -1)
            ],
        )

    def type(self, name: str, **environ: str) -> str:
        self.text.truncate(0)
        self.text.seek(0)
        make = clients_on_emulator(self.life.emulator)
        reporter = Reporter(Console(file=self.text, width=300))
        getattr(Failovers(file=self.life.settings, make=make, environ=environ, reporter=reporter), name)()
        return self.text.getvalue()

    def clients_go_to(self) -> str:
        """The region that the domain leads to, for a client near home."""
        zone = zone_of(self.life.client, "example.com")
        if not self.dns.dark:
            self.dns.remember(zone)
        return one_answer(Question(zone=zone, world=self.dns, nearest=REGIONS), "example.com")

    def go_dark(self) -> None:
        self.dns.remember(zone_of(self.life.client, "example.com"))
        self.life.emulator.outage([HOME], control=True)
        self.dns.dark = [HOME]

    def come_back(self) -> None:
        self.life.emulator.outage()
        self.dns.dark = []

    def secret(self, region: str, which: str) -> dict[str, Any]:
        name = f"PROD-secret-test-{which}-{HOME}"
        client = self.life.client("secretsmanager", region)
        return dict(json.loads(client.get_secret_value(SecretId=name)["SecretString"]))

    def is_fenced(self) -> bool:
        tier = [{"Name": "tag:Tier", "Values": ["database"]}]
        (acl,) = self.life.client("ec2", HOME).describe_network_acls(Filters=tier)["NetworkAcls"]
        return any(entry["RuleNumber"] == 1 and entry["RuleAction"] == "deny" for entry in acl["Entries"])


@pytest.fixture
def drill(tmp_path: Path) -> Iterator[Drill]:
    with pytest.MonkeyPatch.context() as monkeypatch:
        only(monkeypatch, *KINDS)
        begun = new_life(tmp_path, SETTINGS, backend=False)
        emulator = begun.start()
        try:
            begun.up()
            yield Drill(Applied(begun, emulator, begun.target(emulator)))
        finally:
            emulator.stop()


def test_home_is_lost_succeeded_and_fenced_when_it_returns(drill: Drill) -> None:
    password = drill.secret(WEST, "database")["password"]
    for region in REGIONS:
        drill.keep(region)
    drill.publish_lag()
    assert HOME in drill.clients_go_to()
    assert "available, replica of us-east-1" in drill.type("status")
    with pytest.raises(ToolError, match="answers and is available"):
        drill.type("fail_over", REGION=WEST)

    drill.go_dark()
    assert WEST in drill.clients_go_to()
    assert drill.keep(WEST)["missed"] == [HOME]
    assert "last seen by a keeper" in drill.type("status")
    assert "would do: hold, fence" in drill.type("fail_over", REGION=WEST, DRY_RUN="1")
    assert "ReadReplicaSourceDBInstanceIdentifier" in drill.instance(WEST)

    began = time.monotonic()
    text = drill.type("fail_over", REGION=WEST)
    assert time.monotonic() - began < 180
    assert "is: the writer is" in text
    assert "is not: fenced" in text
    writer = drill.instance(WEST)
    assert "ReadReplicaSourceDBInstanceIdentifier" not in writer
    for which in ("database", "application"):
        assert drill.secret(WEST, which)["host"] == writer["Endpoint"]["Address"]
    assert drill.secret(WEST, "database")["password"] == password
    assert "is: the writer is" in drill.type("fail_over", REGION=WEST, DRIVER="here")

    drill.come_back()
    assert drill.keep(WEST)["held"] == [HOME]
    # It is well again, and still nobody is led there: its database is the old one.
    assert WEST in drill.clients_go_to()
    assert not drill.is_fenced()
    assert drill.keep(HOME)["returned"]["fenced"] == HOME
    assert drill.is_fenced()
    assert WEST in drill.clients_go_to()
    with pytest.raises(ToolError, match="stands alone"):
        drill.type("let_back", REGION=HOME)
    assert "us-east-1 is back" in drill.type("let_back", REGION=HOME, FORCE_REASON="the drill is over")
    # The alarm looks at whole minutes.
    end = time.monotonic() + 180
    while HOME not in drill.clients_go_to():
        assert time.monotonic() < end
        time.sleep(5)
        drill.keep(WEST)
