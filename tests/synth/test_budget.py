from pathlib import Path

import pytest

from modules.settings import SettingsError, load_settings
from tests.support.otherwise import ANYWHERE
from tests.support.region_sets import FIVE, ONE, SMALL_SETS, THREE, TWO, settings_of, write_settings
from tests.support.synthesized import platform

SETS = pytest.mark.parametrize("regions", [ONE, TWO, THREE, FIVE], ids=len)
KINDS = ("aws_budgets_budget", "aws_ce_anomaly_monitor", "aws_ce_anomaly_subscription")


@SETS
def test_nothing_is_made_without_an_amount(regions: tuple[str, ...]) -> None:
    assert not [one for kind in KINDS for one in platform(*regions).resources(kind)]


@SMALL_SETS
def test_budget_tells_the_ticket_topic_of_the_primary_region_before_it_is_spent(regions: tuple[str, ...]) -> None:
    stack = platform(*regions, **ANYWHERE)
    (budget,) = stack.resources("aws_budgets_budget")
    assert (budget.body["limit_amount"], budget.body["limit_unit"], budget.body["time_unit"]) == (
        "1000",
        "USD",
        "MONTHLY",
    )
    told = [(one["notification_type"], one["threshold"]) for one in budget.body["notification"]]
    assert told == [("ACTUAL", 80), ("ACTUAL", 100), ("FORECASTED", 100)]
    for one in budget.body["notification"]:
        (topic,) = one["subscriber_sns_topic_arns"]
        assert stack.at(topic).region == regions[0]
    assert not stack.resources("aws_ce_anomaly_monitor")


@SMALL_SETS
def test_anomalies_above_the_amount_are_told_at_once(regions: tuple[str, ...]) -> None:
    stack = platform(*regions, budget={"anomaly_usd": "50"})
    (monitor,), (subscription,) = (stack.resources(kind) for kind in KINDS[1:])
    assert stack.at(subscription.body["monitor_arn_list"][0]).address == monitor.address
    assert subscription.body["frequency"] == "IMMEDIATE"
    assert stack.at(subscription.body["subscriber"][0]["address"]).region == regions[0]
    assert subscription.body["threshold_expression"]["dimension"]["values"] == ["50"]
    assert not stack.resources("aws_budgets_budget")


@pytest.mark.slow
def test_a_monitor_that_there_is_looks_for_anomalies_instead_of_a_second_one() -> None:
    arn = "arn:aws:ce::123456789012:anomalymonitor/01234567-89ab-cdef-0123-456789abcdef"
    stack = platform(*ONE, budget={"anomaly_usd": "50", "anomaly_monitor": arn})
    assert not stack.resources("aws_ce_anomaly_monitor")
    (subscription,) = stack.resources("aws_ce_anomaly_subscription")
    assert subscription.body["monitor_arn_list"] == [arn]


def test_rejects_a_monitor_that_is_none(tmp_path: Path) -> None:
    settings = settings_of(*ONE, budget={"anomaly_usd": "50", "anomaly_monitor": "existing"})
    with pytest.raises(SettingsError, match=r"budget\.anomaly_monitor: neither managed nor the ARN of a monitor"):
        load_settings(write_settings(tmp_path, settings), {})


def test_rejects_a_budget_of_nothing(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"budget\.monthly_usd"):
        load_settings(write_settings(tmp_path, settings_of(*ONE, budget={"monthly_usd": "0"})), {})
