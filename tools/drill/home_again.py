"""Steps from the return of the region to the settings as they were: what `make failback` says, done one by one."""

import time
from collections.abc import Mapping
from typing import Any

import yaml

from tools.applying import apply
from tools.danger import HOLD_DATA
from tools.drill.before import LAG, MINUTES, OBJECT, SESSION, bucket_of, sessions_of
from tools.drill.context import Drill
from tools.drill.step import NotAsExpectedError, Step, refused
from tools.failback.marks import COMPARE, OBJECTS, RELEASE, SECRETS
from tools.paths import PLATFORM
from tools.plan import BOOKKEEPING, Plan, destroyed

#: It follows the role of an instance, and what it replicated stays.
OF_A_WRITER = "aws_db_instance_automated_backups_replication"
#: Minutes ahead for which the lag is reported, so that it is there while a planned failover drains.
AHEAD = 10
#: Seconds for which the alarm on a region that is held may look at the minutes before.
ALARM_SECONDS = 240.0
#: What the plan of the settings changes once the writer has moved, and nothing else (docs/failover.md).
LISTED = [
    ("aws_cloudwatch_metric_alarm.us-west-2_watching_database_silent_89C11DAF", "update", ["evaluation_periods"]),
    (
        "aws_db_instance.us-west-2_database_instance_F683C744",
        "update",
        ["final_snapshot_identifier", "skip_final_snapshot"],
    ),
    (
        "aws_db_instance_automated_backups_replication.us-west-2_database-backups-us-east-1_35641657",
        "create",
        [],
    ),
]


def refuse_plan(drill: Drill) -> str:
    """Terraform is not asked while the secrets are two: it would say that all is well."""
    return refused("a plan", "secrets that Terraform cannot unite", lambda: drill.local.apply(drill.target))


def refuse_release(drill: Drill) -> str:
    """Nobody lets the region back before that."""
    return refused("the release", f"not {RELEASE} yet", lambda: drill.type("failback", STEP=RELEASE))


def unite_secrets(drill: Drill) -> str:
    """Make one secret of two: every region has the new address and the password of before, and home rotates it."""
    drill.type("failback", STEP=SECRETS)
    address = drill.instance(drill.survivor)["Endpoint"]["Address"]
    for name in drill.platform.secrets:
        for region in drill.regions:
            value = drill.secret(region, name)
            drill.expect(f"the host of {name} in {region}", value["host"], expected=address)
            before = drill.noted["secrets"][name].get("password")
            drill.expect(f"the password of {name} in {region}", value.get("password") == before, expected=True)
        said = drill.client("secretsmanager", drill.home).describe_secret(SecretId=name)
        drill.expect(f"the primary region of {name}", said["PrimaryRegion"], expected=drill.home)
        drill.expect(f"rotation of {name}", said.get("RotationEnabled"), expected=True)
    drill.expect("what the keeper at home does", drill.keep(drill.home)["returned"], expected={})
    return f"those of {drill.home} are the primary ones again, with the address in {drill.survivor}"


def compare(drill: Drill) -> str:
    """Restore what the old writer had beside the new one, look at it as a person would, and delete it."""
    text = drill.type("failback", STEP=COMPARE)
    beside, rds = drill.instance(drill.survivor), drill.client("rds", drill.survivor)
    name = f"{beside['DBInstanceIdentifier']}-compare"
    (made,) = rds.describe_db_instances(DBInstanceIdentifier=name)["DBInstances"]
    drill.expect("the key of the restored instance", made["KmsKeyId"], expected=beside["KmsKeyId"])
    drill.expect("that its address is told", f"{made['Endpoint']['Address']}:5432" in text, expected=True)
    rds.delete_db_instance(DBInstanceIdentifier=name, SkipFinalSnapshot=True)
    return f"{name} in {drill.survivor}, deleted again"


def copy_objects(drill: Drill) -> str:
    """Ask for objects whose replication failed."""
    text = drill.type("failback", STEP=OBJECTS)
    drill.expect("that nothing failed is said", "of no object" in text, expected=True)
    return text


def agree(drill: Drill) -> str:
    """Write into the settings who is the writer; the plan changes what is listed, and nothing else."""
    _write_what_is_next(drill)
    saved = drill.target.save_plan(PLATFORM)
    with saved.discarded():
        drill.expect("the plan", in_lines(saved.content), expected=LISTED)
        apply(drill.target, PLATFORM, saved)
    return f"{len(LISTED)} changes, as listed; nothing is replaced"


def rebuild(drill: Drill) -> str:
    """Rebuild the region that was left as a replica of the new writer, which opens its network ACL."""
    _write_what_is_next(drill)
    plan = drill.local.apply(drill.target)
    lost = [address for address in destroyed(plan) if address.partition(".")[0] in HOLD_DATA - {OF_A_WRITER}]
    instances = [address for address in lost if address.startswith("aws_db_instance.")]
    drill.expect("what is lost", lost, expected=instances[:1])
    drill.expect("what comes next", next(mark.name for mark in drill.marks() if not mark.done), expected=RELEASE)
    return f"replaced: {', '.join(lost)}"


