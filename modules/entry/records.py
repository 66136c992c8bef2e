"""Records that lead clients to a healthy region."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cdktf_cdktf_provider_aws.route53_health_check import Route53HealthCheck
from cdktf_cdktf_provider_aws.route53_record import (
    Route53Record,
    Route53RecordAlias,
    Route53RecordFailoverRoutingPolicy,
    Route53RecordLatencyRoutingPolicy,
)
from constructs import Construct

from modules.entry.certificates import regional_name
from modules.settings.entry import HEALTH_PATH

if TYPE_CHECKING:
    from collections.abc import Mapping

    from modules.entry.load_balancer import LoadBalancer
    from modules.entry.zone import Zone

HTTPS = 443
#: The first label of the name that leads to the nearest healthy region.
NEAREST = "nearest"
FAILURES = 3


class Records(Construct):
    """Records of the names that are served, of each region's own name, and of the nearest region.

    Route 53 asks each region for its health page, by the region's own name and over HTTPS. ``nearest`` leads to the
    healthy region with the lowest latency. With ``failover`` a served name leads to the primary region while it is
    healthy, and else to ``nearest``, so that any number of regions stands by; with ``latency`` it leads to ``nearest``.
    Another primary region, or another routing, changes where records lead, and replaces none.

    Parameters
    ----------
    zone
        The hosted zone.
    load_balancers
        By region, what clients are led to.

    Attributes
    ----------
    health_checks
        By region, the health check of Route 53.

    See https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/dns-failover-complex-configs.html
    """

    def __init__(self, scope: Construct, id_: str, *, zone: Zone, load_balancers: Mapping[str, LoadBalancer]) -> None:
        super().__init__(scope, id_)
        self._zone, self._settings = zone, zone.region.settings
        self._nearest = f"{NEAREST}.{self._settings.domain}"
        self._nearest_records: dict[str, Route53Record] = {}
        self.health_checks = {name: self._lead_to_region(one) for name, one in load_balancers.items()}
        # Route 53 refuses an alias of a record that it does not have yet, so it is referred to; any of the set will do.
        nearest = self._nearest_records[self._settings.home].fqdn
        to_nearest = Route53RecordAlias(name=nearest, zone_id=zone.id, evaluate_target_health=True)
        primary = self._settings.primary_region
        for name in self._settings.entry.names(self._settings.domain):
            word = "wildcard" if name.startswith("*") else "apex"
            if self._settings.entry.routing == "latency":
                self._serve(f"{word}-primary", name, "PRIMARY", alias=to_nearest)
                continue
            self._serve(
                f"{word}-primary",
                name,
                "PRIMARY",
                alias=_to(load_balancers[primary]),
                health_check_id=self.health_checks[primary].id,
            )
            if len(load_balancers) > 1:
                self._serve(f"{word}-secondary", name, "SECONDARY", alias=to_nearest)

    def _lead_to_region(self, load_balancer: LoadBalancer) -> Route53HealthCheck:
        region = load_balancer.region
        check = Route53HealthCheck(
            self,
            f"health-{region.name}",
            provider=region.provider,
            type="HTTPS",
            fqdn=regional_name(region),
            port=HTTPS,
            resource_path=HEALTH_PATH,
            enable_sni=True,
            failure_threshold=FAILURES,
            request_interval=int(self._settings.entry.health_check_interval),
            tags={"Name": region.names.of("route53", "web")},
        )
        Route53Record(
            self,
            f"region-{region.name}",
            provider=region.provider,
            zone_id=self._zone.id,
            name=regional_name(region),
            type="A",
            alias=_to(load_balancer),
        )
        self._nearest_records[region.name] = Route53Record(
            self,
            f"nearest-{region.name}",
            provider=region.provider,
            zone_id=self._zone.id,
            name=self._nearest,
            type="A",
            set_identifier=region.name,
            latency_routing_policy=Route53RecordLatencyRoutingPolicy(region=region.name),
            health_check_id=check.id,
            alias=_to(load_balancer),
        )
        return check

    def _serve(
        self, id_: str, name: str, role: str, *, alias: Route53RecordAlias, health_check_id: str | None = None
    ) -> None:
        Route53Record(
            self,
            id_,
            provider=self._zone.region.provider,
            zone_id=self._zone.id,
            name=name,
            type="A",
            set_identifier=role.lower(),
            failover_routing_policy=Route53RecordFailoverRoutingPolicy(type=role),
            health_check_id=health_check_id,
            alias=alias,
        )


def _to(load_balancer: LoadBalancer) -> Route53RecordAlias:
    resource = load_balancer.resource
    return Route53RecordAlias(name=resource.dns_name, zone_id=resource.zone_id, evaluate_target_health=True)
