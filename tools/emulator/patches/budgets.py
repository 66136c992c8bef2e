"""Budgets: updates, subscribers and tags, all of which Terraform reads or writes and moto lacks."""

import json
from collections.abc import Callable
from typing import Any

from moto.budgets.exceptions import NotFoundException
from moto.budgets.models import Budget, BudgetsBackend, Notification
from moto.budgets.responses import BudgetsResponse
from moto.core.utils import unix_time

from tools.emulator.helpers.replacing import replace, wrap
from tools.emulator.helpers.requests import parameter

# What tells one notification of a budget from another; the rest, as its state, is the service's.
IDENTITY = ("NotificationType", "ComparisonOperator", "Threshold")


def create_budget(original: Callable[..., str], response: BudgetsResponse) -> str:
    """Keep the tags that a budget is created with."""
    answer = original(response)
    name = parameter(response, "Budget")["BudgetName"]
    arn = f"arn:{response.partition}:budgets::{response.current_account}:budget/{name}"
    _tags(response)[arn] = {tag["Key"]: tag["Value"] for tag in parameter(response, "ResourceTags", [])}
    return answer


def update_budget(response: BudgetsResponse) -> str:
    """Replace a budget's settings and leave its notifications."""
    settings = parameter(response, "NewBudget")
    budget = _budget(response.backend, parameter(response, "AccountId"), settings["BudgetName"])
    budget.budget = {"TimePeriod": budget.budget["TimePeriod"], **settings, "LastUpdatedTime": unix_time()}
    return "{}"


def describe_notifications_for_budget(
    original: Callable[..., object], backend: BudgetsBackend, account_id: str, budget_name: str
) -> object:
    """Answer AWS's error for a budget that there is not; moto fails."""
    _budget(backend, account_id, budget_name)
    return original(backend, account_id, budget_name)


def describe_subscribers_for_notification(response: BudgetsResponse) -> str:
    """Tell who is told."""
    budget = _budget(response.backend, parameter(response, "AccountId"), parameter(response, "BudgetName"))
    wanted = _identity(parameter(response, "Notification"))
    subscribers = [entry.subscribers for entry in budget.notifications if _identity(entry.details) == wanted]
    return json.dumps({"Subscribers": subscribers[0] if subscribers else []})


def delete_notification(budget: Budget, details: dict[str, Any]) -> None:
    """Delete the notification that is meant, even where the request and moto word it differently."""
    kept: list[Notification] = [
        entry for entry in budget.notifications if _identity(entry.details) != _identity(details)
    ]
    budget.notifications = kept


def list_tags_for_resource(response: BudgetsResponse) -> str:
    """List the tags of a budget."""
    tags = _tags(response).get(parameter(response, "ResourceARN"), {})
    return json.dumps({"ResourceTags": [{"Key": key, "Value": value} for key, value in tags.items()]})


def tag_resource(response: BudgetsResponse) -> str:
    """Add tags to a budget."""
    tags = _tags(response).setdefault(parameter(response, "ResourceARN"), {})
    tags.update({tag["Key"]: tag["Value"] for tag in parameter(response, "ResourceTags")})
    return "{}"


def untag_resource(response: BudgetsResponse) -> str:
    """Take tags off a budget."""
    tags = _tags(response).get(parameter(response, "ResourceARN"), {})
    for key in parameter(response, "ResourceTagKeys"):
        tags.pop(key, None)
    return "{}"


def _budget(backend: BudgetsBackend, account_id: str, name: str) -> Budget:
    budget = backend.budgets[account_id].get(name)
    if budget is None:
        raise NotFoundException(f"Unable to get budget: {name} - the budget doesn't exist.")
    return budget


def _identity(details: dict[str, Any]) -> tuple[object, ...]:
    return tuple(details[name] for name in IDENTITY)


def _tags(response: BudgetsResponse) -> dict[str, dict[str, str]]:
    tags: dict[str, dict[str, str]] = response.backend.__dict__.setdefault("tags", {})
    return tags


def apply() -> None:
    """Apply the patches."""
    wrap(BudgetsResponse, "create_budget", create_budget)
    wrap(BudgetsBackend, "describe_notifications_for_budget", describe_notifications_for_budget)
    replace(Budget, "delete_notification", delete_notification)
    for operation in (
        update_budget,
        describe_subscribers_for_notification,
        list_tags_for_resource,
        tag_resource,
        untag_resource,
    ):
        replace(BudgetsResponse, operation.__name__, operation)
