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
from tools.account import Account
from tools.console import Reporter
from tools.errors import ToolError
from tools.paths import PLATFORM, STACKS
from tools.plan import Plan
from tools.region_lost import command as region_lost
from tools.region_lost.surgery import ONCE
from tools.state_place import at, push

pytestmark = pytest.mark.emulator
HOME, WEST = "us-east-1", "us-west-2"
ACCOUNT = "123456789012"
#: What holds data, what connects the regions, and what is global.
KINDS = (
    *("aws_config_configuration_aggregator", "aws_db_instance", "aws_dynamodb_table"),
    *("aws_iam_account_password_policy", "aws_kms_key", "aws_s3_bucket", "aws_s3_bucket_replication_configuration"),
    *("aws_secretsmanager_secret_policy", "aws_secretsmanager_secret_version", "aws_vpc_peering_connection_accepter"),
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

    def planned(self, command: str, content: dict[str, Any]) -> Plan:
        """Type a command that plans, and return what was planned."""
        self.type(command, content)
        file = self.platform.build.parent / "aws" / PLATFORM / "plan.json"
        plan: Plan = json.loads(file.read_text())
        return plan

    def bucket(self, region: str) -> str:
        return f"prod-s3-test-state-{ACCOUNT}-{region}"

    def ids(self, region: str) -> dict[str, str]:
        """The id of everything that the state of the platform holds in a region, by address."""
        return {
            f"{each['type']}.{each['name']}": str(each["instances"][0]["attributes"].get("id"))
            for each in self.state(WEST)["resources"]
            if each["mode"] == "managed" and each["name"].startswith(f"{region}_")
        }

    def replicate(self) -> None:
        """Do what S3 does, lock file and all: the emulator replicates no objects."""
        for stack in STACKS:
            self.put(WEST, f"{stack}/terraform.tfstate", json.dumps(self.state(HOME, stack)).encode())
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

    def state(self, region: str, stack: str = PLATFORM) -> dict[str, Any]:
        s3 = self.platform.client("s3", region)
        answer = s3.get_object(Bucket=self.bucket(region), Key=f"{stack}/terraform.tfstate")
        found: dict[str, Any] = json.loads(answer["Body"].read())
        return found

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
    team.replicate()
    stood = team.ids(HOME)
    team.platform.emulator.outage([HOME])
    the_state_goes_elsewhere_and_home(team)
    team.fail_over()
    team.platform.emulator.outage([HOME])
    the_region_is_taken_out(team, monkeypatch)
    the_platform_goes_on(team)
    team.platform.emulator.outage()
    the_region_is_taken_in_again(team, stood)


def the_state_goes_elsewhere_and_home(team: Team) -> None:
    told = team.type("state_elsewhere", BOTH)
    assert "platform: serial" in told
    assert "minutes ago" in told
    assert "somebody@there since 2026" in told
    assert "write `state: {kept_in: us-west-2}` into the settings" in told
    assert f"{PLATFORM}/terraform.tfstate.tflock" not in team.keys(WEST)
    # It answers again. Who has the old settings is stopped, and who has the new ones goes on elsewhere.
    team.platform.emulator.outage()
    assert "these settings use the one in us-east-1" in team.refused("plan", BOTH)
    there = at(team.platform.target, WEST)
    state = there.state(PLATFORM)
    assert state is not None
    push(there, PLATFORM, {**state, "serial": state["serial"] + 1, "outputs": {"it": {"value": "x", "type": "string"}}})
    told = team.type("state_home", BOTH | {"state": {"kept_in": WEST}})
    assert "take `state.kept_in` out of the settings" in told
    assert team.state(HOME)["outputs"] == team.state(WEST)["outputs"] != {}


def the_region_is_taken_out(team: Team, monkeypatch: pytest.MonkeyPatch) -> None:
    lost = {"REGION": HOME}
    assert "--replica-updates" in team.refused("region_lost", WITHOUT, **lost)
    team.platform.client("dynamodb", WEST).update_table(
        TableName=f"PROD-dynamodb-test-sessions-{HOME}", ReplicaUpdates=[{"Delete": {"RegionName": HOME}}]
    )
    killed_in_between(team, monkeypatch)
    assert "out of the states" in team.type("region_lost", WITHOUT, **lost)
    assert {f"{stack}/lost-{HOME}.tfstate" for stack in STACKS} < team.keys(WEST)


def killed_in_between(team: Team, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first state is without the region, and the second is not."""

    def stop(target: Any, stack: str, state: Any) -> None:
        if stack == PLATFORM:
            raise KeyboardInterrupt
        push(target, stack, state)

    with monkeypatch.context() as context:
        context.setattr(region_lost, "push", stop)
        with pytest.raises(KeyboardInterrupt):
            team.type("region_lost", WITHOUT, REGION=HOME)
    assert f"{PLATFORM}/before-{HOME}-{team.state(WEST)['serial']}.tfstate" in team.keys(WEST)


def the_platform_goes_on(team: Team) -> None:
    """With the region dark: no secret, table, bucket, key or database is made or destroyed."""
    team.type("bootstrap", WITHOUT)
    plan = team.planned("deploy", WITHOUT)
    assert of_data(changes(plan, "create", "delete")) == []
    # What only the home region has; in this part the id of the final snapshot is not made before the promotion.
    assert kinds(changes(plan, "create")) == {"aws_config_configuration_aggregator", "terraform_data"}
    assert kinds(changes(plan, "delete")) == {
        *("aws_iam_role", "aws_iam_role_policy", "aws_vpc_peering_connection_accepter"),
        *("aws_s3_bucket_replication_configuration", "aws_s3_bucket_versioning"),
    }
    assert not any(each.partition(".")[2].startswith(HOME) for each in changes(plan, "create", "update", "delete"))


def the_region_is_taken_in_again(team: Team, stood: dict[str, str]) -> None:
    lost = {"REGION": HOME, "BACK": "1"}
    assert "delete-bucket-replication" in team.refused("region_lost", AGAIN, **lost)
    team.platform.client("s3", HOME).delete_bucket_replication(Bucket=team.bucket(HOME))
    assert "--force-overwrite-replica-secret" in team.refused("region_lost", AGAIN, **lost)
    for which in ("database", "application"):
        team.platform.client("secretsmanager", WEST).replicate_secret_to_regions(
            SecretId=f"PROD-secret-test-{which}-{HOME}",
            AddReplicaRegions=[{"Region": HOME, "KmsKeyId": f"alias/PROD-kms-test-secrets-{HOME}"}],
            ForceOverwriteReplicaSecret=True,
        )
    told = team.type("region_lost", AGAIN, **lost)
    assert "aws_config_configuration_aggregator" in told
    assert "delete them by hand" in told
    back = team.ids(HOME)
    # All but what exists once, whose copy has taken its place.
    assert kinds([one for one, id_ in stood.items() if back.get(one) != id_]) <= {*ONCE}
    team.type("bootstrap", AGAIN)
    plan = team.planned("plan", AGAIN)
    assert changes(plan, "delete") == []
    assert of_data(changes(plan, "create")) == []
    assert "aws_vpc_peering_connection_accepter" in kinds(changes(plan, "create"))


def kinds(addresses: list[str]) -> set[str]:
    return {each.partition(".")[0] for each in addresses}
