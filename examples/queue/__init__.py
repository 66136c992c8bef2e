"""An extension: in every region an encrypted queue for the application's jobs, with an alarm on jobs that wait."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cdktf_cdktf_provider_aws.cloudwatch_metric_alarm import CloudwatchMetricAlarm
from cdktf_cdktf_provider_aws.sqs_queue import SqsQueue
from constructs import Construct

from modules.blocks.identity.policy import Statement
from modules.blocks.keys.key import Key
from modules.blocks.keys.key_policy import allow_via_service

if TYPE_CHECKING:
    from modules.blocks.alarms.alert_topics import AlertTopics
    from modules.core.region import Region
    from modules.platform import PlatformStack

#: Seconds that the oldest job may wait.
LONGEST_WAIT = 900


def extend(platform: PlatformStack) -> None:
    """Add the queue to every region, let the application use it, and tell it the address.

    The instances get the address as ``JOBS_QUEUE_URL``.
    """
    for name, site in platform.sites.items():
        jobs = Jobs(site.region, "jobs", region=site.region, alerts=platform.alerts[name])
        site.application.allow("jobs", jobs.statements())
        platform.parameters[name].add("jobs/queue-url", jobs.queue.url, description="queue of the application's jobs")


class Jobs(Construct):
    """A queue with a key of its own, whose messages one hour hides from others, and an alarm."""

    def __init__(self, scope: Construct, id_: str, *, region: Region, alerts: AlertTopics) -> None:
        super().__init__(scope, id_)
        # The gate's waivers of key policies are for keys below a construct named "keys".
        own = allow_via_service(region, "sqs")
        self.key = Key(Construct(self, "keys"), "jobs", region=region, purpose="jobs", statements=[own])
        self.queue = SqsQueue(
            self,
            "queue",
            provider=region.provider,
            name=region.names.of("sqs", "jobs"),
            kms_master_key_id=self.key.arn,
            visibility_timeout_seconds=3600,
            tags={"Name": region.names.of("sqs", "jobs")},
        )
        CloudwatchMetricAlarm(
            self,
            "waiting",
            provider=region.provider,
            alarm_name=region.names.of("alarm", "jobs-waiting"),
            alarm_description=f"A job waits longer than {LONGEST_WAIT} seconds",
            namespace="AWS/SQS",
            metric_name="ApproximateAgeOfOldestMessage",
            dimensions={"QueueName": self.queue.name},
            statistic="Maximum",
            period=300,
            evaluation_periods=1,
            threshold=LONGEST_WAIT,
            comparison_operator="GreaterThanThreshold",
            treat_missing_data="notBreaching",
            alarm_actions=[alerts.ticket.arn],
            ok_actions=[alerts.ticket.arn],
            tags={"Name": region.names.of("alarm", "jobs-waiting")},
        )

    def statements(self) -> list[Statement]:
        """Statements that allow a role to send, receive and delete jobs."""
        return [
            Statement(
                sid="WorkWithJobs",
                actions=["sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:ReceiveMessage", "sqs:SendMessage"],
                resources=[self.queue.arn],
            ),
            Statement(sid="UseTheKeyOfJobs", actions=["kms:Decrypt", "kms:GenerateDataKey"], resources=[self.key.arn]),
        ]
