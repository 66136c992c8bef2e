"""The account's budget, and cost anomaly detection."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cdktf_cdktf_provider_aws.budgets_budget import BudgetsBudget, BudgetsBudgetNotification
from cdktf_cdktf_provider_aws.ce_anomaly_monitor import CeAnomalyMonitor
from cdktf_cdktf_provider_aws.ce_anomaly_subscription import (
    CeAnomalySubscription,
    CeAnomalySubscriptionSubscriber,
    CeAnomalySubscriptionThresholdExpression,
    CeAnomalySubscriptionThresholdExpressionDimension,
)
from constructs import Construct

if TYPE_CHECKING:
    from modules.blocks.alarms.alert_topics import AlertTopics
    from modules.core.region import Region

#: Type of cost, and threshold in percent of the monthly amount, of each notification.
NOTIFICATIONS = (("ACTUAL", 80), ("ACTUAL", 100), ("FORECASTED", 100))


class Budget(Construct):
    """A budget for the whole account, and a cost anomaly monitor for each service.

    The budget has no tag filter, because some costs of the account have no tags.

    Parameters
    ----------
    region
        The region whose provider creates both; they are global. The ``budget`` settings decide which of the two are
        created.
    alerts
        The topics. Notifications go to the ticket topic.

    See https://docs.aws.amazon.com/cost-management/latest/userguide/budgets-sns-policy.html and
    https://docs.aws.amazon.com/cost-management/latest/userguide/ad-SNS.html
    """

    def __init__(self, scope: Construct, id_: str, *, region: Region, alerts: AlertTopics) -> None:
        super().__init__(scope, id_)
        settings = region.settings.budget
        if settings.monthly_usd is not None:
            self._budget(region, alerts, settings.monthly_usd)
        if settings.anomaly_usd is not None:
            self._anomaly_detection(region, alerts, settings.anomaly_usd)

    def _budget(self, region: Region, alerts: AlertTopics, dollars: int) -> None:
        name = region.names_of_home.of("budget", "monthly")
        BudgetsBudget(
            self,
            "Resource",
            provider=region.provider,
            name=name,
            budget_type="COST",
            time_unit="MONTHLY",
            limit_amount=str(dollars),
            limit_unit="USD",
            notification=[
                BudgetsBudgetNotification(
                    notification_type=notification_type,
                    comparison_operator="GREATER_THAN",
                    threshold=percent,
                    threshold_type="PERCENTAGE",
                    subscriber_sns_topic_arns=[alerts.ticket.arn],
                )
                for notification_type, percent in NOTIFICATIONS
            ],
            tags={"Name": name},
        )

    def _anomaly_detection(self, region: Region, alerts: AlertTopics, dollars: int) -> None:
        name = region.names_of_home.of("budget", "anomalies")
        monitor = region.settings.budget.anomaly_monitor
        if monitor == "managed":
            monitor = CeAnomalyMonitor(
                self,
                "monitor",
                provider=region.provider,
                name=name,
                monitor_type="DIMENSIONAL",
                monitor_dimension="SERVICE",
                tags={"Name": name},
            ).arn
        CeAnomalySubscription(
            self,
            "subscription",
            provider=region.provider,
            name=name,
            monitor_arn_list=[monitor],
            # SNS subscribers can only have this frequency.
            frequency="IMMEDIATE",
            subscriber=[CeAnomalySubscriptionSubscriber(type="SNS", address=alerts.ticket.arn)],
            threshold_expression=CeAnomalySubscriptionThresholdExpression(
                dimension=CeAnomalySubscriptionThresholdExpressionDimension(
                    key="ANOMALY_TOTAL_IMPACT_ABSOLUTE",
                    match_options=["GREATER_THAN_OR_EQUAL"],
                    values=[str(dollars)],
                )
            ),
            tags={"Name": name},
        )
