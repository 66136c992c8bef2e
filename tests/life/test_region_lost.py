"""The home region is lost: the platform goes on without it from the replica of its state, and takes it in again."""

from __future__ import annotations

import io
import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from rich.console import Console

from modules.areas.state.location import StateLocation
from modules.settings import load_settings
from tests.support.databases import DATA, SMALL
from tests.support.lives import Applied, new_life
from tests.support.part import only
from tests.support.region_sets import settings_of
from tools import region_lost
from tools.account import Account
from tools.console import Reporter
from tools.errors import ToolError
from tools.paths import PLATFORM, STACKS
from tools.plan import Plan

pytestmark = pytest.mark.emulator
HOME, WEST = "us-east-1", "us-west-2"
ACCOUNT = "123456789012"
#: What holds data, what connects the regions, and what is global.
KINDS = (
    *(
        "aws_config_configuration_aggregator",
        "aws_db_instance",
        "aws_dynamodb_table",
        "aws_iam_account_password_policy",
    ),
    *("aws_s3_bucket_replication_configuration", "aws_secretsmanager_secret_policy"),
    *("aws_secretsmanager_secret_version", "aws_vpc_peering_connection_accepter"),
)
BOTH: dict[str, Any] = settings_of(HOME, WEST, **SMALL, failover={"enabled": False})
#: Without the home region, whose name stays in names.
WITHOUT = BOTH | {
    "regions": [WEST],
    "primary_region": WEST,
    "home_region": WEST,
    "name_region": HOME,
    "lost_regions": [HOME],
}
#: With it again. Its database stands alone.
AGAIN = BOTH | {
    "primary_region": WEST,
    "home_region": WEST,
    "name_region": HOME,
    "database": {"instances": {HOME: {"role": "detached"}}},
}


class Team:
    """Who has the account, edits the settings and types `make`."""

    def __init__(self, platform: Applied) -> None:
        self.platform, self.told = platform, io.StringIO()

    def account(self, content: dict[str, Any], **environ: str) -> Account:
        self.platform.settings.write_text(yaml.safe_dump(content))
        self.told.truncate(0)
        self.told.seek(0)
        return Account(
            settings=self.platform.settings,
            build=self.platform.build.parent / "aws",
            out=self.platform.life.paths.out,
            environ=self.platform.emulator.clean_environment(
                {**self.platform.life.environ, "APPROVE": "yes", "PREFLIGHT": "no", **environ}
            ),
            reporter=Reporter(Console(file=self.told, width=300)),
            gate=False,
        )

    def type(self, command: str, content: dict[str, Any], **environ: str) -> str:
        getattr(self.account(content, **environ), command)()
        return self.told.getvalue()

    def refused(self, command: str, content: dict[str, Any], **environ: str) -> str:
        with pytest.raises(ToolError) as caught:
            self.type(command, content, **environ)
        return f"{caught.value.message} -> {caught.value.advice}"

    def planned(self, content: dict[str, Any]) -> Plan:
        self.type("plan", content)
        file = self.platform.build.parent / "aws" / PLATFORM / "plan.json"
        plan: Plan = json.loads(file.read_text())
        return plan

    def bucket(self, region: str) -> str:
        return f"prod-s3-test-state-{ACCOUNT}-{region}"

    def replicate(self, *, lock: bool) -> None:
        """Do what S3 does: the emulator replicates no objects."""
        s3 = self.platform.client("s3", HOME)
        for stack in STACKS:
            key = f"{stack}/terraform.tfstate"
            body = s3.get_object(Bucket=self.bucket(HOME), Key=key)["Body"].read()
            self.put(WEST, key, body)
        if lock:
            info = {"ID": "1111", "Who": "somebody@there", "Created": "2026-01-01T00:00:00Z"}
            self.put(WEST, f"{PLATFORM}/terraform.tfstate.tflock", json.dumps(info).encode())

    def put(self, region: str, key: str, body: bytes) -> None:
        settings = load_settings(self.platform.settings, {})
        alias = StateLocation.of(settings).key_alias.replace(HOME, region)
        self.platform.client("s3", region).put_object(
            Bucket=self.bucket(region), Key=key, Body=body, ServerSideEncryption="aws:kms", SSEKMSKeyId=alias
        )

    def keys(self, region: str) -> set[str]:
        found = self.platform.client("s3", region).list_objects_v2(Bucket=self.bucket(region))
        return {each["Key"] for each in found.get("Contents", ())}

    def serial(self, region: str, stack: str = PLATFORM) -> int:
        s3 = self.platform.client("s3", region)
        state = json.loads(s3.get_object(Bucket=self.bucket(region), Key=f"{stack}/terraform.tfstate")["Body"].read())
        return int(state["serial"])

    def fail_over(self) -> None:
        """Do what the function does: make the database and the secrets of the other region stand alone."""
        rds, secrets = self.platform.client("rds", WEST), self.platform.client("secretsmanager", WEST)
        (instance,) = rds.describe_db_instances()["DBInstances"]
        rds.promote_read_replica(DBInstanceIdentifier=instance["DBInstanceIdentifier"])
        for _ in range(60):
            (instance,) = rds.describe_db_instances()["DBInstances"]
            if instance["DBInstanceStatus"] == "available" and "ReadReplicaSourceDBInstanceIdentifier" not in instance:
                break
            time.sleep(1)
        for which in ("database", "application"):
            name = f"PROD-secret-test-{which}-{HOME}"
            secrets.stop_replication_to_replica(SecretId=name)
            value = json.loads(secrets.get_secret_value(SecretId=name)["SecretString"])
            value["host"] = instance["Endpoint"]["Address"]
            secrets.put_secret_value(SecretId=name, SecretString=json.dumps(value))

    def drop_replica(self) -> None:
        self.platform.client("dynamodb", WEST).update_table(
            TableName=f"PROD-dynamodb-test-sessions-{HOME}", ReplicaUpdates=[{"Delete": {"RegionName": HOME}}]
        )


