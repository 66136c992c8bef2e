"""How many virtual processors run in a region, of those that the account may have there."""

import re

from moto.ec2.models import EC2Backend

from tools.emulator import account

STANDARD_FAMILIES = re.compile(r"[acdhimrtz]\d")


def vcpus(backend: EC2Backend, instance_type: str) -> int:
    """Return the vCPUs of an instance type that counts for the standard quota; 0 for any other."""
    if not STANDARD_FAMILIES.match(instance_type):
        return 0
    found = backend.describe_instance_types(instance_types=[instance_type])
    return int(found[0]["VCpuInfo"]["DefaultVCpus"])


def exceeded(backend: EC2Backend, instance_type: str, count: int) -> str | None:
    """Return what EC2 says if ``count`` more instances are too many, or None.

    https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ec2-on-demand-instances.html#ec2-on-demand-instances-limits
    """
    limit = account.quota("ec2", account.STANDARD_VCPUS)
    running = [
        instance
        for reservation in backend.all_reservations()
        for instance in reservation.instances
        if instance.state in {"pending", "running"} and instance.lifecycle != "spot"
    ]
    used = sum(vcpus(backend, instance.instance_type) for instance in running)
    if used + count * vcpus(backend, instance_type) <= limit:
        return None
    return (
        f"You have requested more vCPU capacity than your current vCPU limit of {limit} allows for the instance bucket "
        "that the specified instance type belongs to."
    )
