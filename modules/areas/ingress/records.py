"""DNS records that route clients to a healthy region."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cdktf_cdktf_provider_aws.route53_health_check import Route53HealthCheck
from cdktf_cdktf_provider_aws.route53_record import Route53Record
from constructs import Construct

from modules.areas.ingress.certificates import regional_name
from modules.areas.ingress.routing_policies import failover_record, latency_record, load_balancer_alias, record_alias
from modules.settings.entry import HEALTH_PATH

if TYPE_CHECKING:
    from collections.abc import Mapping

    from modules.areas.ingress.load_balancer import LoadBalancer
    from modules.areas.ingress.zone import Zone

HTTPS = 443
#: The first label of the name that resolves to the nearest healthy region.
NEAREST = "nearest"
FAILURE_THRESHOLD = 3


class Records(Construct):
    """Records of the served names, of each region's own name, and of the nearest region.

    Route 53 requests the health page of each region over HTTPS, by the region's own name. ``nearest`` resolves to the
    healthy region with the lowest latency. With ``failover`` routing a served name resolves to the primary region while
    that is healthy, and otherwise to ``nearest``, so any number of regions is on standby. With ``latency`` routing it
    resolves to ``nearest``. Changing ``primary_region`` or ``entry.routing`` updates records in place.

    Parameters
    ----------
    zone
        The hosted zone. Its region has the ``entry`` settings.
    load_balancers
        By region, the load balancer.

    Attributes
    ----------
    health_checks
        By region, the Route 53 health check of its health page.

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
        self._primaries: list[Route53Record] = []
        self.health_checks = {
            name: self._region_records(load_balancer) for name, load_balancer in load_balancers.items()
        }
        standby = record_alias(self._nearest[self._settings.home], zone=zone)
        primary = self._settings.primary_region
        for name in self._settings.entry.names(self._settings.domain):
            label = "wildcard" if name.startswith("*") else "apex"
            if self._settings.entry.routing == "latency":
                failover_record(self, f"{label}-primary", zone=zone, name=name, role="PRIMARY", alias=standby)
                continue
            record = failover_record(
                self,
                f"{label}-primary",
                zone=zone,
                name=name,
                role="PRIMARY",
                alias=load_balancer_alias(load_balancers[primary]),
                health_check=self.health_checks[primary],
            )
            self._primaries.append(record)
            if len(load_balancers) > 1:
                failover_record(self, f"{label}-secondary", zone=zone, name=name, role="SECONDARY", alias=standby)

    def follow(self, checks: Mapping[str, Route53HealthCheck]) -> None:
        """Let records follow other health checks than those of the health pages.

        Parameters
        ----------
        checks
            By region, the health check.
        """
        for name, check in checks.items():
            records = [self._nearest[name], *(self._primaries if name == self._settings.primary_region else [])]
            for record in records:
                record.health_check_id = check.id

    def _region_records(self, load_balancer: LoadBalancer) -> Route53HealthCheck:
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
            failure_threshold=FAILURE_THRESHOLD,
            request_interval=int(self._settings.entry.health_check_interval),
            tags={"Name": region.names.of("route53", "web")},
        )
        Route53Record(
            self,
            f"region-{region.name}",
            provider=self._zone.provider(region),
            zone_id=self._zone.id,
            name=regional_name(region),
            type="A",
            alias=load_balancer_alias(load_balancer),
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
