"""What Route 53 looks at, read from an account or from the emulator; see `tools.dns`.

On the emulator nothing listens. So an endpoint counts as well unless its region is dark, which has to be said, and a
load balancer by the health of its targets.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Sequence
from typing import Any

from tools.dns import INSUFFICIENT, Check, Zone

REGION = re.compile(r"(?<![a-z0-9-])([a-z]{2}(?:-[a-z]+)+-\d)(?![a-z0-9-])")

Clients = Callable[[str, str], Any]


def zone_of(clients: Clients, domain: str) -> Zone:
    """Return the hosted zone of a domain, with all health checks of the account.

    Parameters
    ----------
    clients : callable
        Returns the boto3 client of a service in a region, such as ``Emulator.client``.
    domain : str
        The zone's name.

    Raises
    ------
    LookupError
        If there is no such zone.
    """
    route53 = clients("route53", "us-east-1")
    zones = route53.list_hosted_zones_by_name(DNSName=domain)["HostedZones"]
    found = next((zone["Id"] for zone in zones if zone["Name"].rstrip(".") == domain.rstrip(".")), None)
    if found is None:
        raise LookupError(f"there is no hosted zone {domain}")
    pages = route53.get_paginator("list_resource_record_sets").paginate(HostedZoneId=found)
    records = [record for page in pages for record in page["ResourceRecordSets"]]
    pages = route53.get_paginator("list_health_checks").paginate()
    checks = {check["Id"]: check["HealthCheckConfig"] for page in pages for check in page["HealthChecks"]}
    return Zone(records=records, checks=checks)


class LiveWorld:
    """What records and checks look at, as it is when it is asked for, and as it was where a region is dark.

    Route 53 knows the last state of an alarm whose region has gone dark. So does this, if `remember` was called before.

    Parameters
    ----------
    clients : callable
        Returns the boto3 client of a service in a region.
    """

    #: Regions that do not answer: their endpoints and load balancers are ill, their alarms have no data.
    dark: Collection[str]

    def __init__(self, clients: Clients) -> None:
        self._clients = clients
        self._last: dict[tuple[str, str], str] = {}
        self.dark = ()

    def remember(self, zone: Zone) -> None:
        """Look at every alarm that a health check of the zone looks at."""
        for check in zone.checks.values():
            if alarm := check.get("AlarmIdentifier"):
                self.alarm(alarm["Region"], alarm["Name"])

    def endpoint(self, check: Check) -> bool:
        """Return whether the region in the endpoint's name answers; true if there is none in it."""
        match = REGION.search(check.get("FullyQualifiedDomainName", ""))
        return match is None or match[1] not in self.dark

    def alarm(self, region: str, name: str) -> tuple[str, str | None]:
        """Return the state of an alarm, and the last for which it had data; one that is not there has none."""
        state = INSUFFICIENT
        if region not in self.dark:
            cloudwatch = self._clients("cloudwatch", region)
            described = cloudwatch.describe_alarms(AlarmNames=[name], AlarmTypes=["MetricAlarm", "CompositeAlarm"])
            found = [*described.get("MetricAlarms", []), *described.get("CompositeAlarms", [])]
            state = found[0]["StateValue"] if found else INSUFFICIENT
        if state != INSUFFICIENT:
            self._last[region, name] = state
        return state, self._last.get((region, name))

    def target(self, name: str) -> bool:
        """Return whether every target group of a load balancer has a healthy target.

        https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/resource-record-sets-values-alias-common.html
        """
        match = REGION.search(name)
        if match is None or not name.endswith(".elb.amazonaws.com"):
            return True
        if match[1] in self.dark:
            return False
        elbv2 = self._clients("elbv2", match[1])
        balancers = elbv2.get_paginator("describe_load_balancers").paginate()
        arns = [
            one["LoadBalancerArn"]
            for page in balancers
            for one in page["LoadBalancers"]
            if name.removeprefix("dualstack.") == one["DNSName"].lower()
        ]
        groups = [group for arn in arns for group in elbv2.describe_target_groups(LoadBalancerArn=arn)["TargetGroups"]]
        return bool(groups) and all(_has_healthy_target(elbv2, group["TargetGroupArn"]) for group in groups)


def region_of(values: Sequence[str]) -> str:
    """Return the region of an answer that is one load balancer.

    Raises
    ------
    ValueError
        If it is something else.
    """
    found = {match[1] for value in values if (match := REGION.search(value))}
    if len(found) != 1:
        raise ValueError(f"{', '.join(values)} is of no one region")
    return found.pop()


def _has_healthy_target(elbv2: Any, arn: str) -> bool:  # noqa: ANN401 - boto3 has no types
    health = elbv2.describe_target_health(TargetGroupArn=arn)["TargetHealthDescriptions"]
    return any(one["TargetHealth"]["State"] == "healthy" for one in health)
