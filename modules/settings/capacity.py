"""How many instances a group needs so that losing a zone costs no capacity that is needed."""

from __future__ import annotations


def left_without_a_zone(size: int, *, zones: int) -> int:
    """Instances that are left of a group of ``size`` when the fullest of its ``zones`` fails.

    Auto Scaling keeps zones even to one instance, so the fullest holds the quotient, rounded up.

    See https://docs.aws.amazon.com/autoscaling/ec2/userguide/auto-scaling-benefits.html#AutoScalingBehavior.Balancing
    """
    return size - -(-size // zones)


def smallest_size(carried: int, *, zones: int) -> int:
    """Smallest group of which ``carried`` instances are left when the fullest of its ``zones`` fails."""
    size = carried
    while left_without_a_zone(size, zones=zones) < carried:
        size += 1
    return size


def highest_utilization(zones: int) -> int:
    """Percentage at which instances may run so that those of the other zones can take over one zone's load."""
    return 100 * (zones - 1) // zones
