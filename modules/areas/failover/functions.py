"""The functions of a region: one looks what a failover would do, the other does it, and is the keeper."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from cdktf_cdktf_provider_aws.cloudwatch_event_rule import CloudwatchEventRule
from cdktf_cdktf_provider_aws.cloudwatch_event_target import CloudwatchEventTarget, CloudwatchEventTargetRetryPolicy
from cdktf_cdktf_provider_aws.lambda_permission import LambdaPermission

from modules.areas.failover.code import FailoverCode
from modules.areas.failover.description import ACT, LOOK
from modules.areas.failover.permissions import act_statements, look_statements
from modules.blocks.functions.function import Function

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
        self._every_minute()

    def _every_minute(self) -> None:
        name = self.region.names.of("events", "failover-keeper")
        rule = CloudwatchEventRule(
            self,
            "rule",
            provider=self.region.provider,
            name=name,
            description="The keeper of a region runs every minute",
            schedule_expression="rate(1 minute)",
            state="ENABLED",
            tags={"Name": name},
        )
        permission = LambdaPermission(
            self,
            "permission",
            provider=self.region.provider,
            statement_id="events",
            action="lambda:InvokeFunction",
            function_name=self.resource.function_name,
            principal="events.amazonaws.com",
            source_arn=rule.arn,
        )
        CloudwatchEventTarget(
            self,
            "target",
            provider=self.region.provider,
            rule=rule.name,
            arn=self.arn,
            input=json.dumps({"keep": True}),
            retry_policy=CloudwatchEventTargetRetryPolicy(
                maximum_event_age_in_seconds=EVENT_SECONDS, maximum_retry_attempts=0
            ),
            depends_on=[permission],
        )
