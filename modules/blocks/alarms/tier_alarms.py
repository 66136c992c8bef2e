"""The alarms of one tier."""

from __future__ import annotations

from typing import TYPE_CHECKING

from constructs import Construct

from modules.blocks.alarms.alarm import Alarm

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from cdktf import ITerraformDependable

    from modules.blocks.alarms.alarm import AlarmSpec
    from modules.blocks.alarms.alert_topics import AlertTopics
    from modules.core.region import Region


class TierAlarms(Construct):
    """The alarms of one tier in one region.

    Parameters
    ----------
    region
        The region whose CloudWatch has the metrics.
    alerts
        The region's topics.
    tier
        Name of the tier: words joined by hyphens. The alarms' names begin with it.
    specs
        The alarms' specs, by identifier.
    depends_on
        What must exist before the alarms. Nothing by default.

    Attributes
    ----------
    alarms
        The alarms, in the order of the specs.
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        region: Region,
        alerts: AlertTopics,
        tier: str,
        specs: Mapping[str, AlarmSpec],
        depends_on: Sequence[ITerraformDependable] = (),
    ) -> None:
        super().__init__(scope, id_)
        self.alarms = [
            Alarm(self, identifier, region=region, alerts=alerts, tier=tier, spec=spec, depends_on=depends_on)
            for identifier, spec in specs.items()
        ]
