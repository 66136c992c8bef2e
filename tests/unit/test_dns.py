"""What Route 53 answers, by AWS's rules for records and health checks."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools.dns import INSUFFICIENT, Check, Question, Zone, answer, is_healthy, one_answer

REGIONS = ("us-east-1", "us-west-2", "ap-south-1")


@dataclass
class Made:
    """A world in which everything is well but what is named."""

    down: Collection[str] = ()
    alarms: Mapping[str, tuple[str, str | None]] = field(default_factory=dict)

    def endpoint(self, check: Check) -> bool:
        return check["FullyQualifiedDomainName"] not in self.down

    def alarm(self, region: str, name: str) -> tuple[str, str | None]:
        return self.alarms.get(f"{region}/{name}", ("OK", "OK"))

    def target(self, name: str) -> bool:
        return name not in self.down


def record(name: str, value: str, **more: Any) -> dict[str, Any]:
    return {"Name": f"{name}.", "Type": "A", "TTL": 60, "ResourceRecords": [{"Value": value}], **more}


def alias(name: str, target: str, *, evaluate: bool = True, **more: Any) -> dict[str, Any]:
    to = {"DNSName": f"{target}.", "EvaluateTargetHealth": evaluate, "HostedZoneId": "Z1"}
    return {"Name": f"{name}.", "Type": "A", "AliasTarget": to, **more}


def https(name: str, **more: Any) -> dict[str, Any]:
    return {"Type": "HTTPS", "FullyQualifiedDomainName": name, **more}


def ask(
    records: list[dict[str, Any]],
    checks: dict[str, dict[str, Any]] | None = None,
    *,
    world: Made | None = None,
    nearest: tuple[str, ...] = REGIONS,
) -> Question:
    return Question(zone=Zone(records=records, checks=checks or {}), world=world or Made(), nearest=nearest)


def elb(region: str) -> str:
    return f"dualstack.web.{region}.elb.amazonaws.com"


def platform(world: Made, nearest: tuple[str, ...] = REGIONS) -> Question:
    """The records of the platform: the primary region, and whatever is nearest while that is ill."""
    checks = {region: https(f"{region}.example.com") for region in REGIONS}
    near = [alias("nearest.example.com", elb(one), Region=one, SetIdentifier=one, HealthCheckId=one) for one in REGIONS]
    first = alias("example.com", elb("us-east-1"), Failover="PRIMARY", SetIdentifier="p", HealthCheckId="us-east-1")
    second = alias("example.com", "nearest.example.com", Failover="SECONDARY", SetIdentifier="s")
    return ask([first, second, *near], checks, world=world, nearest=nearest)


@pytest.mark.parametrize(
    ("down", "nearest", "expected"),
    [
        ((), ("ap-south-1", "us-west-2", "us-east-1"), "us-east-1"),
        (("us-east-1.example.com",), ("ap-south-1", "us-west-2", "us-east-1"), "ap-south-1"),
        (("us-east-1.example.com",), ("us-east-1", "us-west-2", "ap-south-1"), "us-west-2"),
        ((elb("us-east-1"),), ("us-east-1", "us-west-2", "ap-south-1"), "us-west-2"),
        (("us-east-1.example.com", "ap-south-1.example.com"), ("ap-south-1", "us-west-2"), "us-west-2"),
        # Nobody is well: everybody counts as well.
        (tuple(f"{one}.example.com" for one in REGIONS), ("ap-south-1", "us-west-2", "us-east-1"), "us-east-1"),
    ],
)
def test_the_primary_answers_while_it_is_well_and_else_the_nearest(
    down: tuple[str, ...], nearest: tuple[str, ...], expected: str
) -> None:
    assert one_answer(platform(Made(down=down), nearest), "example.com") == elb(expected)


def test_a_client_goes_to_the_nearest_healthy_region() -> None:
    order = ("ap-south-1", "us-west-2", "us-east-1")
    assert one_answer(platform(Made(), order), "nearest.example.com") == elb("ap-south-1")
    world = Made(down=["ap-south-1.example.com"])
    assert one_answer(platform(world, order), "nearest.example.com") == elb("us-west-2")


def test_an_alias_that_does_not_evaluate_its_target_is_well_whatever_that_is() -> None:
    for evaluate, expected in ((True, "2.2.2.2"), (False, elb("us-east-1"))):
        first = alias("a.com", elb("us-east-1"), evaluate=evaluate, Failover="PRIMARY", SetIdentifier="p")
        second = record("a.com", "2.2.2.2", Failover="SECONDARY", SetIdentifier="s")
        assert one_answer(ask([first, second], world=Made(down=[elb("us-east-1")])), "a.com") == expected


def test_an_alias_needs_its_check_and_its_target() -> None:
    first = alias("a.com", elb("us-east-1"), Failover="PRIMARY", SetIdentifier="p", HealthCheckId="c")
    second = record("a.com", "2.2.2.2", Failover="SECONDARY", SetIdentifier="s")
    for down in (["x"], [elb("us-east-1")]):
        assert one_answer(ask([first, second], {"c": https("x")}, world=Made(down=down)), "a.com") == "2.2.2.2"


def test_a_branch_is_well_as_long_as_one_of_its_records_is() -> None:
    branch = [
        record("b.a.com", f"{number}.1.1.1", Weight=number, SetIdentifier=str(number), HealthCheckId=str(number))
        for number in (1, 2)
    ]
    first = alias("a.com", "b.a.com", Region="us-east-1", SetIdentifier="x")
    second = record("a.com", "9.9.9.9", Region="us-west-2", SetIdentifier="y")
    checks = {"1": https("one"), "2": https("two")}
    records = [*branch, first, second]
    assert answer(ask(records, checks), "a.com") == {("1.1.1.1",): Fraction(1, 3), ("2.1.1.1",): Fraction(2, 3)}
    assert one_answer(ask(records, checks, world=Made(down=["two"])), "a.com") == "1.1.1.1"
    assert one_answer(ask(records, checks, world=Made(down=["one", "two"])), "a.com") == "9.9.9.9"


@given(st.lists(st.tuples(st.integers(0, 255), st.booleans()), min_size=1, max_size=6))
def test_weights_are_shares_of_the_healthy_and_zero_is_the_last_resort(made: list[tuple[int, bool]]) -> None:
    records = [
        record("a.com", str(number), Weight=weight, SetIdentifier=str(number), HealthCheckId=str(number))
        for number, (weight, _) in enumerate(made)
    ]
    checks = {str(number): https(str(number)) for number in range(len(made))}
    down = [str(number) for number, (_, is_well) in enumerate(made) if not is_well]
    found = answer(ask(records, checks, world=Made(down=down)), "a.com")
    assert sum(found.values()) == 1
    well = [number for number, (_, is_well) in enumerate(made) if is_well] or list(range(len(made)))
    heavy = [number for number in well if made[number][0]] or well
    assert set(found) == {(str(number),) for number in heavy}
    for one in heavy:
        for other in heavy:
            # Shares are as the weights.
            assert found[str(one),] * made[other][0] == found[str(other),] * made[one][0]


def test_several_values_are_one_answer() -> None:
    records = [
        record("a.com", str(number), MultiValueAnswer=True, SetIdentifier=str(number), HealthCheckId=str(number))
        for number in range(3)
    ]
    checks = {str(number): https(str(number)) for number in range(3)}
    assert answer(ask(records, checks, world=Made(down=["1"])), "a.com") == {("0", "2"): 1}


@pytest.mark.parametrize(
    ("state", "kind", "expected"),
    [
        (("OK", "OK"), "LastKnownStatus", True),
        (("ALARM", "ALARM"), "LastKnownStatus", False),
        ((INSUFFICIENT, "ALARM"), "LastKnownStatus", False),
        ((INSUFFICIENT, "OK"), "LastKnownStatus", True),
        ((INSUFFICIENT, None), "LastKnownStatus", True),
        ((INSUFFICIENT, "ALARM"), "Healthy", True),
        ((INSUFFICIENT, "OK"), "Unhealthy", False),
    ],
)
def test_a_check_on_an_alarm_follows_it_and_without_data_what_was_said(
    state: tuple[str, str | None],
    kind: str,
    expected: bool,  # noqa: FBT001 - pytest passes it by name
) -> None:
    alarm = {"Region": "us-west-2", "Name": "held"}
    check = {"Type": "CLOUDWATCH_METRIC", "AlarmIdentifier": alarm, "InsufficientDataHealthStatus": kind}
    question = ask([], {"c": check, "i": check | {"Inverted": True}}, world=Made(alarms={"us-west-2/held": state}))
    assert is_healthy(question, "c") is expected
    assert is_healthy(question, "i") is not expected


@given(st.lists(st.booleans(), max_size=8), st.integers(0, 9))
def test_a_calculated_check_counts_its_children(children: list[bool], threshold: int) -> None:
    names = [str(number) for number in range(len(children))]
    checks = {name: https(name) for name in names}
    checks["all"] = {"Type": "CALCULATED", "ChildHealthChecks": names, "HealthThreshold": threshold}
    world = Made(down=[name for name, is_well in zip(names, children, strict=True) if not is_well])
    assert is_healthy(ask([], checks, world=world), "all") is (sum(children) >= threshold)


def test_a_disabled_check_is_well_unless_it_is_inverted() -> None:
    checks = {"a": https("x", Disabled=True), "b": https("x", Disabled=True, Inverted=True)}
    question = ask([], checks, world=Made(down=["x"]))
    assert (is_healthy(question, "a"), is_healthy(question, "b")) == (True, False)


def test_a_name_of_its_own_wins_over_the_wildcard() -> None:
    records = [record(r"\052.a.com", "1"), record("x.a.com", "2"), {**record("y.a.com", "3"), "Type": "TXT"}]
    assert one_answer(ask(records), "deep.other.a.com") == "1"
    assert one_answer(ask(records), "X.a.com.") == "2"
    # There is a y, though no address of it.
    assert answer(ask(records), "y.a.com") == {}
    assert answer(ask(records), "a.com") == {}
    with pytest.raises(ValueError, match="has not one answer"):
        one_answer(ask(records), "a.com")


def test_what_is_not_known_is_an_error() -> None:
    with pytest.raises(ValueError, match="routing policy"):
        answer(ask([record("a.com", "1", GeoLocation={"CountryCode": "*"}, SetIdentifier="x")]), "a.com")
    for evaluate in (True, False):
        circle = [alias("a.com", "b.com", evaluate=evaluate), alias("b.com", "a.com", evaluate=evaluate)]
        with pytest.raises(ValueError, match="circle"):
            answer(ask(circle), "a.com")
