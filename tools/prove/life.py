"""The platform's life: made twice without a difference, and taken down without a rest."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from tools.destruction import Staying, of_state
from tools.paths import BACKEND, PLATFORM
from tools.plan import changes
from tools.protection import lift
from tools.prove.context import Context
from tools.prove.step import Unproven


def config_of_others(context: Context) -> dict[str, Any]:
    """Return settings that leave AWS Config to whoever has its role or a recorder; none if this copy has."""
    if context.found("aws_config_configuration_recorder") or context.found("aws_iam_service_linked_role"):
        return {}
    path = "/aws-service-role/config.amazonaws.com/"
    keys: dict[str, Any] = {}
    if context.client("iam", context.home).list_roles(PathPrefix=path)["Roles"]:
        keys["service_role"] = "existing"
    # By region: what is said to exist has to, or the preflight stops.
    if recorders := {
        region: "existing"
        for region in context.settings.regions
        if context.client("config", region).describe_configuration_recorders()["ConfigurationRecorders"]
    }:
        keys["recorder"] = recorders
    return {"configuration": keys} if keys else {}


def preflight(context: Context) -> str:
    """Look at the account first, as `make preflight` does."""
    context.account.preflight()
    return "nothing was found that stops a deployment"


def bootstrap(context: Context) -> str:
    """Make the state backend; the second time nothing is left to do."""
    for _ in range(2):
        context.account.bootstrap()
    if not (context.target.state(BACKEND) or {}).get("resources"):
        raise Unproven("the backend's own state is not in its bucket")
    return f"the state is in a bucket of its own, and a second bootstrap went through: {context.target.bucket}"


def plan(context: Context) -> str:
    """Plan; the gate judges what is planned."""
    context.account.plan()
    return f"{len(_changes(context))} changes, and the gate lets them through"


def deploy(context: Context) -> str:
    """Apply, all regions at once."""
    context.account.deploy()
    return f"{sum(1 for _ in _addresses(context))} resources in the state"


def second_plan(context: Context) -> str:
    """Plan again: nothing may be left to do."""
    if context.account.plan():
        raise Unproven("the plan is not empty:\n" + "\n".join(_changes(context)))
    return "the plan is empty"


def promotion(context: Context) -> str:
    """Make the replica the writer by settings: one update in place, and nothing is replaced."""
    writer = context.others[0]
    instances = {writer: {"role": "writer"}, context.home: {"role": "detached"}}
    context.settle({"database": {"instances": instances}})
    context.account.plan()
    found = [line for line in _changes(context) if " aws_db_instance." in line]
    if [line.partition(" ")[0] for line in found] != ["update"]:
        raise Unproven("one instance should be updated in place, but the plan says:\n" + "\n".join(found))
    context.account.deploy()
    name = context.one("aws_db_instance", writer)["identifier"]
    rds = context.client("rds", writer)

    def alone() -> Mapping[str, Any] | None:
        (one,) = rds.describe_db_instances(DBInstanceIdentifier=name)["DBInstances"]
        ready = one["DBInstanceStatus"] == "available" and not one.get("ReadReplicaSourceDBInstanceIdentifier")
        return one if ready else None

    instance = context.until(alone, what=f"{name} stands alone", minutes=30)
    # A name that AWS does not tell would let the next plan replace the database, so it belongs to the evidence.
    told = instance.get("DBName", "none")
    if context.account.plan():
        raise Unproven(f"promoted, DBName {told}, but the next plan is not empty:\n" + "\n".join(_changes(context)))
    return f"{found[0]}; AWS tells DBName {told}; the next plan is empty"


def destroy(context: Context) -> str:
    """Lift the deletion protection of the proof's own copy, and destroy it as `make destroy` does.

    The keys that this keeps are remembered, so that `leftovers` does not take them for forgotten.
    """
    state = context.target.state(PLATFORM) or {}
    if not state.get("resources"):
        return "nothing of the platform is deployed"
    context.kept |= {
        str(each.key.attributes["arn"]) for each in Staying.of(of_state(state), context.target.clients).keys
    }
    lifted = [f"{each.name} in {each.region}" for each in lift(state, context.target.clients)]
    context.account.destroy()
    if left := list(_addresses(context)):
        raise Unproven("the state still holds:\n" + "\n".join(left))
    return f"destroyed; deletion protection was lifted of {', '.join(lifted) or 'nothing'}"


def kept_keys(context: Context) -> str:
    """Snapshots that outlive the platform are of use only while their keys are enabled."""
    found = []
    for region, snapshot in _snapshots(context):
        key = context.client("kms", region).describe_key(KeyId=snapshot["KmsKeyId"])["KeyMetadata"]
        found.append((snapshot["DBSnapshotIdentifier"], region, key["KeyState"]))
    if lost := [f"{name} in {region}: {state}" for name, region, state in found if state != "Enabled"]:
        raise Unproven("snapshots whose key is not enabled:\n" + "\n".join(lost))
    return f"{len(found)} snapshots are kept, and their keys are enabled"


def leftovers(context: Context) -> str:
    """List what bears the proof's tags and is not meant to stay.

    AWS goes on telling tags of what is gone for a while, so it is asked until they are.
    """
    # Keys of snapshots too: those of an earlier proof bear the same tags.
    stays = {*_backend(context), *context.kept} | {str(one["KmsKeyId"]) for _, one in _snapshots(context)}
    left: list[str] = []

    def gone() -> bool:
        left[:] = [arn for region in context.settings.regions for arn in _tagged(context, region) if arn not in stays]
        return not left

    try:
        context.until(gone, what="everything is gone", minutes=25)
    except Unproven as error:
        raise Unproven("this is left, and may cost money:\n" + "\n".join(sorted(left))) from error
    return (
        "nothing is left but the state backend, final snapshots, keys of what stays, and keys that wait for their end"
    )


def _snapshots(context: Context) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for region in context.settings.regions:
        pages = context.client("rds", region).get_paginator("describe_db_snapshots").paginate()
        for snapshot in (one for page in pages for one in page["DBSnapshots"]):
            tags = {one["Key"]: one["Value"] for one in snapshot.get("TagList", ())}
            if tags.get("Project") == context.settings.project:
                yield region, snapshot


def _backend(context: Context) -> Iterator[str]:
    for one in (context.target.state(BACKEND) or {}).get("resources", ()):
        yield from (str(instance["attributes"].get("arn")) for instance in one["instances"])


def _tagged(context: Context, region: str) -> Iterator[str]:
    filters = [{"Key": "Project", "Values": [context.settings.project]}]
    pages = context.client("resourcegroupstaggingapi", region).get_paginator("get_resources")
    for one in (one for page in pages.paginate(TagFilters=filters) for one in page["ResourceTagMappingList"]):
        arn = str(one["ResourceARN"])
        if arn.startswith(f"arn:aws:kms:{region}:"):
            state = context.client("kms", region).describe_key(KeyId=arn)["KeyMetadata"]["KeyState"]
            if state == "PendingDeletion":
                continue
        if ":snapshot:" not in arn and ":auto-backup:" not in arn:
            yield arn


def _changes(context: Context) -> list[str]:
    return changes(json.loads(context.paths.plan_json(PLATFORM).read_text(encoding="utf-8")))


def _addresses(context: Context) -> Iterator[str]:
    for one in (context.target.state(PLATFORM) or {}).get("resources", ()):
        if one["mode"] == "managed":
            yield from (f"{one['type']}.{one['name']}" for _ in one["instances"])
