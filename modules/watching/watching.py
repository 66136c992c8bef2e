"""What watches a region."""

from __future__ import annotations

from typing import TYPE_CHECKING

from constructs import Construct

from modules.watching.backup import BackupAlarms
from modules.watching.dashboard import RegionView
from modules.watching.health import RegionHealth
from modules.watching.network import NetworkAlarms
from modules.watching.notices import Notices
from modules.watching.queries import Queries
from modules.watching.storage import StorageAlarms

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from modules.alerts.alerts import Alerts
    from modules.backup.vault import BackupVault
    from modules.network.network import Network
    from modules.region import Region
    from modules.storage.replication import Replication
    from modules.watching.alarm import Alarm


class Watching(Construct):
    """The alarms of every tier of a region, its health, its notices and its saved queries.

    Parameters
    ----------
    region
        The region.
    alerts
        Its topics.
    network
        Its network.
    replications
        All replications of buckets, also those between other regions.
    vault
        Its backup vault.
    others
        Alarms that the dashboard shows and that say nothing of the region's health, such as those on people's doings.
        None by default.
    logs
        Names of more log groups that the usual questions are asked of, by the key of ``QUESTIONS``. None by default.

    Attributes
    ----------
    health
        The alarm that says whether the region is ill.
    view
        What the dashboard shows of the region.
    """

    def __init__(  # noqa: PLR0913 - what it watches is of many areas
        self,
        scope: Construct,
        id_: str,
        *,
        region: Region,
        alerts: Alerts,
        network: Network,
        replications: Sequence[Replication],
        vault: BackupVault,
        others: Sequence[Alarm] = (),
        logs: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(scope, id_)
        tiers = [
            NetworkAlarms(self, "network", region=region, alerts=alerts, gateways=network.nat.gateways),
            StorageAlarms(self, "storage", region=region, alerts=alerts, replications=replications),
            BackupAlarms(self, "backup", region=region, alerts=alerts, vault=vault),
        ]
        self.health = RegionHealth(self, "health", region=region, alerts=alerts, tiers=tiers)
        alarms = [alarm for tier in tiers for alarm in tier.alarms]
        self.view = RegionView(region=region, health=self.health, alarms=[*alarms, *others])
        Notices(self, "notices", region=region, alerts=alerts)
        Queries(self, "queries", region=region, logs={"flow": network.flow_logs.log_group.name, **(logs or {})})
