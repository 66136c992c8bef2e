"""Event rules for what no metric counts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from constructs import Construct

from modules.areas.account.session_manager import PREFERENCES
from modules.blocks.alarms.event_rule import Event, EventRule

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cdktf_cdktf_provider_aws.db_instance import DbInstance

    from modules.blocks.alarms.alert_topics import AlertTopics
    from modules.core.naming import Names
    from modules.core.region import Region

API_CALL = "AWS API Call via CloudTrail"
SERVICE_EVENT = "AWS Service Event via CloudTrail"

#: By the rule's identifier: its description, and the events that it matches.
EVENTS: Mapping[str, tuple[str, Event]] = {
    "rotation-failed": (
        "A secret was not rotated. It still works; the log of the function says which step failed.",
        Event(
            source="aws.secretsmanager",
            kinds=[SERVICE_EVENT],
            detail={"eventName": ["RotationAbandoned", "RotationFailed"]},
        ),
    ),
    "rollout-failed": (
        "A refresh of the web tier failed: new instances do not become healthy. See what `make deploy` said of it.",
        Event(
            source="aws.autoscaling",
            kinds=["EC2 Auto Scaling Instance Refresh Failed", "EC2 Auto Scaling Instance Refresh Rollback Failed"],
            detail={},
        ),
    ),
    "backups-deleted": (
        "Someone deletes backups, ends them or takes their protection off. Find out who, before more are gone.",
        Event(
            source="aws.backup",
            kinds=[API_CALL],
            detail={
                "eventSource": ["backup.amazonaws.com"],
                "eventName": [
                    "DeleteBackupPlan",
                    "DeleteBackupSelection",
                    "DeleteBackupVault",
                    "DeleteBackupVaultAccessPolicy",
                    "DeleteBackupVaultLockConfiguration",
                    "DeleteRecoveryPoint",
                    "DisassociateRecoveryPoint",
                    "UpdateRecoveryPointLifecycle",
                ],
            },
        ),
    ),
}

#: Calls that turn off a security service or its logs, by the service's event source. No two services share a name here.
#: The trail, AWS Config, topics and rules are not here: metric filters of the trail cover them.
DISABLING_CALLS = {
    "access-analyzer": ["DeleteAnalyzer"],
    "ec2": ["DeleteFlowLogs"],
    "guardduty": ["DeleteDetector"],
    "inspector2": ["Disable"],
    "securityhub": ["BatchDisableStandards", "DisableSecurityHub"],
    "wafv2": ["DeleteLoggingConfiguration", "DisassociateWebACL"],
}


def monitoring_deleted(names: Names) -> Event:
    """Calls that delete or disable monitoring of the platform or of the account.

    The trail's alarms could miss these calls: such an alarm needs a log group, a metric filter and some minutes, and
    log groups, metric filters and alarms are what these calls delete. EventBridge gets the call directly. In turn, the
    trail's alarms report deleted event rules.

    Alarms and log groups count only if their names are the platform's. Calls that AWS services make by themselves, to
    clean up their own resources, do not count.

    See https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html#eb-filtering-complex-example-or
    """
    logs = ("", "aws-waf-logs-")
    alarms = {
        "eventSource": ["monitoring.amazonaws.com"],
        "eventName": ["DeleteAlarms", "DisableAlarmActions"],
        "requestParameters": {"alarmNames": [{"prefix": names.prefix("alarm")}]},
    }
    records = {
        "eventSource": ["logs.amazonaws.com"],
        "eventName": ["DeleteLogGroup", "DeleteLogStream", "DeleteMetricFilter"],
        "requestParameters": {"logGroupName": [{"prefix": f"{first}{names.prefix('logs')}"} for first in logs]},
    }
    services = {
        "eventSource": [f"{service}.amazonaws.com" for service in DISABLING_CALLS],
        "eventName": [call for calls in DISABLING_CALLS.values() for call in calls],
    }
    sessions = {
        "eventSource": ["ssm.amazonaws.com"],
        "eventName": ["DeleteDocument", "UpdateDocument", "UpdateDocumentDefaultVersion"],
        "requestParameters": {"name": [PREFERENCES]},
    }
    return Event(
        # Only AWS services can send events whose source begins with this.
        source={"prefix": "aws."},
        kinds=[API_CALL],
        detail={"userIdentity": {"invokedBy": [{"exists": False}]}, "$or": [alarms, records, sessions, services]},
    )


#: The RDS event categories that are worth a ticket.
#: https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_Events.Messages.html
CATEGORIES = ("availability", "failover", "failure", "low storage", "read replica")


class EventRules(Construct):
    """Pages for deleted backups, deleted monitoring, failed rotations and failed instance refreshes.

    Events of the database instance make tickets: they explain what its alarms page for. A key that is scheduled for
    deletion is a metric filter of the trail.

    Parameters
    ----------
    region
        The region.
    alerts
        The region's topics.
    instance
        The region's database.

    Attributes
    ----------
    rules
        The rules.

    See https://docs.aws.amazon.com/secretsmanager/latest/userguide/monitoring-eventbridge.html,
    https://docs.aws.amazon.com/autoscaling/ec2/userguide/instance-refresh-eventbridge-events.html and
    https://docs.aws.amazon.com/aws-backup/latest/devguide/logging-using-cloudtrail.html
    """

    def __init__(
        self, scope: Construct, id_: str, *, region: Region, alerts: AlertTopics, instance: DbInstance
    ) -> None:
        super().__init__(scope, id_)
        self.rules = [
            EventRule(
                self, identifier, region=region, alerts=alerts, severity="page", description=description, event=event
            )
            for identifier, (description, event) in EVENTS.items()
        ]
        self.rules.append(
            EventRule(
                self,
                "watchers-deleted",
                region=region,
                alerts=alerts,
                severity="page",
                description="An alarm, a log or what looks for attacks was deleted or silenced. Unless a plan did it, "
                "someone does not want to be seen: apply the plan, and find out what else they did.",
                event=monitoring_deleted(region.names),
            )
        )
        self.rules.append(
            EventRule(
                self,
                "database-events",
                region=region,
                alerts=alerts,
                severity="ticket",
                description="RDS says what became of the database: it failed, failed over, restarted, or lacks "
                "storage.",
                event=Event(
                    source="aws.rds",
                    kinds=["RDS DB Instance Event"],
                    detail={"EventCategories": list(CATEGORIES), "SourceIdentifier": [instance.identifier]},
                ),
            )
        )