@pytest.fixture
def team(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Team]:
    begun = new_life(tmp_path, BOTH)
    emulator = begun.start()
    try:
        only(monkeypatch, *KINDS)
        for name, value in emulator.environment().items():
            monkeypatch.setenv(name, value)
        yield Team(Applied(begun, emulator, begun.target(emulator)))
    finally:
        emulator.stop()


def changes(plan: Plan, *actions: str) -> list[str]:
    return sorted(
        each["address"]
        for each in plan["resource_changes"]
        if each["mode"] == "managed" and {*actions} & {*each["change"]["actions"]}
    )


def of_data(addresses: list[str]) -> list[str]:
    return [each for each in addresses if each.partition(".")[0] in DATA]


def test_home_is_lost_and_returns(team: Team, monkeypatch: pytest.MonkeyPatch) -> None:
    team.type("deploy", BOTH)
    team.replicate(lock=True)
    team.platform.emulator.outage([HOME], control=True)
    the_state_goes_elsewhere_and_home(team)
    the_region_is_taken_out(team, monkeypatch)


def the_state_goes_elsewhere_and_home(team: Team) -> None:
    elsewhere = BOTH | {"state": {"kept_in": WEST}}
    assert "does not answer" in team.refused("state_home", BOTH)
    told = team.type("state_elsewhere", BOTH)
    assert "platform: serial" in told
    assert "minutes ago" in told
    assert "somebody@there since 2026" in told
    assert "write `state: {kept_in: us-west-2}` into the settings" in told
    assert f"{PLATFORM}/terraform.tfstate.tflock" not in team.keys(WEST)
    assert "the state is kept in us-west-2 since" in team.type("state_elsewhere", elsewhere)
    # It answers again. Who has the old settings is stopped, and who has the new ones goes on elsewhere.
    team.platform.emulator.outage()
    assert "these settings use the one in us-east-1" in team.refused("plan", BOTH)
    before = team.serial(HOME)
    file = team.account(elsewhere)
    file.deploy()
    assert "note: the state is kept in us-west-2" in team.told.getvalue()
    # Only what the state backend's own outputs say has changed; a step of somebody's makes it newer.
    target = file._target()
    target.terraform(PLATFORM).refresh()
    assert team.serial(HOME) == before
    assert team.serial(WEST) >= before
    told = team.type("state_home", elsewhere)
    assert "take `state.kept_in` out of the settings" in told
    assert team.serial(HOME) == team.serial(WEST)
    assert "there is nothing to bring back" in team.type("state_home", BOTH)
    assert "nobody has seen to it" in team.refused("plan", elsewhere)
    team.platform.emulator.outage([HOME], control=True)


def the_region_is_taken_out(team: Team, monkeypatch: pytest.MonkeyPatch) -> None:
    lost = {"REGION": HOME}
    refused = team.refused("region_lost", BOTH, **lost)
    for line in ("regions: [us-west-2]", "lost_regions: [us-east-1]", "home_region: us-west-2", "name_region"):
        assert line in refused
    assert "is still a replica of" in team.refused("region_lost", WITHOUT, **lost)
    team.fail_over()
    assert "--replica-updates" in team.refused("region_lost", WITHOUT, **lost)
    team.drop_replica()
    unnamed = {key: value for key, value in WITHOUT.items() if key != "name_region"}
    assert "`name_region` is the region that its name ends with" in team.refused("region_lost", unnamed, **lost)
    killed_in_between(team, monkeypatch)
    told = team.type("region_lost", WITHOUT, **lost)
    assert "out of the states" in told
    assert "nothing of us-east-1 is in the state" in team.type("region_lost", WITHOUT, **lost)
    assert {f"{stack}/lost-{HOME}.tfstate" for stack in STACKS} < team.keys(WEST)
    team.type("bootstrap", WITHOUT)
    plan = team.planned(WITHOUT)
    print(json.dumps({a: changes(plan, a) for a in ("create", "update", "delete")}, indent=1))
    assert of_data(changes(plan, "create", "delete")) == []


def killed_in_between(team: Team, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first state is without the region, and the second is not."""
    push = region_lost.command.push

    def stop(target: Any, stack: str, state: Any) -> None:
        if stack == PLATFORM:
            raise KeyboardInterrupt
        push(target, stack, state)

    with monkeypatch.context() as context:
        context.setattr(region_lost.command, "push", stop)
        with pytest.raises(KeyboardInterrupt):
            team.type("region_lost", WITHOUT, REGION=HOME)
    assert f"{PLATFORM}/before-{HOME}-{team.serial(WEST)}.tfstate" in team.keys(WEST)
