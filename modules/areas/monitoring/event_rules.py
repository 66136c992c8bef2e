"""Events that no metric counts."""

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


#: What EventBridge is asked for, by the notice's identifier: what it means, and the events.
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


#: What looks for attacks and keeps records; services whose names of calls are theirs alone.
#: Not the trail, AWS Config, topics and rules, which are signals of the trail.
WATCHERS = {
    "access-analyzer": ["DeleteAnalyzer"],
    "ec2": ["DeleteFlowLogs"],
    "guardduty": ["DeleteDetector"],
    "inspector2": ["Disable"],
    "securityhub": ["BatchDisableStandards", "DisableSecurityHub"],
    "wafv2": ["DeleteLoggingConfiguration", "DisassociateWebACL"],
}


def watchers_deleted(names: Names) -> Event:
    """Calls after which something of the platform, or of the account, watches no more.

    The trail's alarms could not tell of them: they count events in a log group, by filters, minutes after the call,
    and log groups, filters and alarms are what is deleted. EventBridge hears of the call by itself. The other way
    round, the trail's alarms tell of rules that are deleted.

    Of alarms and log groups only those of this platform are meant, by their names; services of AWS that tidy up what
    they made themselves are not.

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
    watchers = {
        "eventSource": [f"{one}.amazonaws.com" for one in WATCHERS],
        "eventName": [name for names_of_one in WATCHERS.values() for name in names_of_one],
    }
    sessions = {
        "eventSource": ["ssm.amazonaws.com"],
        "eventName": ["DeleteDocument", "UpdateDocument", "UpdateDocumentDefaultVersion"],
        "requestParameters": {"name": [PREFERENCES]},
    }
    return Event(
        # AWS takes no event of anybody else's with a source that opens so.
        source={"prefix": "aws."},
        kinds=[API_CALL],
        detail={"userIdentity": {"invokedBy": [{"exists": False}]}, "$or": [alarms, records, sessions, watchers]},
    )


#: What RDS calls the events of an instance that are worth a look.
#: https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_Events.Messages.html
CATEGORIES = ("availability", "failover", "failure", "low storage", "read replica")


class EventRules(Construct):
    """What no metric counts, as pages: backups and watchers that are deleted, rotations and rollouts that failed.

    Tickets tell what RDS says of the instance, which explains what its alarms page for.

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
    all
        The rules.

    Keys that are about to be gone are among the signals of the trail.

    See https://docs.aws.amazon.com/secretsmanager/latest/userguide/monitoring-eventbridge.html,
    https://docs.aws.amazon.com/autoscaling/ec2/userguide/instance-refresh-eventbridge-events.html and
    https://docs.aws.amazon.com/aws-backup/latest/devguide/logging-using-cloudtrail.html
    """

    def __init__(
        self, scope: Construct, id_: str, *, region: Region, alerts: AlertTopics, instance: DbInstance
    ) -> None:
        super().__init__(scope, id_)
        self.all = [
            EventRule(
                self, identifier, region=region, alerts=alerts, severity="page", description=description, event=event
            )
            for identifier, (description, event) in EVENTS.items()
        ]
        self.all.append(
            EventRule(
                self,
                "watchers-deleted",
                region=region,
                alerts=alerts,
                severity="page",
                description="An alarm, a log or what looks for attacks was deleted or silenced. Unless a plan did it, "
                "someone does not want to be seen: apply the plan, and find out what else they did.",
                event=watchers_deleted(region.names),
            )
        )
        self.all.append(
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
