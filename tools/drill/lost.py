"""Steps from the loss of the region to the end of the failover."""

import time

from tools.drill.context import Drill
from tools.drill.picture import differences, picture
from tools.drill.step import Step

#: Services with one control plane for all regions, in us-east-1.
CONTROL_PLANES = {"iam", "route53"}
#: Seconds that the state machine has for its end after the journal has it.
PATIENCE = 60


def lose_region(drill: Drill) -> str:
    """Let the home region not answer, and with it IAM and Route 53."""
    drill.lose(drill.home)
    return f"{drill.home} answers 503, and so do IAM and Route 53"


def see_clients_led_away(drill: Drill) -> str:
    """See where DNS leads clients without anybody's help."""
    drill.expect("the DNS answer", drill.clients_go_to(), expected=drill.survivor)
    return f"{drill.survivor}, and nobody has done anything"


def notice(drill: Drill) -> str:
    """Let the keeper of the other region notice it."""
    drill.expect("what the keeper misses", drill.keep(drill.survivor)["missed"], expected=[drill.home])
    drill.type("status")
    drill.expect_said("last seen by a keeper")
    return f"the keeper of {drill.survivor} misses {drill.home}"


def dry_run(drill: Drill) -> str:
    """Look what a failover would do, and see that nothing has changed: in no region, behind the outage too."""
    before = picture(drill)
    drill.type("fail_over", REGION=drill.survivor, DRY_RUN="1")
    drill.expect_said("would do: hold, fence")
    after = picture(drill)
    drill.expect("what a dry run changes", differences(before, after), expected=[])
    drill.noted["picture"] = after
    return f"{len(after)} facts are as before"


def fail_over(drill: Drill) -> str:
    """Let the state machine of the other region move the writer."""
    began = drill.timeline.seconds
    drill.type("fail_over", REGION=drill.survivor)
    asked = {name.partition(" ")[0] for name in drill.emulator.unanswered()}
    drill.expect("control planes that were asked", sorted(asked & CONTROL_PLANES), expected=[])
    ended = _executions(drill)
    # The first was refused, while all was well.
    drill.expect("executions of the state machine", ended, expected=["SUCCEEDED", "FAILED"])
    return f"{drill.timeline.seconds - began:.0f} s, by the state machine in {drill.survivor}"


def _executions(drill: Drill) -> list[str]:
    """Return how the executions in the survivor have ended; the newest first."""
    machine = drill.platform.places[drill.survivor].machine
    arn = drill.world().arn("states", drill.survivor, f"stateMachine:{machine}")
    client = drill.client("stepfunctions", drill.survivor)
    for _ in range(PATIENCE):
        found = [one["status"] for one in client.list_executions(stateMachineArn=arn)["executions"]]
        if "RUNNING" not in found:
            break
        time.sleep(1)
    return found


LOST = (
    Step(name="region lost", run=lose_region),
    Step(name="DNS leads away", run=see_clients_led_away),
    Step(name="a keeper notices", run=notice),
    Step(name="dry run", run=dry_run),
    Step(name="failover", run=fail_over),
)
