"""Failover of one region: the journal, the functions and the state machine."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cdktf_cdktf_provider_aws.route53_health_check import Route53HealthCheck
from constructs import Construct

from modules.areas.failover.alarms import HELD, failover_alarms
from modules.areas.failover.description import ACT, IDENTIFIER, LOOK
from modules.areas.failover.functions import ActFunction, LookFunction
from modules.areas.failover.journal import Journal
from modules.areas.failover.machine import Machine
from modules.blocks.alarms.function_alarms import function_alarms
from modules.blocks.alarms.tier_alarms import TierAlarms

if TYPE_CHECKING:
    from modules.areas.failover.permissions import Reach
    from modules.blocks.alarms.alarm import Alarm, AlarmSpec
    from modules.core.region import Region


class Failover(Construct):
    """What moves the writer to a region, what keeps other regions, and the alarms on both.

    Nothing here decides to move a writer: people do (docs/failover.md).

    Parameters
    ----------
    reach
        What the functions reach.

    Attributes
    ----------
    journal, look, act, machine
        Its parts.
    alarms
        The alarms.
    held_alarms
        By region that this one keeps, the alarm that is on while that region is held.
    """

    def __init__(self, scope: Construct, id_: str, *, reach: Reach) -> None:
        super().__init__(scope, id_)
        self._reach, region = reach, reach.region
        keys = reach.keys[region.name]
        self.journal = Journal(self, "journal", region=region, key=keys.data)
        self.look = LookFunction(self, "look", reach=reach)
        self.act = ActFunction(self, "act", reach=reach)
        self.machine = Machine(self, "machine", region=region, function=self.act, logs_key=keys.logs)
        kept = [name for name, place in sorted(reach.platform.places.items()) if place.keeper == region.name]
        own = self._tier(IDENTIFIER, failover_alarms(region=region.name, kept=kept, journal=self.journal))
        self.alarms: list[Alarm] = [*own.alarms]
        for identifier, function in ((LOOK, self.look), (ACT, self.act)):
            specs = function_alarms(
                thresholds=region.settings.alarms,
                identifier=identifier,
                function=function.resource,
                dead_letters=function.dead_letters.resource,
            )
            self.alarms += self._tier(identifier, specs).alarms
        self.held_alarms = {name: alarm for name in kept for alarm in own.alarms if alarm.node.id == f"{HELD}-{name}"}

    def _tier(self, tier: str, specs: dict[str, AlarmSpec]) -> TierAlarms:
        reach = self._reach
        alerts = reach.alerts[reach.region.name]
        return TierAlarms(self, f"{tier}-alarms", region=reach.region, alerts=alerts, tier=tier, specs=specs)


class HeldCheck(Construct):
    """A health check of Route 53 that is healthy while a region serves its health page, and is not held.

    The state of a region that nobody has heard of for a while stays as it was. A new one is not held.

    Parameters
    ----------
    region
        The region.
    keeper
        The region whose alarm it follows.
    alarm
        The alarm that is on while the region is held.
    page
        The health check of its health page.

    Attributes
    ----------
    resource
        The health check.

    See https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/health-checks-types.html
    """

    def __init__(
        self, scope: Construct, id_: str, *, region: Region, keeper: str, alarm: Alarm, page: Route53HealthCheck
    ) -> None:
        super().__init__(scope, id_)
        held = Route53HealthCheck(
            self,
            "held",
            provider=region.provider,
            type="CLOUDWATCH_METRIC",
            cloudwatch_alarm_name=alarm.name,
            cloudwatch_alarm_region=keeper,
            insufficient_data_health_status="LastKnownStatus",
            tags={"Name": region.names.of("route53", "held")},
        )
        self.resource = Route53HealthCheck(
            self,
            "Resource",
            provider=region.provider,
            type="CALCULATED",
            child_healthchecks=[page.id, held.id],
            child_health_threshold=2,
            tags={"Name": region.names.of("route53", "usable")},
        )
