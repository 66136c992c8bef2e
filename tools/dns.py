"""What Route 53 answers to a client, worked out from its records and health checks, without asking a name server.

The rules are those of
https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/health-checks-how-route-53-chooses-records.html and
https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/dns-failover-complex-configs.html;
`tools.dns_live` reads records, checks and what they look at from an account or the emulator.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Protocol

Record = Mapping[str, Any]
Check = Mapping[str, Any]

#: What stands for the asterisk in the names that Route 53 lists.
ASTERISK = r"\052"
INSUFFICIENT = "INSUFFICIENT_DATA"


class World(Protocol):
    """What health checks and aliases look at."""

    def endpoint(self, check: Check) -> bool:
        """Return whether the endpoint of a check of type ``HTTP``, ``HTTPS``, ``TCP`` or their like answers."""

    def alarm(self, region: str, name: str) -> tuple[str, str | None]:
        """Return the state of an alarm, and the last one for which it had data; None if it never had."""

    def target(self, name: str) -> bool:
        """Return whether a load balancer is healthy, by its DNS name; true for other AWS resources."""


@dataclass(frozen=True, kw_only=True)
class Zone:
    """A hosted zone as its API lists it.

    Parameters
    ----------
    records : sequence of mapping
        ``ResourceRecordSets`` of ListResourceRecordSets.
    checks : mapping
        The ``HealthCheckConfig`` of each health check by its id.
    """

    records: Sequence[Record]
    checks: Mapping[str, Check]


@dataclass(frozen=True, kw_only=True)
class Question:
    """A question to a zone.

    Parameters
    ----------
    zone : Zone
        The zone.
    world : World
        What it looks at.
    nearest : sequence of str
        AWS regions in the order of the client's latency to them, the nearest first.
    type : str
        The record type. By default ``A``.
    """

    zone: Zone
    world: World
    nearest: Sequence[str]
    type: str = "A"


def answer(question: Question, name: str) -> dict[tuple[str, ...], Fraction]:
    """Return what Route 53 answers, each answer with its share of the times that it is asked.

    An answer is the values of a record, or the DNS name of the AWS resource that an alias leads to, in lower case and
    without a dot at the end. Only weighted records have more than one. Empty if the zone has no such record.

    Parameters
    ----------
    question : Question
        Who asks what.
    name : str
        The name that is asked for.

    Raises
    ------
    ValueError
        If a record has a routing policy that is not known here, or aliases lead in a circle.
    """
    return _answer(question, _plain(name), ())


def one_answer(question: Question, name: str) -> str:
    """Return the only value that Route 53 answers.

    Raises
    ------
    ValueError
        If there are several, or none; and as `answer` does.
    """
    found = answer(question, name)
    if len(found) == 1 and len(values := next(iter(found))) == 1:
        return values[0]
    raise ValueError(f"{name} has not one answer: {found}")


def is_healthy(question: Question, check_id: str) -> bool:
    """Return whether a health check is healthy.

    https://docs.aws.amazon.com/Route53/latest/APIReference/API_HealthCheckConfig.html

    Raises
    ------
    KeyError
        If there is no such check.
    """
    check = question.zone.checks[check_id]
    return _status(question, check) != bool(check.get("Inverted"))


def _status(question: Question, check: Check) -> bool:
    if check.get("Disabled"):
        return True
    match check["Type"]:
        case "CALCULATED":
            # Never healthy if it needs more than there are; always, if it needs none.
            healthy = sum(is_healthy(question, child) for child in check.get("ChildHealthChecks", []))
            return healthy >= int(check.get("HealthThreshold", 0))
        case "CLOUDWATCH_METRIC":
            alarm = check["AlarmIdentifier"]
            state, last = question.world.alarm(alarm["Region"], alarm["Name"])
            if state == INSUFFICIENT:
                kind = check.get("InsufficientDataHealthStatus", "LastKnownStatus")
                # A new check has no last status, and is healthy.
                return last != "ALARM" if kind == "LastKnownStatus" else kind == "Healthy"
            return state == "OK"
        case _:
            return question.world.endpoint(check)


def _answer(question: Question, name: str, seen: tuple[str, ...]) -> dict[tuple[str, ...], Fraction]:
    if name in seen:
        raise ValueError(f"aliases lead in a circle: {' -> '.join([*seen, name])}")
    group = _group(question, name)
    chosen = [(record, share) for record, share in _choose(question, group) if share]
    found: dict[tuple[str, ...], Fraction] = {}
    for record, share in chosen:
        for values, part in _values(question, record, (*seen, name)).items():
            found[values] = found.get(values, Fraction(0)) + share * part
    if len(chosen) > 1 and "MultiValueAnswer" in group[0]:
        # All at once, in one answer.
        return {tuple(value for values in found for value in values): Fraction(1)}
    return found


def _values(question: Question, record: Record, seen: tuple[str, ...]) -> dict[tuple[str, ...], Fraction]:
    alias = record.get("AliasTarget")
    if alias is None:
        return {tuple(one["Value"] for one in record["ResourceRecords"]): Fraction(1)}
    target = _plain(alias["DNSName"])
    if _group(question, target):
        return _answer(question, target, seen)
    return {(target,): Fraction(1)}


def _group(question: Question, name: str) -> list[Record]:
    """Return the records of a name, or of the wildcard that covers it: a name of its own wins."""
    labels = name.split(".")
    names = [name, *(".".join(["*", *labels[start:]]) for start in range(1, len(labels)))]
    for one in names:
        listed = [record for record in question.zone.records if _plain(record["Name"]) == one]
        if listed:
            return [record for record in listed if record["Type"] == question.type]
    return []


def _choose(question: Question, group: Sequence[Record]) -> list[tuple[Record, Fraction]]:
    """Return the records of a group that are chosen, with their shares: of the healthy ones, or else of all."""
    healthy = [record for record in group if _is_available(question, record, ())]
    # "If no record is healthy, all records are healthy."
    return _by_policy(question, healthy or group)


def _by_policy(question: Question, group: Sequence[Record]) -> list[tuple[Record, Fraction]]:
    whole = Fraction(1)
    if not group:
        return []
    first = group[0]
    if "Failover" in first:
        return [(min(group, key=lambda record: record["Failover"] != "PRIMARY"), whole)]
    if "Weight" in first:
        weighed = [record for record in group if record["Weight"]] or group
        total = sum(int(record["Weight"]) for record in weighed)
        return [(one, Fraction(int(one["Weight"]), total) if total else Fraction(1, len(weighed))) for one in weighed]
    if "Region" in first:
        order = {region: number for number, region in enumerate(question.nearest)}
        return [(min(group, key=lambda record: order.get(record["Region"], len(order))), whole)]
    if "MultiValueAnswer" in first:
        return [(record, whole) for record in group[:8]]
    if "SetIdentifier" in first:
        raise ValueError(f"{first['Name']}: its routing policy is not known here: {sorted(first)}")
    return [(first, whole)]


def _is_available(question: Question, record: Record, seen: tuple[str, ...]) -> bool:
    """Return whether a record is healthy: by its check, and by its target if it evaluates that."""
    if (check := record.get("HealthCheckId")) and not is_healthy(question, check):
        return False
    alias = record.get("AliasTarget")
    if alias is None or not alias["EvaluateTargetHealth"]:
        return True
    target = _plain(alias["DNSName"])
    if target in seen:
        raise ValueError(f"aliases lead in a circle: {' -> '.join([*seen, target])}")
    if group := _group(question, target):
        # A branch is healthy as long as one of its records is.
        return any(_is_available(question, one, (*seen, target)) for one in group)
    return question.world.target(target)


def _plain(name: str) -> str:
    return name.lower().rstrip(".").replace(ASTERISK, "*")
