"""A state that lacks what stands."""

from __future__ import annotations

import json
from random import Random
from typing import Any

import pytest

from tests.support.lives import Applied
from tools.chaos.kill import EVERYTHING, kill_one
from tools.recovery.search import Search
from tools.recovery.table import FINDERS

pytestmark = pytest.mark.emulator


class Soon(Random):
    """Draws half a minute, by which the state was written once, and everything."""

    def uniform(self, _a: float, _b: float) -> float:
        return 30.0

    def choice(self, _seq: Any) -> Any:
        return EVERYTHING


def search(applied: Applied, plan: dict[str, Any]) -> Search:
    return Search(
        plan=plan,
        stack=applied.target.workspace("platform").configuration(),
        account_id=applied.target.account_id,
        clients=applied.client,
    )


def test_what_a_killed_apply_has_made_is_taken_into_the_state(spare_life: Applied) -> None:
    folder = spare_life.settings.parent
    # Whatever earlier tests have left is not what is killed here.
    spare_life.life.destroy(spare_life.target)
    try:
        kill = kill_one(spare_life.target, spare_life.life, "apply", folder=folder, moments=Soon())
        assert kill
        assert kill.found > 0
        after = json.loads((spare_life.build / "platform" / "after-recovery.json").read_text())
        assert search(spare_life, after).all() == []
        state = spare_life.target.state("platform")
        assert state
        (vpc,) = [one for one in state["resources"] if one["type"] == "aws_vpc"]
        # By which a destruction that has no configuration goes.
        subnets = [one for one in state["resources"] if one["type"] == "aws_subnet"]
        assert all(f"aws_vpc.{vpc['name']}" in one["instances"][0]["dependencies"] for one in subnets)
    finally:
        spare_life.life.destroy(spare_life.target)


def test_of_a_state_that_is_lost_whole_everything_is_found(life: Applied) -> None:
    workspace, terraform = life.target.workspace("platform"), life.target.terraform("platform")
    file = life.target.plan_file("platform", name="from-nothing")
    workspace.prepare()
    with workspace.local_backend():
        terraform.init()
        terraform.plan(file)
    plan = terraform.show(file)
    terraform.init(life.target.backend_arguments())
    answers = {one.address: one for one in search(life, plan).all()}
    state = life.target.state("platform")
    assert state
    stands = {
        f"{one['type']}.{one['name']}": one["instances"][0]["attributes"]
        for one in state["resources"]
        if one["mode"] == "managed" and one["type"] in FINDERS
    }
    # What may be written over is: Route 53 then has the record already.
    stands = {address: known for address, known in stands.items() if not known.get("allow_overwrite")}
    assert answers.keys() == stands.keys()
    for address, known in stands.items():
        (found,) = answers[address].found
        if "arn" in found.attributes:
            assert found.get("arn") == known["arn"], address
        # The id of a route is a hash in Terraform, and that of a database is not its name.
        if not address.startswith("aws_route."):
            assert found.get("id") in {known["id"], known.get("identifier")}, address
