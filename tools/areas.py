"""Which area of the platform a resource belongs to: the rows of the table in README, by the paths of constructs."""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from tools.plan import Plan, region_of_resources

#: What the constructs below a region, or below the stack, belong to, by the name that they have there.
AREAS: Mapping[str, tuple[str, ...]] = {
    "network": ("network", "peering"),
    "keys, roles": ("keys", "application-role", "baseline", "session-manager", "account"),
    "storage": ("storage", "data-replication"),
    "web tier": ("web",),
    "parameters": ("parameters",),
    "ingress": ("load-balancer", "firewall", "entry"),
    "database": ("database", "database-backups"),
    "failover": ("failover", "usable"),
    "sessions": ("sessions",),
    "secrets": (
        *("database-secret", "database-credentials", "rotation", "rotation-function"),
        *("application-secret", "application-rotation"),
    ),
    "monitoring": ("watching", "alerts", "dashboard", "reach", "reached"),
    "audit": (
        "trail",
        "trail-alarms",
        "recorder",
        "configuration",
        "configuration-rules",
        "findings",
        "findings-marker",
    ),
    "backups, budget": ("backup-vault", "backup-plan", "restore-testing", "budget"),
}
_AREA_OF = {part: area for area, parts in AREAS.items() for part in parts}
#: Places where constructs of several areas stand.
_SHARED = {"oversight"}


def resources_by_area(plan: Plan, configuration: Mapping[str, Any]) -> dict[str, dict[str, int]]:
    """Count the resources that there are once a plan is applied, by area, and in each by region.

    Parameters
    ----------
    plan : mapping
        The plan.
    configuration : mapping
        The Terraform JSON that it is of: it says where in the program each resource was made.

    Returns
    -------
    dict
        Areas in the order of README, then those that it does not name, under the name of their construct.
    """
    regions = region_of_resources(plan)
    paths = {
        f"{kind}.{name}": str(body["//"]["metadata"]["path"])
        for kind, blocks in configuration["resource"].items()
        for name, body in blocks.items()
    }
    found: dict[str, Counter[str]] = {}
    for address, region in regions.items():
        area = area_of(paths[address.partition("[")[0]], regions=set(regions.values()))
        found.setdefault(area, Counter())[region] += 1
    return {area: dict(found[area]) for area in (*AREAS, *sorted(found.keys() - AREAS.keys())) if area in found}


def area_of(path: str, *, regions: Iterable[str]) -> str:
    """Return the area of a construct, as in `network` for `platform/eu-west-1/network/vpc`."""
    regions = set(regions)
    part, *below = path.split("/")[1:]
    if below and (part in regions or part in _SHARED):
        part = below[0]
    # What connects two regions has their names behind its own.
    for region in sorted(regions, key=len, reverse=True):
        part = part.replace(f"-{region}", "")
    return _AREA_OF.get(part, part)
