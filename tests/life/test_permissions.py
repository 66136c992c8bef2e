"""A life of the platform with nothing more than the policies in `iam/`, and what the platform's own roles may do."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml
from botocore.exceptions import ClientError
from rich.console import Console

from tests.support.identities import ACCOUNT, assume, changes_of, is_refused, make_role
from tests.support.lives import CLEAN
from tests.support.plans import BY_RETENTION, set_anew
from tests.support.region_sets import FEW_RULES
from tools.account import Account
from tools.console import Reporter
from tools.emulator import Emulator
from tools.errors import ToolError
from tools.paths import PLATFORM, ROOT, Paths
from tools.permissions.recording import ROLES, UNPROTECTED, Actor
from tools.seed import seed
from tools.target import Target

pytestmark = pytest.mark.emulator
REGION = "us-east-1"
DATA = f"prod-s3-main-data-{ACCOUNT}-{REGION}"


@dataclass(frozen=True)
class Permitted:
    """A platform that was deployed by a role with the deployer's policies."""

    emulator: Emulator
    actors: dict[str, Actor]

    @property
    def build(self) -> Path:
        return self.actors["deployer"].paths.build

    def read(self, place: str) -> dict[str, Any]:
        plan: dict[str, Any] = json.loads((self.build / place / PLATFORM / "plan.json").read_text())
        return plan

    def plan(self, place: str) -> dict[str, tuple[str, ...]]:
        return changes_of(self.read(place))


def settings(folder: Path, name: str, **more: Any) -> Path:
    content = yaml.safe_load((ROOT / "config" / "prod.yaml").read_text())
    # Nobody is to be shut out of the buckets, whoever of the three made them.
    administrators = {"storage": {"administrators": [f"arn:aws:iam::{ACCOUNT}:role/meridian-*"]}}
    # As many zones and endpoints as it takes to need every permission once.
    network = {
        "network": {"availability_zones": 2, "nat_gateways": "single", "interface_endpoints": ["secretsmanager"]}
    }
    entry = {"entry": {**UNPROTECTED["entry"], "firewall": FEW_RULES}}
    least = {"regions": [REGION], **network, **UNPROTECTED, **administrators, **entry}
    path = folder / name
    path.write_text(yaml.safe_dump({**content, **least, **more}))
    return path


@pytest.fixture(scope="module")
def permitted(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Permitted]:
    folder = tmp_path_factory.mktemp("permitted")
    paths = Paths(settings=settings(folder, "settings.yaml"), build=folder / "build" / "aws", out=folder / "out")
    reporter = Reporter(Console(file=io.StringIO()))
    with Emulator.start(directory=paths.emulator) as emulator:
        seed(Target.on_emulator(paths=paths, environ=CLEAN, emulator=emulator))
        actors = {
            role: Actor(
                make_role(emulator, f"meridian-{role}", sorted((ROOT / "iam").glob(f"{role}-*.json"))),
                paths,
                environ=CLEAN,
                reporter=reporter,
            )
            for role in ROLES
        }
        applied = Permitted(emulator, actors)
        actors["bootstrap"].run(Account.bootstrap)
        actors["bootstrap"].run(Account.bootstrap)
        actors["planner"].run(Account.plan_only)
        first = applied.plan("review")
        actors["deployer"].run(Account.deploy)
        # The planner's plan of what was not there yet is the deployer's.
        assert first == applied.plan("")
        yield applied
        empty(emulator.client("s3", REGION), DATA)
        actors["deployer"].run(Account.destroy)
        target = Target.on_emulator(paths=paths, environ=CLEAN, emulator=emulator)
        assert target.state(PLATFORM)["resources"] == []  # type: ignore[index]


def empty(s3: Any, bucket: str) -> None:
    """A bucket that holds objects is not destroyed, so every version goes."""
    found = s3.list_object_versions(Bucket=bucket)
    for one in [*found.get("Versions", []), *found.get("DeleteMarkers", [])]:
        s3.delete_object(Bucket=bucket, Key=one["Key"], VersionId=one["VersionId"])


