"""The constructs of one region, as one record."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from modules.areas.account.baseline import RegionBaseline
from modules.areas.account.session_manager import SessionManager
from modules.areas.backup.vault import BackupVault
from modules.areas.network.network import Network
from modules.areas.secrets.database import PORT
from modules.areas.storage.deliveries import trail_arn
from modules.areas.storage.storage import APPLICATION, READ_WRITE, Storage, data_roles
from modules.blocks.identity.role import InstanceRole
from modules.blocks.keys.keys import Keys
from modules.core.errors import error_context
from modules.settings.ownership import MANAGED, in_region

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cdktf_cdktf_provider_aws.route53_health_check import Route53HealthCheck

    from modules.areas.compute.web_tier import WebTier
    from modules.areas.database.database import Database
    from modules.areas.ingress.load_balancer import LoadBalancer
    from modules.areas.rotation.function import RotationFunction
    from modules.areas.secrets.application import ApplicationSecret
    from modules.areas.sessions.table import SessionTable
    from modules.areas.storage.replication import Replication
    from modules.blocks.alarms.alert_topics import AlertTopics
    from modules.core.region import Region


@dataclass(frozen=True, kw_only=True)
class Foundation:
    """What the other areas of a region build on. It needs nothing of other regions."""

    region: Region
    keys: Keys
    network: Network
    storage: Storage
    application: InstanceRole
    vault: BackupVault


@dataclass(frozen=True, kw_only=True)
class Site(Foundation):
    """Everything in a region that monitoring and operations need.

    Parameters
    ----------
    database, rotation, load_balancer, web
        Its areas.
    certificate_arn
        ARN of the certificate of its load balancer.
    health_check
        Its health check of Route 53.
    replications
        Bucket replications from the region or to it.
    """

    database: Database
    rotation: RotationFunction
    load_balancer: LoadBalancer
    certificate_arn: str
    health_check: Route53HealthCheck
    web: WebTier
    replications: Sequence[Replication]

    @property
    def logs(self) -> dict[str, str]:
        """Names of log groups, by the kind of queries that are saved for them."""
        return {
            "flow": self.network.flow_logs.log_group.name,
            "database": self.database.logs["postgresql"].name,
            "web": self.web.log_group.name,
            "rotation": self.rotation.log_group.name,
        }


def build_foundation(region: Region, *, vpc_cidrs: Sequence[str], administrators: Sequence[str]) -> Foundation:
    """Build the part of a region that needs nothing of other regions.

    Parameters
    ----------
    region
        The region.
    vpc_cidrs
        CIDR blocks of all the platform's VPCs, this one's included.
    administrators
        ARNs, or patterns of them, of roles and users that the bucket policies do not deny.

    Raises
    ------
    AreaError
        If an area cannot be built.
    """
    with error_context("keys", region.name):
        keys = Keys(region, "keys", region=region, storage_roles=data_roles(region), trail_arn=trail_arn(region))
    with error_context("account", region.name):
        RegionBaseline(region, "baseline", region=region, key=keys.volumes)
    with error_context("network", region.name):
        network = Network(region, "network", region=region, logs_key=keys.logs, vpc_cidrs=vpc_cidrs)
    with error_context("identity", region.name):
        application = InstanceRole(region, "application-role", region=region, identifier=APPLICATION)
    if in_region(region.settings.account.session_manager, region.name) == MANAGED:
        with error_context("account", region.name):
            SessionManager(region, "session-manager", region=region, key=keys.logs, role=application)
    with error_context("storage", region.name):
        storage = Storage(
            region, "storage", region=region, keys=keys, application=application, administrators=administrators
        )
    with error_context("backup", region.name):
        vault = BackupVault(region, "backup-vault", region=region, key=keys.backup, sources=[keys.data])
    return Foundation(region=region, keys=keys, network=network, storage=storage, application=application, vault=vault)


def parameter_values(
    site: Site, *, secret: ApplicationSecret, database: str, sessions: SessionTable, alerts: AlertTopics
) -> dict[str, str]:
    """Values of the parameters by which an application finds the platform in a region.

    Parameters
    ----------
    site
        The region's site.
    secret
        The secret of the application's database user.
    database
        Name of the database.
    sessions
        The session table.
    alerts
        The region's topics.
    """
    network, keys = site.network, site.keys
    return {
        "alerts/page-topic-arn": alerts.page.arn,
        "alerts/ticket-topic-arn": alerts.ticket.arn,
        "application/role-arn": site.application.arn,
        "data/bucket": site.storage.data.name,
        "data/prefix": READ_WRITE,
        "database/client-security-group-id": site.database.security_groups.clients.id,
        "database/name": database,
        "database/port": str(PORT),
        "database/read-host": site.database.instance.address,
        "database/secret-arn": secret.arn_in(site.region.name),
        **{
            f"keys/{purpose}-arn": getattr(keys, purpose).arn
            for purpose in ("alerts", "data", "functions", "logs", "secrets", "storage")
        },
        "load-balancer/dns-name": site.load_balancer.resource.dns_name,
        "load-balancer/listener-arn": site.load_balancer.listener.arn,
        "network/private-subnet-ids": ",".join(network.private.subnet_ids),
        "network/public-subnet-ids": ",".join(network.public.subnet_ids),
        "network/vpc-id": network.vpc.id,
        "sessions/table": sessions.name,
        "web/log-group": site.web.log_group.name,
        "web/security-group-id": site.web.security_group.id,
    }
