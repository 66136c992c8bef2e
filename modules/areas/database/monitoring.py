"""The role of Enhanced Monitoring."""

from __future__ import annotations

from typing import TYPE_CHECKING

from modules.blocks.identity.policy import Statement, arn_like
from modules.blocks.identity.role import ServiceRole

if TYPE_CHECKING:
    from constructs import Construct

    from modules.core.region import Region

#: RDS creates this log group once in each region of an account, for all its instances.
LOG_GROUP = "RDSOSMetrics"


class MonitoringRole(ServiceRole):
    """The role with which Enhanced Monitoring writes OS metrics of one instance to CloudWatch Logs.

    Parameters
    ----------
    region
        The region.
    instance
        The identifier of the DB instance.

    See https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_Monitoring.OS.Enabling.html
    """

    def __init__(self, scope: Construct, id_: str, *, region: Region, instance: str) -> None:
        group = region.arn("logs", f"log-group:{LOG_GROUP}")
        super().__init__(
            scope,
            id_,
            region=region,
            identifier="database-monitoring",
            trusted_service="monitoring.rds",
            trust_conditions=[arn_like("aws:SourceArn", region.arn("rds", f"db:{instance}"))],
            statements=[
                Statement(
                    sid="ManageLogGroup",
                    actions=["logs:CreateLogGroup", "logs:PutRetentionPolicy"],
                    resources=[group, f"{group}:*"],
                ),
                Statement(
                    sid="WriteMetrics",
                    actions=[
                        "logs:CreateLogStream",
                        "logs:DescribeLogStreams",
                        "logs:GetLogEvents",
                        "logs:PutLogEvents",
                    ],
                    resources=[f"{group}:log-stream:*"],
                ),
            ],
        )