@pytest.fixture(scope="module")
def changed(permitted: Permitted, tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    """What planner and deployer plan of what stands, with another retention of logs; the planner looks for drift."""
    folder = tmp_path_factory.mktemp("changed")
    another = settings(folder, "changed.yaml", logs={"retention_days": 400})
    plans = {}
    reporter = Reporter(Console(file=io.StringIO()))
    for role, place, plan in (("planner", "drift", Account.drift), ("deployer", "", Account.plan)):
        paths = Paths(settings=another, build=permitted.build, out=folder / role)
        acting = assume(permitted.emulator, f"meridian-{role}")
        found = Actor(acting, paths, environ=CLEAN, reporter=reporter).run(plan)
        # Settings that are not deployed are a plan, and no drift.
        assert found == (0 if role == "planner" else True)
        plans[role] = permitted.read(place)
    return plans


@pytest.mark.parametrize("role", ["planner", "deployer"])
def test_plan_of_what_stands_changes_what_the_settings_change_and_nothing_else(
    changed: dict[str, dict[str, Any]], role: str
) -> None:
    assert set(changes_of(changed[role]).values()) == {("no-op",), ("update",)}
    assert set_anew(changed[role]) == BY_RETENTION


def test_planner_s_plan_of_a_change_is_the_deployer_s(changed: dict[str, dict[str, Any]]) -> None:
    assert changes_of(changed["planner"]) == changes_of(changed["deployer"])


def test_planner_finds_no_drift_in_what_nobody_touched_and_what_is_not_deployed(
    permitted: Permitted, changed: dict[str, dict[str, Any]]
) -> None:
    said = json.loads((permitted.build.parent / "drift.json").read_text())
    assert (said["outcome"], said["drift"], said["notes"]) == ("none", [], [])
    updated = {address for address, actions in changes_of(changed["planner"]).items() if actions == ("update",)}
    assert updated
    assert updated <= {line.split()[1] for line in said["not_deployed"]}


@pytest.mark.usefixtures("changed")
def test_nothing_is_left_that_would_apply_a_plan_for_review(permitted: Permitted) -> None:
    left = {path.name for path in (permitted.build / "review" / PLATFORM).iterdir()}
    assert "plan.json" in left
    assert not [name for name in left if name.endswith(".tfplan") or name.startswith("terraform.tfstate")]


def test_planner_is_refused_an_ordinary_plan_with_a_word_on_the_other(permitted: Permitted) -> None:
    with pytest.raises(ToolError) as fault:
        permitted.actors["planner"].run(Account.plan)
    assert "is not authorized to perform" in fault.value.message
    assert "make plan-only" in str(fault.value.advice)


def test_planner_cannot_read_the_password(permitted: Permitted) -> None:
    secrets = assume(permitted.emulator, "meridian-planner").client("secretsmanager", REGION)
    with pytest.raises(ClientError, match="secretsmanager:GetSecretValue"):
        secrets.get_secret_value(SecretId=f"PROD-secret-main-database-{REGION}")


Call = Callable[[Callable[[str], Any]], object]
SECRET = f"PROD-secret-main-database-{REGION}"
OF_APPLICATION = f"PROD-secret-main-application-{REGION}"
QUEUE = f"http://127.0.0.1/{ACCOUNT}/PROD-sqs-main-rotation-dead-letters-{REGION}"
LOGS = f"prod-s3-main-trail-{ACCOUNT}-{REGION}"
#: What the program of each role does, and what is next to it.
WORK: dict[str, dict[str, Call]] = {
    "rotation": {
        "look": lambda aws: aws("secretsmanager").describe_secret(SecretId=SECRET),
        "read": lambda aws: aws("secretsmanager").get_secret_value(SecretId=SECRET),
        "read the other": lambda aws: aws("secretsmanager").get_secret_value(SecretId=OF_APPLICATION),
        "draw": lambda aws: aws("secretsmanager").get_random_password(),
        "report": lambda aws: aws("sqs").send_message(QueueUrl=QUEUE, MessageBody="failed"),
    },
    "application": {
        "write": lambda aws: aws("s3").put_object(Bucket=DATA, Key="application/x", Body=b"x"),
        "read": lambda aws: aws("s3").get_object(Bucket=DATA, Key="application/x"),
        "clear": lambda aws: aws("s3").delete_object(Bucket=DATA, Key="application/x"),
        "connect": lambda aws: aws("secretsmanager").get_secret_value(SecretId=OF_APPLICATION),
    },
    "backup": {
        "look": lambda aws: aws("rds").describe_db_instances(DBInstanceIdentifier=f"prod-rds-main-main-{REGION}"),
        "tables": lambda aws: aws("dynamodb").describe_table(TableName=f"PROD-dynamodb-main-sessions-{REGION}"),
    },
    "trail": {
        "stream": lambda aws: aws("logs").create_log_stream(
            logGroupName=f"PROD-logs-main-trail-{REGION}", logStreamName=f"{ACCOUNT}_CloudTrail_{REGION}"
        ),
    },
    "flow-logs": {
        "stream": lambda aws: aws("logs").create_log_stream(
            logGroupName=f"PROD-logs-main-flow-{REGION}", logStreamName="eni-1"
        ),
    },
}
NEIGHBOURS: dict[str, dict[str, Call]] = {
    "rotation": {
        "another secret": lambda aws: aws("secretsmanager").get_secret_value(SecretId="of-somebody-else"),
        "its policy": lambda aws: aws("secretsmanager").delete_resource_policy(SecretId=SECRET),
        "the data": lambda aws: aws("s3").get_object(Bucket=DATA, Key="application/x"),
    },
    "application": {
        "the logs": lambda aws: aws("s3").get_object(Bucket=LOGS, Key="x"),
        "the master user": lambda aws: aws("secretsmanager").get_secret_value(SecretId=SECRET),
        "a new password": lambda aws: aws("secretsmanager").put_secret_value(SecretId=OF_APPLICATION, SecretString="x"),
        "releases": lambda aws: aws("s3").put_object(Bucket=DATA, Key="releases/x", Body=b"x"),
    },
    "backup": {
        "the database": lambda aws: aws("rds").delete_db_instance(DBInstanceIdentifier=f"prod-rds-main-main-{REGION}"),
        "the table": lambda aws: aws("dynamodb").delete_table(TableName=f"PROD-dynamodb-main-sessions-{REGION}"),
        "its items": lambda aws: aws("dynamodb").scan(TableName=f"PROD-dynamodb-main-sessions-{REGION}"),
    },
    "trail": {
        "the group": lambda aws: aws("logs").delete_log_group(logGroupName=f"PROD-logs-main-trail-{REGION}"),
        "another group": lambda aws: aws("logs").create_log_stream(
            logGroupName=f"PROD-logs-main-flow-{REGION}", logStreamName="x"
        ),
        "itself": lambda aws: aws("cloudtrail").stop_logging(Name=f"PROD-trail-main-account-{REGION}"),
    },
    "flow-logs": {
        "the group": lambda aws: aws("logs").delete_log_group(logGroupName=f"PROD-logs-main-flow-{REGION}"),
        "another group": lambda aws: aws("logs").create_log_stream(
            logGroupName=f"PROD-logs-main-trail-{REGION}", logStreamName="x"
        ),
        "itself": lambda aws: aws("ec2").delete_flow_logs(FlowLogIds=["fl-12345678"]),
    },
}


def cases(table: dict[str, dict[str, Call]]) -> list[Any]:
    return [
        pytest.param(role, call, id=f"{role}-{name}") for role, calls in table.items() for name, call in calls.items()
    ]


def clients_of(permitted: Permitted, role: str) -> Callable[[str], Any]:
    acting = assume(permitted.emulator, f"PROD-role-main-{role}-{REGION}")
    return lambda service: acting.client(service, REGION)


@pytest.mark.parametrize(("role", "call"), cases(WORK))
def test_role_does_what_its_program_does(permitted: Permitted, role: str, call: Call) -> None:
    aws = clients_of(permitted, role)
    try:
        call(aws)
    except ClientError as error:
        # What IAM lets through may still fail of something that a test lacks.
        assert not is_refused(error.response["Error"]["Code"]), error  # noqa: PT017


@pytest.mark.parametrize(("role", "call"), cases(NEIGHBOURS))
def test_role_is_refused_what_is_next_to_it(permitted: Permitted, role: str, call: Call) -> None:
    with pytest.raises(ClientError) as fault:
        call(clients_of(permitted, role))
    assert is_refused(fault.value.response["Error"]["Code"]), fault.value
