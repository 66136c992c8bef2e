"""Protection from deletion, which has to be lifted before a platform can be destroyed."""

from collections.abc import Iterator
from typing import Any

from tools.paths import PLATFORM
from tools.target import Target


def lift(target: Target) -> None:
    """Lift the protection of everything in the platform's state; what is not protected stays as it is.

    Parameters
    ----------
    target : Target
        Where the platform stands.
    """
    state = target.state(PLATFORM) or {}
    load_balancers(target, state)


def load_balancers(target: Target, state: dict[str, Any]) -> None:
    """Lift the protection of load balancers."""
    for attributes in _instances(state, "aws_lb"):
        if attributes["enable_deletion_protection"]:
            region = attributes["arn"].split(":")[3]
            target.clients("elbv2", region).modify_load_balancer_attributes(
                LoadBalancerArn=attributes["arn"],
                Attributes=[{"Key": "deletion_protection.enabled", "Value": "false"}],
            )


def _instances(state: dict[str, Any], kind: str) -> Iterator[dict[str, Any]]:
    """Attributes of what the state holds of a type."""
    for resource in state.get("resources", []):
        if resource["mode"] == "managed" and resource["type"] == kind:
            for instance in resource["instances"]:
                yield instance["attributes"]
