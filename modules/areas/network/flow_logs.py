"""VPC flow logs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cdktf_cdktf_provider_aws.flow_log import FlowLog
from constructs import Construct

from modules.blocks.identity.policy import Statement, arn_like
from modules.blocks.identity.role import ServiceRole
from modules.blocks.log_group import log_group

if TYPE_CHECKING:
    from modules.areas.network.vpc import Vpc
    from modules.blocks.keys.key import Key
    from modules.core.region import Region


class FlowLogs(Construct):
    """Flow logs of all traffic of a VPC, aggregated by minute, in an encrypted log group.

    Parameters
    ----------
    region
        The region. The setting ``logs.retention_days`` is the retention.
    vpc
        The VPC.
    key
        The key that the log group is encrypted with.

    See https://docs.aws.amazon.com/vpc/latest/userguide/flow-logs-iam-role.html
    """

    def __init__(self, scope: Construct, id_: str, *, region: Region, vpc: Vpc, key: Key) -> None:
        super().__init__(scope, id_)
        self.log_group = log_group(self, "log-group", region=region, name=region.names.of("logs", "flow"), key=key)
        role = ServiceRole(
            self,
            "role",
            region=region,
            identifier="flow-logs",
            trusted_service="vpc-flow-logs",
            trust_conditions=[arn_like("aws:SourceArn", region.arn("ec2", "vpc-flow-log/*"))],
            statements=[
                Statement(
                    sid="WriteRecords",
                    actions=["logs:CreateLogStream", "logs:PutLogEvents", "logs:DescribeLogStreams"],
                    resources=[self.log_group.arn, f"{self.log_group.arn}:*"],
                ),
                # This action does not support resource-level permissions.
                Statement(sid="LookForTheLogGroup", actions=["logs:DescribeLogGroups"], resources=["*"]),
            ],
        )
        FlowLog(
            self,
            "Resource",
            provider=region.provider,
            vpc_id=vpc.id,
            traffic_type="ALL",
            max_aggregation_interval=60,
            log_destination_type="cloud-watch-logs",
            log_destination=self.log_group.arn,
            iam_role_arn=role.arn,
            tags={"Name": region.names.of("flow", "vpc")},
            # Without the policy the role cannot write, and the flow log starts in an error state.
            depends_on=[role.policy],
        )
