"""The tables of docs/runbooks.md: what each message says, which the alarm or the rule of EventBridge has itself."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from modules.blocks.alarms.runbooks import runbook, with_runbook
from tools.numbers import replaced
from tools.paths import ROOT

PAGE = ROOT / "docs" / "runbooks.md"
REGION = re.compile(r"\b[a-z]{2}-(?:north|south|east|west|central)+-\d\b")
#: Where more is said, by how the name of an alarm or rule begins; the first that fits.
READ = {
    "access-from-outside": "audit.md#guardduty-security-hub-inspector-access-analyzer",
    "account-controls": "controls.md",
    "alb": "compute.md",
    "alerts": "alerts.md#subscriptions",
    "asg": "compute.md#instance-refresh",
    "backup": "backup.md",
    "broken-controls": "controls.md",
    "broken-promises": "audit.md#aws-config",
    "certificate": "dns.md#hosted-zone",
    "critical": "audit.md#guardduty-security-hub-inspector-access-analyzer",
    "database": "database.md",
    "failover": "failover.md",
    "events": "alerts.md#topic-policy-and-key-policy",
    "findings-marker": "audit.md#guardduty-security-hub-inspector-access-analyzer",
    "network": "network.md",
    "reach": "dns.md",
    "rollout": "compute.md#instance-refresh",
    "rotation": "rotation.md",
    "sessions": "sessions.md",
    "storage": "storage.md#replication",
    "suspicions": "audit.md#guardduty-security-hub-inspector-access-analyzer",
    "threats": "audit.md#guardduty-security-hub-inspector-access-analyzer",
    "trail-state": "state.md#alarms-on-the-state",
    "trail": "audit.md#alarms-on-the-trail",
    "watchers-deleted": "audit.md#tamper-detection",
    "weak-controls": "controls.md",
    "weaknesses": "audit.md#guardduty-security-hub-inspector-access-analyzer",
}
SEVERITIES = ("page", "ticket")
Resources = Mapping[str, Mapping[str, Any]]


def page(platform: Resources) -> str:
    """Return the page with its tables written anew.

    Parameters
    ----------
    platform : mapping
        The resources of the platform's stack, by type and name.
    """
    text = PAGE.read_text(encoding="utf-8")
    found = sorted(set(messages(platform)))
    for severity in SEVERITIES:
        rows = [
            f"| `{name}` | {_without_page(name, says)} | {_links(name)} |"
            for told, name, says in found
            if told == severity
        ]
        text = replaced(
            text,
            severity,
            "\n".join(["| Message | What it means, and what to do first | Read |", "|---|---|---|", *rows]),
        )
    return text


def messages(platform: Resources) -> Iterator[tuple[str, str, str]]:
    """Return what can be told: its severity, its name without suffix and region, and what it says."""
    for alarm in platform["aws_cloudwatch_metric_alarm"].values():
        yield _severity(str(alarm["alarm_actions"])), _name(alarm["alarm_name"]), _plain(alarm["alarm_description"])
    rules = platform["aws_cloudwatch_event_rule"]
    for target in platform["aws_cloudwatch_event_target"].values():
        if severity := _severity(str(target["arn"])):
            rule = rules[str(target["rule"]).removeprefix("${aws_cloudwatch_event_rule.").rpartition(".")[0]]
            yield severity, _name(rule["name"]), _plain(rule["description"])


def _severity(topics: str) -> str:
    return next((severity for severity in SEVERITIES if f"_{severity}_" in topics), "")


def _name(name: str) -> str:
    # PROD-alarm-main-storage-lag-from-us-west-2-us-east-1: what follows the suffix, without the region of the alarm.
    return _plain(re.sub(rf"-{REGION.pattern}$", "", name.split("-", 3)[3]))


def _plain(text: str) -> str:
    return REGION.sub("REGION", text).replace("|", "\\|")


def _read(name: str) -> str:
    for start, link in READ.items():
        if name.startswith(start):
            return link
    raise LookupError(f"{name}: READ in tools/runbooks.py names no page for it")


def _without_page(name: str, says: str) -> str:
    """Return a description without the name of its page, for which the table has a column."""
    return says.removesuffix(with_runbook(name, ""))


def _links(name: str) -> str:
    """Return a link to the page for a message, if it has one, and one to where more is said."""
    more = _read(name)
    links = [f"[{more.partition('#')[0]}]({more})"]
    if page := runbook(name):
        links.insert(0, f"[{page.replace('-', ' ')}](runbooks/{page}.md)")
    return ", ".join(links)
