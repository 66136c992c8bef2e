"""How many instances a group needs to survive the loss of an Availability Zone."""

from __future__ import annotations


def left_without_a_zone(size: int, *, zones: int) -> int:
    """Instances that are left of a group of ``size`` when it loses the fullest of its ``zones``.

    EC2 Auto Scaling balances the zones to within one instance, so the fullest has the quotient, rounded up.

    See https://docs.aws.amazon.com/autoscaling/ec2/userguide/auto-scaling-benefits.html#AutoScalingBehavior.Balancing
    """
    return size - -(-size // zones)


def smallest_size(surviving: int, *, zones: int) -> int:
    """Smallest group of which ``surviving`` instances are left when it loses the fullest of its ``zones``."""
    size = surviving
    while left_without_a_zone(size, zones=zones) < surviving:
        size += 1
    return size


def highest_utilization(zones: int) -> int:
    """Highest utilization, in percent, at which the other zones can take over the load of one."""
    return 100 * (zones - 1) // zones
