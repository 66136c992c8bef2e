"""What there is to watch in a region."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from modules.areas.backup.vault import BackupVault
    from modules.areas.compute.web_tier import WebTier
    from modules.areas.database.database import Database
    from modules.areas.ingress.load_balancer import LoadBalancer
    from modules.areas.network.network import Network
    from modules.areas.rotation.function import RotationFunction
    from modules.areas.sessions.table import SessionTable
    from modules.areas.storage.replication import Replication
    from modules.core.region import Region


@dataclass(frozen=True, kw_only=True)
class Watched:
    """What there is to watch in a region.

    Parameters
    ----------
    network, database, rotation, load_balancer, web, vault
        What stands in it.
    sessions
        The table of sessions.
    receivers
        The other regions, which take what is written to the table in this one.
    replications
        All replications of buckets, also those between other regions.
    certificate
        ARN of its certificate.
    """

    network: Network
    database: Database
    rotation: RotationFunction
    load_balancer: LoadBalancer
    web: WebTier
    vault: BackupVault
    sessions: SessionTable
    receivers: Sequence[Region]
    replications: Sequence[Replication]
    certificate: str

    @property
    def logs(self) -> dict[str, str]:
        """Names of log groups, by the kind of questions that they answer."""
        return {
            "flow": self.network.flow_logs.log_group.name,
            "database": self.database.logs["postgresql"].name,
            "web": self.web.log_group.name,
            "rotation": self.rotation.log_group.name,
        }
