"""Records that lead clients to a healthy region."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cdktf_cdktf_provider_aws.route53_health_check import Route53HealthCheck
from cdktf_cdktf_provider_aws.route53_record import Route53Record
from constructs import Construct

from modules.areas.ingress.certificates import regional_name
from modules.areas.ingress.routes import failover_record, latency_record, to_load_balancer, to_record
from modules.settings.entry import HEALTH_PATH

if TYPE_CHECKING:
    from collections.abc import Mapping

    from modules.areas.ingress.load_balancer import LoadBalancer
    from modules.areas.ingress.zone import Zone

HTTPS = 443
#: The first label of the name that leads to the nearest healthy region.
NEAREST = "nearest"
FAILURES = 3


class Records(Construct):
    """Records of the names that are served, of each region's own name, and of the nearest region.

    Route 53 asks each region for its health page, by the region's own name and over HTTPS. ``nearest`` leads to the
    healthy region with the lowest latency. With ``failover`` a served name leads to the primary region while it is
    healthy, and else to ``nearest``, so that any number of regions stands by; with ``latency`` it leads to ``nearest``.
    Changing ``primary_region`` or ``entry.routing`` updates records in place.

    Parameters
    ----------
    zone
        The hosted zone, whose region has ``entry`` of the settings.
    load_balancers
        By region, what clients are led to.

    Attributes
    ----------
    health_checks
        By region, the health check of Route 53 that asks for its health page.

    See https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/dns-failover-complex-configs.html
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        zone: Zone,
        load_balancers: Mapping[str, LoadBalancer],
    ) -> None:
        super().__init__(scope, id_)
        self._zone, self._settings = zone, zone.region.settings
        self._nearest: dict[str, Route53Record] = {}
        self.health_checks = {name: self._lead_to_region(one) for name, one in load_balancers.items()}
        to_standby = to_record(self._nearest[self._settings.home], zone=zone)
        primary = self._settings.primary_region
        for name in self._settings.entry.names(self._settings.domain):
            word = "wildcard" if name.startswith("*") else "apex"
            if self._settings.entry.routing == "latency":
                failover_record(self, f"{word}-primary", zone=zone, name=name, role="PRIMARY", alias=to_standby)
                continue
            failover_record(
                self,
                f"{word}-primary",
                zone=zone,
                name=name,
                role="PRIMARY",
                alias=to_load_balancer(load_balancers[primary]),
                health_check=self.health_checks[primary],
            )
            if len(load_balancers) > 1:
                failover_record(self, f"{word}-secondary", zone=zone, name=name, role="SECONDARY", alias=to_standby)

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
            alias=to_load_balancer(load_balancer),
        )
        self._nearest[region.name] = latency_record(
            self,
            f"nearest-{region.name}",
            zone=self._zone,
            name=f"{NEAREST}.{self._settings.domain}",
            load_balancer=load_balancer,
            health_check=check,
        )
        return check
