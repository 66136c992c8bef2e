"""The last steps: scale, announce."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from . import journal
from .clients import DarkError
from .look import READINGS
from .statement import statement

if TYPE_CHECKING:
    from .journal import Run
    from .world import World

Detail = dict[str, Any]
#: SNS takes subjects of up to 100 characters, of ASCII only.
LONGEST_SUBJECT = 100


def group(world: World, region: str) -> dict[str, Any]:
    """What Auto Scaling says about a region's group; empty if there is none."""
    name = world.platform.places[region].group
    answer = world.aws.ask("autoscaling", region, "describe_auto_scaling_groups", AutoScalingGroupNames=[name])
    return next(iter(answer["AutoScalingGroups"]), {})


def scale(run: Run, world: World) -> Detail:
    """Give the target at least the capacity that the old region had when its keeper last saw it, within its maximum.

    Clients follow the writer, so instances are needed before their load tells. Scaling policies take it from there.
    """
    here = group(world, run.target)
    if not here:
        return {"desired": 0}
    had = journal.document(world, run.target, READINGS).get("regions", {}).get(run.origin, {}).get("desired", 0)
    wanted = min(max(here["DesiredCapacity"], int(had)), here["MaxSize"])
    if wanted != here["DesiredCapacity"]:
        world.aws.ask(
            "autoscaling",
            run.target,
            "set_desired_capacity",
            AutoScalingGroupName=here["AutoScalingGroupName"],
            DesiredCapacity=wanted,
            HonorCooldown=False,
        )
    return {"desired": wanted, "had": here["DesiredCapacity"]}


def announce(run: Run, world: World) -> Detail:
    """Tell the pages of every region that answers. A driver that is killed here tells them twice, and never not."""
    subject = f"Failover: {run.origin} -> {run.target}"
    return {"told": tell(world, subject, "\n".join(statement(run, world.platform)), sorted(world.platform.places))}


def tell(world: World, subject: str, text: str, regions: list[str]) -> list[str]:
    """Publish to the topics that page.

    Returns
    -------
    list of str
        Regions whose topic has it.
    """
    told = []
    for region in regions:
        topic = world.arn("sns", region, world.platform.places[region].page)
        try:
            world.aws.ask("sns", region, "publish", TopicArn=topic, Subject=subject[:LONGEST_SUBJECT], Message=text)
        except (DarkError, ClientError):
            # One topic that refuses must not keep the others from being told.
            continue
        told.append(region)
    return told