def release(drill: Drill) -> str:
    """Let the region back; DNS uses it as soon as the alarm has seen a minute of it."""
    drill.type("failback", STEP=RELEASE)
    return _see_clients(drill, drill.home)


def move_back(drill: Drill) -> str:
    """Move the writer home without loss."""
    report_lag(drill, drill.home)
    drill.type("fail_over", REGION=drill.home, PLANNED="1")
    source = drill.instance(drill.home).get("ReadReplicaSourceDBInstanceIdentifier")
    drill.expect(f"the source of {drill.home}", source, expected=None)
    return f"the writer is in {drill.home}"


def agree_again(drill: Drill) -> str:
    """Write that into the settings; the secrets never were two."""
    _write_what_is_next(drill)
    drill.local.apply(drill.target)
    return "the settings say so"


def finish(drill: Drill) -> str:
    """Take out of the settings what a failover has put there. The plan is empty, and clients find what they left."""
    file = drill.local.paths.settings
    database = yaml.safe_load(file.read_text(encoding="utf-8"))["database"]
    drill.edit({"database": {key: value for key, value in database.items() if key != "instances"}})
    # What is left is the order to rebuild, which Terraform alone keeps.
    drill.local.apply(drill.target)
    saved = drill.target.save_plan(PLATFORM)
    saved.discard()
    drill.expect("whether anything changes", saved.changed, expected=False)
    drill.expect("the way back", drill.marks(), expected=[])
    for region in drill.regions:
        drill.expect(f"the fence in {region}", drill.is_fenced(region), expected=False)
        found = drill.client("dynamodb", region).get_item(
            TableName=sessions_of(drill), Key={"session_id": {"S": SESSION}}
        )
        drill.expect(f"the session in {region}", "Item" in found, expected=True)
    drill.client("s3", drill.home).head_object(Bucket=bucket_of(drill, drill.home), Key=OBJECT)
    return "the settings are those of before, and the plan is empty"


def report_lag(drill: Drill, region: str) -> None:
    """Publish what RDS does of a replica, for some minutes ahead as well."""
    name, now = drill.platform.places[region].instance, time.time()
    points = [
        {
            "MetricName": "ReplicaLag",
            "Dimensions": [{"Name": "DBInstanceIdentifier", "Value": name}],
            "Timestamp": now - 60 * minute,
            "Value": LAG,
        }
        for minute in range(MINUTES, -AHEAD, -1)
    ]
    drill.client("cloudwatch", region).put_metric_data(Namespace="AWS/RDS", MetricData=points)


def in_lines(plan: Plan) -> list[tuple[str, str, list[str]]]:
    """Return what a plan changes: address, actions and attributes of each, by address.

    What Terraform keeps for itself is left out.
    """
    return sorted(
        (change["address"], "+".join(change["change"]["actions"]), _attributes(change["change"]))
        for change in plan["resource_changes"]
        if change["change"]["actions"] not in (["no-op"], ["read"]) and change["type"] != BOOKKEEPING
    )


def _attributes(change: Mapping[str, Any]) -> list[str]:
    before, after = change.get("before") or {}, change.get("after") or {}
    if not before:
        return []
    unknown = {name for name, value in (change.get("after_unknown") or {}).items() if value is True}
    return sorted(unknown | {name for name in after if before.get(name) != after[name]})


def _write_what_is_next(drill: Drill) -> None:
    """Write the edit that `make failback` names.

    Raises
    ------
    NotAsExpectedError
        If it names none.
    """
    mark = next((mark for mark in drill.marks() if not mark.done), None)
    if mark is None or mark.edit is None:
        raise NotAsExpectedError("what comes next", expected="an edit of the settings", seen=mark)
    database = yaml.safe_load(drill.local.paths.settings.read_text(encoding="utf-8"))["database"]
    drill.edit({"database": {**database, "instances": mark.edit}})


def _see_clients(drill: Drill, region: str) -> str:
    end = time.monotonic() + ALARM_SECONDS
    while drill.clients_go_to() != region:
        if time.monotonic() >= end:
            raise NotAsExpectedError("the DNS answer", expected=region, seen=drill.clients_go_to())
        time.sleep(5)
        for each in drill.regions:
            drill.keep(each)
    return f"clients go to {region}"


HOME_AGAIN = (
    Step(name="two secrets, no plan", run=refuse_plan),
    Step(name="two secrets, no release", run=refuse_release),
    Step(name="secrets are one", run=unite_secrets),
    Step(name="compared", run=compare),
    Step(name="objects", run=copy_objects),
    Step(name="Terraform agrees", run=agree),
    Step(name="rebuilt", run=rebuild),
    Step(name="let back", run=release),
    Step(name="planned switch back", run=move_back),
    Step(name="Terraform agrees again", run=agree_again),
    Step(name="rebuilt again", run=rebuild),
    Step(name="let back again", run=release),
    Step(name="as it was", run=finish),
)
