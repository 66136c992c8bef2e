"""Terraform checks that warn of alerts that nobody receives."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cdktf import TerraformLocal, TerraformStack

if TYPE_CHECKING:
    from collections.abc import Sequence

    from constructs import Construct

    from modules.blocks.alarms.alert_topics import AlertTopics
    from modules.settings import Settings

PRODUCTION = "prod"
NO_SUBSCRIPTION = "alerts.page is empty: nobody is woken, whatever happens. Name who is, see docs/alerts.md"
UNCONFIRMED = (
    "subscriptions are not confirmed, and told nothing until then: follow the link in the mail, or see that the "
    "endpoint confirms by itself"
)


def warn_of_missing_subscriptions(scope: Construct, *, settings: Settings, alerts: Sequence[AlertTopics]) -> None:
    """Warn in every plan if production has no page subscription, or if a subscription is not confirmed.

    A failed check is a warning: plan and apply continue.

    Parameters
    ----------
    scope
        A construct of the stack that gets the checks.
    settings
        The platform's settings, with ``environment`` and ``alerts``.
    alerts
        The topics of all regions.

    See https://developer.hashicorp.com/terraform/language/checks
    """
    stack = TerraformStack.of(scope)
    if settings.environment == PRODUCTION:
        # A check must refer to an object of the configuration.
        pages = TerraformLocal(scope, "woken", len(settings.alerts.page))
        _check(stack, "somebody_is_woken", f"${{{pages.fqn} > 0}}", NO_SUBSCRIPTION)
    subscriptions = [
        subscription for topics in alerts for topic in topics.topics.values() for subscription in topic.subscriptions
    ]
    if subscriptions:
        pending = ", ".join(f"{subscription.fqn}.pending_confirmation" for subscription in subscriptions)
        _check(stack, "subscriptions_are_confirmed", f"${{!anytrue([{pending}])}}", UNCONFIRMED)


def _check(stack: TerraformStack, name: str, condition: str, message: str) -> None:
    # The CDKTF bindings have no class for check blocks.
    stack.add_override(f"check.{name}", {"assert": [{"condition": condition, "error_message": message}]})
