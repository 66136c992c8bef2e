"""What a plan says of alerts that reach nobody."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cdktf import TerraformLocal, TerraformStack

if TYPE_CHECKING:
    from collections.abc import Sequence

    from constructs import Construct

    from modules.blocks.alarms.alert_topics import AlertTopics
    from modules.settings import Settings

PRODUCTION = "prod"
NOBODY = "alerts.page is empty: nobody is woken, whatever happens. Name who is, see docs/alerts.md"
PENDING = (
    "subscriptions are not confirmed, and told nothing until then: follow the link in the mail, or see that the "
    "endpoint confirms by itself"
)


def warn_of_silence(scope: Construct, *, settings: Settings, alerts: Sequence[AlertTopics]) -> None:
    """Make every plan warn, and go on, where nobody would be woken in production, or somebody has not confirmed yet.

    Parameters
    ----------
    scope
        Of the stack that the checks are of.
    settings
        The platform's settings, with ``environment`` and ``alerts``.
    alerts
        The topics of all regions.

    See https://developer.hashicorp.com/terraform/language/checks
    """
    stack = TerraformStack.of(scope)
    if settings.environment == PRODUCTION:
        # A check has to refer to something.
        woken = TerraformLocal(scope, "woken", len(settings.alerts.page))
        _check(stack, "somebody_is_woken", f"${{{woken.fqn} > 0}}", NOBODY)
    found = [one for each in alerts for topic in each.topics.values() for one in topic.subscriptions]
    if found:
        pending = ", ".join(f"{one.fqn}.pending_confirmation" for one in found)
        _check(stack, "subscriptions_are_confirmed", f"${{!anytrue([{pending}])}}", PENDING)


def _check(stack: TerraformStack, name: str, condition: str, message: str) -> None:
    # The bindings have no class for checks.
    stack.add_override(f"check.{name}", {"assert": [{"condition": condition, "error_message": message}]})
