from typing import Any

import pytest

from tools.errors import ToolError
from tools.upgrades import require_order

HOME, OTHER = "us-east-1", "us-west-2"


def arn(region: str) -> str:
    return f"arn:aws:rds:{region}:123456789012:db:main-{region}"


def change(region: str, before: str, after: str | None, *, source: str | None = None) -> dict[str, Any]:
    """A change of an instance from one version to another; without a second it is deleted."""
    standing = {
        "arn": arn(region),
        "identifier": f"main-{region}",
        "engine_version": before.partition(".")[0],
        "engine_version_actual": before,
        "replicate_source_db": arn(source) if source else "",
    }
    actions = ["delete"] if after is None else ["no-op"] if before == after else ["update"]
    return {
        "address": f"aws_db_instance.{region}",
        "type": "aws_db_instance",
        "mode": "managed",
        "change": {
            "actions": actions,
            "before": standing,
            "after": None if after is None else {"engine_version": after},
        },
    }


def plan_of(*changes: dict[str, Any]) -> dict[str, Any]:
    return {"resource_changes": list(changes)}


@pytest.mark.parametrize(
    "plan",
    [
        {},
        plan_of(change(HOME, "17.5", "17.5"), change(OTHER, "17.5", "17.5", source=HOME)),
        # A major version in the settings is met by whichever minor one runs.
        plan_of(change(HOME, "17.6", "17"), change(OTHER, "17.5", "17", source=HOME)),
        plan_of(change(HOME, "17.5", "17.6")),
        # Replicas first.
        plan_of(change(HOME, "17.5", "17.5"), change(OTHER, "17.5", "17.6", source=HOME)),
        plan_of(change(HOME, "17.5", "17.6"), change(OTHER, "17.6", "17.6", source=HOME)),
        plan_of(change(HOME, "17.9", "17.10"), change(OTHER, "17.10", "17.10", source=HOME)),
        # What stood alone before is no replica.
        plan_of(change(HOME, "17.5", "18"), change(OTHER, "17.5", "17.5")),
        plan_of(change(HOME, "17.5", None), change(OTHER, "17.5", None, source=HOME)),
    ],
)
def test_plans_whose_upgrades_come_in_order_may_be_applied(plan: dict[str, Any]) -> None:
    require_order(plan)


@pytest.mark.parametrize(
    "replica",
    [
        change(OTHER, "17.5", "17.5", source=HOME),
        # That the same plan upgrades or deletes it is no help: Terraform may come to it later.
        change(OTHER, "17.5", "17.6", source=HOME),
        change(OTHER, "17.5", None, source=HOME),
    ],
)
def test_rejects_a_minor_version_of_an_instance_before_its_replicas_have_it(replica: dict[str, Any]) -> None:
    with pytest.raises(ToolError) as caught:
        require_order(plan_of(change(HOME, "17.5", "17.6"), replica))
    assert f"aws_db_instance.{HOME}: 17.5 to 17.6 in {HOME}, and its replica in {OTHER} runs 17.5" in str(caught.value)
    assert "database.instances.REGION.version" in (caught.value.advice or "")
    assert "detached" not in (caught.value.advice or "")


def test_minor_versions_are_numbers() -> None:
    with pytest.raises(ToolError, match=r"17\.9 to 17\.10"):
        require_order(plan_of(change(HOME, "17.9", "17.10"), change(OTHER, "17.9", "17.10", source=HOME)))


def test_rejects_a_major_version_while_there_are_replicas_in_other_regions() -> None:
    with pytest.raises(ToolError) as caught:
        require_order(plan_of(change(HOME, "17.5", "18"), change(OTHER, "17.5", "18", source=HOME)))
    text = str(caught.value)
    assert f"aws_db_instance.{HOME}: 17.5 to 18 in {HOME}, and its replica in {OTHER} runs 17.5" in text
    assert f"aws_db_instance.{OTHER}: 17.5 to 18 in {OTHER}, and it is a replica" in text
    assert "role: detached" in (caught.value.advice or "")


def test_a_replica_in_the_same_region_goes_along_to_a_major_version() -> None:
    replica = change(HOME, "17.5", "17.5")
    replica["change"]["before"] |= {"arn": f"{arn(HOME)}-2", "replicate_source_db": f"main-{HOME}"}
    require_order(plan_of(change(HOME, "17.5", "18"), replica))


def test_rejects_a_lower_version_which_aws_has_no_way_to() -> None:
    for before, after in (("17.6", "17.5"), ("17.10", "17.9"), ("18.1", "17")):
        with pytest.raises(ToolError, match=f"AWS lowers no version:\n.*{before} to {after} in {HOME}$"):
            require_order(plan_of(change(HOME, before, after)))


def test_rejects_to_have_an_instance_replicate_that_stands_alone() -> None:
    apart = change(OTHER, "17.5", "17.5")
    apart["change"]["actions"] = ["update"]
    apart["change"]["after"]["replicate_source_db"] = arn(HOME)
    with pytest.raises(ToolError, match=f"{OTHER} stands alone with 17.5") as caught:
        require_order(plan_of(change(HOME, "18.1", "18"), apart))
    assert "make upgrade-database" in (caught.value.advice or "")
    # A rebuild is a replacement.
    apart["change"] |= {"actions": ["delete", "create"]}
    require_order(plan_of(change(HOME, "18.1", "18"), apart))
