"""The functions of a region: one looks what a failover would do, the other does it, and is the keeper."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cdktf_cdktf_provider_aws.cloudwatch_event_target import CloudwatchEventTargetRetryPolicy

from modules.areas.failover.code import FailoverCode
from modules.areas.failover.description import ACT, LOOK
from modules.areas.failover.permissions import act_statements, look_statements
from modules.blocks.functions.function import Function
from modules.blocks.functions.rule import invoke_by_rule

if TYPE_CHECKING:
    from constructs import Construct

    from modules.areas.failover.permissions import Reach

#: A region that hangs takes 12 seconds a call, and a step asks each region a few times.
TIMEOUT_SECONDS = 300
MEMORY_MEGABYTES = 256
#: EventBridge drops what it could not deliver for so long: the next minute is better than the last.
EVENT_SECONDS = 60


class LookFunction(Function):
    """Looks what a failover to its region would do and lose. Its role only reads.

    It is outside the VPCs: no endpoint and no NAT gateway may be in the way.

    Parameters
    ----------
    reach
        What it reaches.
    """

    def __init__(self, scope: Construct, id_: str, *, reach: Reach) -> None:
        region = reach.region
        super().__init__(scope, id_, region=region, keys=reach.keys[region.name], identifier=LOOK)
        self._define(
            description="Looks what a failover to this region would do and lose, and changes nothing",
            code=FailoverCode(self, "code", settings=region.settings, entry="look"),
            permissions={"failover": look_statements(reach)},
            environment={"PURPOSE": LOOK},
            timeout=TIMEOUT_SECONDS,
            memory_size=MEMORY_MEGABYTES,
        )


class ActFunction(Function):
    """Does the steps of a failover to its region, and every minute what its keeper does.

    It is outside the VPCs, as ``LookFunction`` is.

    Parameters
    ----------
    reach
        What it reaches.

    See https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-rule-schedule.html
    """

    def __init__(self, scope: Construct, id_: str, *, reach: Reach) -> None:
        region = reach.region
        super().__init__(scope, id_, region=region, keys=reach.keys[region.name], identifier=ACT)
        self._define(
            description="Moves the writer of the database to this region when people decide so, and keeps watch",
            code=FailoverCode(self, "code", settings=region.settings, entry="act"),
            permissions={"failover": look_statements(reach), **act_statements(reach)},
            environment={"PURPOSE": ACT},
            timeout=TIMEOUT_SECONDS,
            memory_size=MEMORY_MEGABYTES,
        )
        invoke_by_rule(
            self,
            identifier="failover-keeper",
            description="The keeper of a region runs every minute",
            schedule="rate(1 minute)",
            payload={"keep": True},
            retries=CloudwatchEventTargetRetryPolicy(
                maximum_event_age_in_seconds=EVENT_SECONDS, maximum_retry_attempts=0
            ),
        )
