"""Whatever versions run, the steps end with the wanted ones, and none of them is one that AWS refuses."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools.errors import ToolError
from tools.upgrade_steps import Kind, Step, Variant, steps
from tools.upgrade_words import steps_in_words
from tools.upgrades import Instance, is_older

REGIONS = ("ap-south-1", "eu-west-1", "us-east-1", "us-west-2")


def arn(region: str) -> str:
    return f"arn:aws:rds:{region}:123456789012:db:main-{region}"


def instance(region: str, version: str, wanted: str, *, source: str = "", **more: Any) -> Instance:
    known: dict[str, Any] = {
        "address": f"aws_db_instance.{region}",
        "arn": arn(region),
        "identifier": f"main-{region}",
        "source": arn(source) if source else "",
        "wanted_source": arn(source) if source else "",
        "version": version,
        "configured": version,
        "wanted": wanted,
        "detached": not source,
        "protected": True,
        "at_once": True,
        "window": "sun:04:00-sun:05:00",
        "multi_az": True,
    }
    return Instance(**known | more)


def major(version: str) -> str:
    return version.partition(".")[0]


class Account:
    """The instances of an account, which takes the steps that AWS takes."""

    def __init__(self, standing: list[Instance]) -> None:
        self.by_region = {one.region: one for one in standing}
        self.gone: dict[str, Instance] = {}

    @property
    def standing(self) -> list[Instance]:
        return sorted(self.by_region.values(), key=lambda one: one.region)

    @property
    def left(self) -> list[Step]:
        return steps(self.standing, sorted(self.gone.values(), key=lambda one: one.region))

    def delete(self, step: Step) -> None:
        """Take the first half of a rebuild."""
        self.gone[step.region] = self.by_region.pop(step.region)

    def take(self, step: Step) -> None:
        one = self.gone.pop(step.region) if step.kind is Kind.CREATE else self.by_region[step.region]
        replicas = [each for each in self.standing if each.replicates(one)]
        if step.kind is Kind.UPGRADE:
            assert not is_older(step.version, one.version), "Cannot upgrade to a lower version"
            if major(step.version) == major(one.version):
                older = [each.region for each in replicas if is_older(each.version, step.version)]
                assert not older, "read replicas need to be upgraded"
            else:
                assert not one.source, "Major Version Upgrade not supported for Read Replica"
                assert not replicas, "replicas in other regions"
            one = replace(one, version=step.version, configured=step.version)
        elif step.kind is Kind.PROMOTE:
            assert one.source
            one = replace(one, source="", detached=True)
        elif step.kind is Kind.UNPROTECT:
            one = replace(one, protected=False, changed=("deletion_protection",))
        elif step.kind in {Kind.REBUILD, Kind.CREATE}:
            assert step.kind is Kind.CREATE or not one.protected, "deletion protection"
            assert not replicas
            source = next(each for each in self.standing if each.arn == one.wanted_source)
            # A replica is born with the version of its source.
            one = replace(one, source=one.wanted_source, version=source.version, detached=False)
            if step.kind is Kind.CREATE:
                one = replace(one, protected=True, changed=())
        else:
            one = replace(one, protected=True, changed=())
        self.by_region[step.region] = one


MINORS = st.integers(1, 11).map(lambda minor: f"17.{minor}")


@st.composite
def platforms(draw: st.DrawFn) -> list[Instance]:
    """A writer, replicas that are at different versions on the way to the wanted one, and others that stand alone."""
    lowest = draw(st.integers(1, 11))
    runs = f"17.{lowest}"
    # Now and then a lower one.
    minor = st.integers(max(1, lowest - 1), 11).map(lambda number: f"17.{number}")
    wanted = draw(st.one_of(minor, st.integers(1, 6).map(lambda number: f"18.{number}"), st.sampled_from(["17", "18"])))
    writer = draw(st.sampled_from(REGIONS))
    found = [instance(writer, runs, wanted)]
    for region in draw(st.sets(st.sampled_from([one for one in REGIONS if one != writer]))):
        kind = draw(st.sampled_from(["replica", "ahead", "broken off", "other"]))
        if kind == "other":
            found.append(instance(region, draw(MINORS), wanted))
        elif kind == "broken off":
            open_ = draw(st.booleans())
            apart = instance(region, runs, wanted, source="", wanted_source=arn(writer), protected=open_)
            found.append(apart)
        else:
            ahead = wanted if kind == "ahead" and "." in wanted and major(wanted) == "17" else runs
            found.append(
                instance(region, max(runs, ahead, key=lambda one: int(one.split(".")[1])), wanted, source=writer)
            )
    return sorted(found, key=lambda one: one.region)


@given(platforms(), st.data())
def test_steps_end_at_the_wanted_versions_in_an_order_that_aws_takes_wherever_they_are_broken_off(
    standing: list[Instance], data: st.DataObject
) -> None:
    account = Account(standing)
    sources = {one.region: one.wanted_source for one in standing}
    if any(one.is_lowered for one in standing):
        with pytest.raises(ToolError, match="lowers no version"):
            steps(standing)
        return
    taken = 0
    while left := account.left:
        assert len(steps_in_words(left)) == len(left)
        # Any number of them is taken before the command is killed.
        for step in left[: data.draw(st.integers(1, len(left)))]:
            if step.kind is Kind.REBUILD and data.draw(st.booleans()):
                account.delete(step)
                break
            account.take(step)
            taken += 1
        assert taken < 50
    for one in account.standing:
        assert not one.is_upgraded
        assert one.source == sources[one.region]
        assert one.protected or one.region not in {each.region for each in standing if each.protected}


def test_a_minor_version_comes_to_replicas_first_and_to_nobody_twice() -> None:
    standing = [
        instance("ap-south-1", "17.6", "17.6", source="us-east-1"),
        instance("us-east-1", "17.5", "17.6"),
        instance("us-west-2", "17.5", "17.6", source="us-east-1"),
    ]
    assert [(step.kind, step.region) for step in steps(standing)] == [
        (Kind.UPGRADE, "us-west-2"),
        (Kind.UPGRADE, "us-east-1"),
    ]


def test_a_major_version_takes_replicas_apart_and_rebuilds_one_region_after_another() -> None:
    standing = [
        instance("ap-south-1", "17.5", "18", source="us-east-1"),
        instance("us-east-1", "17.5", "18"),
        instance("us-west-2", "17.5", "18", source="us-east-1", protected=False),
    ]
    assert [(step.kind.value, step.region) for step in steps(standing)] == [
        ("promote", "ap-south-1"),
        ("promote", "us-west-2"),
        ("upgrade", "us-east-1"),
        ("unprotect", "ap-south-1"),
        ("rebuild", "ap-south-1"),
        ("protect", "ap-south-1"),
        ("rebuild", "us-west-2"),
        ("protect", "us-west-2"),
    ]
    words = "\n".join(steps_in_words(steps(standing)))
    assert words.count("DELETED, after a final snapshot") == 2
    assert "3. us-east-1: main-us-east-1: PostgreSQL 17.5 to 18; it can be neither written nor read" in words


@pytest.mark.parametrize(
    ("other", "problem"),
    [
        (instance("us-west-2", "17.5", "18", wanted_source=arn("us-east-1"), detached=False), "outside Terraform"),
        (instance("us-west-2", "17.5", "", source="us-east-1"), "deleted or replaced"),
    ],
)
def test_rejects_what_is_no_matter_of_versions(other: Instance, problem: str) -> None:
    with pytest.raises(ToolError, match=problem):
        steps([instance("us-east-1", "17.5", "18"), other])


def test_rejects_to_rebuild_what_others_replicate() -> None:
    broken_off = instance("us-west-2", "17.5", "18", wanted_source=arn("us-east-1"))
    with pytest.raises(ToolError, match="has replicas of its own"):
        steps(
            [
                instance("ap-south-1", "17.5", "18", source="us-west-2"),
                instance("us-east-1", "17.5", "18"),
                broken_off,
            ]
        )


def test_settings_of_a_step_hold_what_has_not_had_its_turn() -> None:
    content = {"database": {"version": "17.6", "instances": {"us-west-2": {"backups_in": "none"}}}, "owner": "x"}
    standing = [instance("us-east-1", "17.5", "17.6"), instance("us-west-2", "17.5", "17.6", source="us-east-1")]
    variant = Variant(content, standing)
    held = {"version": "17.5"}
    own = {"backups_in": "none"}
    assert variant.content()["database"]["instances"] == {"us-east-1": held, "us-west-2": own | held}
    first, second = steps(standing)
    assert variant.take(first)["database"]["instances"] == {"us-east-1": held, "us-west-2": own}
    assert variant.take(second) == content


def test_settings_of_a_step_say_what_becomes_of_a_replica() -> None:
    content = {"database": {"version": "18", "instances": {"us-west-2": {"role": "replica", "of": "us-east-1"}}}}
    standing = [instance("us-east-1", "17.5", "18"), instance("us-west-2", "17.5", "18", source="us-east-1")]
    variant, told = Variant(content, standing), {}
    for step in steps(standing):
        told[step.kind.value] = variant.take(step)["database"]["instances"].get("us-west-2")
    apart = {"role": "detached", "fenced": "false", "version": "17.5"}
    replica = {"role": "replica", "of": "us-east-1"}
    assert told == {
        "promote": apart,
        "upgrade": apart,
        "unprotect": apart | {"deletion_protection": "false"},
        "rebuild": replica | {"deletion_protection": "false", "rebuild": "true"},
        "protect": replica,
    }
