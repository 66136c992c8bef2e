from typing import Any

import pytest
from botocore.exceptions import ClientError

from tools.emulator import Emulator

pytestmark = pytest.mark.emulator

ACCOUNT = {"AccountId": "123456789012"}
SUBSCRIBERS = [{"SubscriptionType": "EMAIL", "Address": "platform@example.com"}]


def notification(threshold: float) -> dict[str, Any]:
    kind = {"NotificationType": "ACTUAL", "ComparisonOperator": "GREATER_THAN", "ThresholdType": "PERCENTAGE"}
    return {**kind, "Threshold": threshold}


def budget(name: str, amount: str) -> dict[str, Any]:
    limit = {"Amount": amount, "Unit": "USD"}
    return {"BudgetName": name, "BudgetType": "COST", "TimeUnit": "MONTHLY", "BudgetLimit": limit}


def test_a_budget_lives_its_whole_life(emulator: Emulator) -> None:
    budgets = emulator.client("budgets", "us-east-1")
    name = {"BudgetName": "monthly"}
    budgets.create_budget(
        **ACCOUNT,
        Budget=budget("monthly", "100.0"),
        NotificationsWithSubscribers=[{"Notification": notification(80), "Subscribers": SUBSCRIBERS}],
        ResourceTags=[{"Key": "Owner", "Value": "platform"}],
    )
    (found,) = budgets.describe_notifications_for_budget(**ACCOUNT, **name)["Notifications"]
    told = budgets.describe_subscribers_for_notification(**ACCOUNT, **name, Notification=found)["Subscribers"]
    assert told == SUBSCRIBERS

    budgets.update_budget(**ACCOUNT, NewBudget=budget("monthly", "250.0"))
    assert budgets.describe_budget(**ACCOUNT, **name)["Budget"]["BudgetLimit"]["Amount"] == "250.0"
    budgets.create_notification(**ACCOUNT, **name, Notification=notification(100), Subscribers=SUBSCRIBERS)
    without_type = {key: value for key, value in notification(80).items() if key != "ThresholdType"}
    budgets.delete_notification(**ACCOUNT, **name, Notification=without_type)
    left = budgets.describe_notifications_for_budget(**ACCOUNT, **name)["Notifications"]
    assert [entry["Threshold"] for entry in left] == [100]

    arn = {"ResourceARN": "arn:aws:budgets::123456789012:budget/monthly"}
    budgets.tag_resource(**arn, ResourceTags=[{"Key": "Stage", "Value": "test"}])
    budgets.untag_resource(**arn, ResourceTagKeys=["Owner"])
    assert budgets.list_tags_for_resource(**arn)["ResourceTags"] == [{"Key": "Stage", "Value": "test"}]

    budgets.delete_budget(**ACCOUNT, **name)
    with pytest.raises(ClientError, match="NotFoundException"):
        budgets.describe_notifications_for_budget(**ACCOUNT, **name)
