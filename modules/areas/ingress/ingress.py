"""The ingress of all regions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from constructs import Construct

from modules.areas.ingress.certificates import Certificates
from modules.areas.ingress.load_balancer import LoadBalancer
from modules.areas.ingress.records import Records
from modules.areas.ingress.web_acl import WebAcl
from modules.areas.ingress.zone import Zone
from modules.core.errors import error_context

if TYPE_CHECKING:
    from collections.abc import Mapping

    from modules.areas.network.network import Network
    from modules.areas.storage.storage import Storage
    from modules.blocks.keys.keys import Keys


class Ingress(Construct):
    """Certificates, a load balancer and its web ACL in every region, and the DNS records that route clients to them.

    Parameters
    ----------
    networks
        By region, the network of the load balancer.
    storages
        By region, the buckets. One of them receives the load balancer's logs.
    keys
        By region, the keys. The log key encrypts the logs of the web ACL.
    home
        The region whose provider creates global resources.

    Attributes
    ----------
    certificates
        The certificates.
    load_balancers
        By region, the load balancer.
    records
        The DNS records.
    health_checks
        By region, the Route 53 health check of its health page.

    Raises
    ------
    AreaError
        If a region's load balancer cannot be built.
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        networks: Mapping[str, Network],
        storages: Mapping[str, Storage],
        keys: Mapping[str, Keys],
        home: str,
    ) -> None:
        super().__init__(scope, id_)
        regions = {name: network.region for name, network in networks.items()}
        zone = Zone(self, "zone", region=regions[home])
        self.certificates = certificates = Certificates(self, "certificates", regions=regions, zone=zone)
        self.load_balancers: dict[str, LoadBalancer] = {}
        for name, region in regions.items():
            with error_context("ingress", name):
                self.load_balancers[name] = load_balancer = LoadBalancer(
                    region,
                    "load-balancer",
                    region=region,
                    network=networks[name],
                    logs=storages[name].load_balancer_logs,
                    certificate_arn=certificates.arns[name],
                )
                WebAcl(region, "firewall", load_balancer=load_balancer, logs_key=keys[name].logs)
        self.records = Records(self, "records", zone=zone, load_balancers=self.load_balancers)
        self.health_checks = self.records.health_checks
