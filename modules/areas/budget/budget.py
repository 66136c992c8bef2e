"""The account's budget, and a monitor of costs that nobody expects."""

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

#: What is told, in percent of the month's amount.
NOTIFICATIONS = (("ACTUAL", 80), ("ACTUAL", 100), ("FORECASTED", 100))


class Budget(Construct):
    """A budget of the whole account, whose costs in part bear no tag, and a monitor of each service's costs.

    Parameters
    ----------
    region
        The region whose provider makes them; they are global. With ``budget`` of the settings, which decides which of
        the two there are.
    alerts
        The topics, of which that for tickets is told.

    See https://docs.aws.amazon.com/cost-management/latest/userguide/budgets-sns-policy.html and
    https://docs.aws.amazon.com/cost-management/latest/userguide/ad-SNS.html
    """

    def __init__(self, scope: Construct, id_: str, *, region: Region, alerts: AlertTopics) -> None:
        super().__init__(scope, id_)
        settings = region.settings.budget
        if settings.monthly_usd is not None:
            self._limit(region, alerts, settings.monthly_usd)
        if settings.anomaly_usd is not None:
            self._monitor(region, alerts, settings.anomaly_usd)

    def _limit(self, region: Region, alerts: AlertTopics, dollars: int) -> None:
        name = region.names.of("budget", "monthly")
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
                    notification_type=kind,
                    comparison_operator="GREATER_THAN",
                    threshold=percent,
                    threshold_type="PERCENTAGE",
                    subscriber_sns_topic_arns=[alerts.ticket.arn],
                )
                for kind, percent in NOTIFICATIONS
            ],
            tags={"Name": name},
        )

    def _monitor(self, region: Region, alerts: AlertTopics, dollars: int) -> None:
        name = region.names.of("budget", "anomalies")
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
            # Topics are only told at once.
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
