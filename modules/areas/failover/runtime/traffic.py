"""Steps that keep clients from the writer that is left: hold and fence. Both need data planes only."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from .clients import DarkError, code
from .names import HELD_METRIC, NAMESPACE

if TYPE_CHECKING:
    from .journal import Run
    from .world import World

#: The rule that fences: the same as ``modules/areas/network/acl.py`` makes for a detached instance.
FENCE_RULE, PORT, ANYWHERE = 1, 5432, "0.0.0.0/0"
Detail = dict[str, Any]


def hold(run: Run, world: World) -> Detail:
    """Tell Route 53 that the region is unhealthy, until a person lets it back.

    An alarm on the metric makes a health check unhealthy, and both are in the region that keeps the record. Nothing is
    changed in Route 53, whose control plane is in us-east-1.
    """
    keeper = world.platform.places[run.origin].keeper
    try:
        put_held(world, run.origin, held=True)
    except DarkError as dark:
        return {"held": False, "why": str(dark)}
    return {"held": True, "by": keeper}


def put_held(world: World, region: str, *, held: bool) -> None:
    """Publish whether a region is held, in the region that keeps it."""
    put_metric(world, world.platform.places[region].keeper, HELD_METRIC, region, float(held))


def put_metric(world: World, at: str, name: str, region: str, value: float) -> None:
    """Publish a metric about a region."""
    world.aws.ask(
        "cloudwatch",
        at,
        "put_metric_data",
        Namespace=NAMESPACE,
        MetricData=[{"MetricName": name, "Dimensions": _dimensions(world, at, region), "Value": value}],
    )


def _dimensions(world: World, at: str, region: str) -> list[dict[str, str]]:
    """The journal beside the metric, which no other copy of the platform has, and the region that it is about."""
    return [{"Name": "Journal", "Value": world.platform.places[at].table}, {"Name": "Region", "Value": region}]


def fence(run: Run, world: World) -> Detail:
    """Let no client reach the old writer, not even over a connection that is open.

    A network ACL is stateless, so it also stops what is open; a security group does not
    (https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/security-group-connection-tracking.html). If the region is
    dark, its own keeper fences it as soon as it runs again.
    """
    try:
        fence_region(world, run.origin)
    except DarkError as dark:
        return {"fenced": False, "why": str(dark)}
    return {"fenced": True, "at": world.now()}


def fence_region(world: World, region: str) -> bool:
    """Add the rule that denies PostgreSQL.

    Returns
    -------
    bool
        Whether it was missing.
    """
    try:
        world.aws.ask(
            "ec2",
            region,
            "create_network_acl_entry",
            NetworkAclId=_acl(world, region)["NetworkAclId"],
            RuleNumber=FENCE_RULE,
            Protocol="6",
            RuleAction="deny",
            Egress=False,
            CidrBlock=ANYWHERE,
            PortRange={"From": PORT, "To": PORT},
        )
    except ClientError as error:
        if code(error) != "NetworkAclEntryAlreadyExists":
            raise
        return False
    return True


def open_region(world: World, region: str) -> bool:
    """Remove the rule.

    Returns
    -------
    bool
        Whether it was there.
    """
    acl = _acl(world, region)
    if not _has_fence(acl):
        return False
    try:
        world.aws.ask(
            "ec2",
            region,
            "delete_network_acl_entry",
            NetworkAclId=acl["NetworkAclId"],
            RuleNumber=FENCE_RULE,
            Egress=False,
        )
    except ClientError as error:
        # The region's keeper, or another driver, was quicker.
        if code(error) != "InvalidNetworkAclEntry.NotFound":
            raise
        return False
    return True


def is_fenced(world: World, region: str) -> bool:
    """Whether the rule is there."""
    return _has_fence(_acl(world, region))


def _has_fence(acl: dict[str, Any]) -> bool:
    return any(
        entry["RuleNumber"] == FENCE_RULE and entry["RuleAction"] == "deny" and not entry["Egress"]
        for entry in acl["Entries"]
    )


def _acl(world: World, region: str) -> dict[str, Any]:
    name = world.platform.places[region].acl
    answer = world.aws.ask("ec2", region, "describe_network_acls", Filters=[{"Name": "tag:Name", "Values": [name]}])
    found: dict[str, Any] = answer["NetworkAcls"][0]
    return found
