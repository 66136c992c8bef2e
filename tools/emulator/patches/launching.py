"""EC2: what instances take from their launch template.

moto takes the image, the type, the user data and the tags of the instance, and adds an unencrypted gp2 volume of its
own. An Auto Scaling group launches the template's default version in place of the group's.
"""

from collections.abc import Callable
from contextvars import ContextVar
from typing import Any

from moto.autoscaling.models import FakeAutoScalingGroup
from moto.ec2.models import EC2Backend
from moto.ec2.models.instances import Reservation
from moto.ec2.utils import convert_tag_spec

from tools.emulator.helpers.replacing import wrap

#: The version that the group which launches at the moment asks for.
group_version: ContextVar[str | None] = ContextVar("group_version", default=None)


def launch_for_group(original: Callable[..., None], group: FakeAutoScalingGroup, *args: object) -> None:
    """Launch the version that the group names."""
    token = group_version.set(group.launch_template_version if group.ec2_launch_template else None)
    try:
        original(group, *args)
    finally:
        group_version.reset(token)


def run_instances(
    original: Callable[..., Reservation],
    backend: EC2Backend,
    *args: object,
    **request: Any,  # noqa: ANN401 - what moto's own method takes
) -> Reservation:
    """Launch with the settings of the template wherever the request says nothing, as AWS does."""
    template = request.get("launch_template")
    if not template:
        return original(backend, *args, **request)
    version = group_version.get()
    if version is not None:
        template = request["launch_template"] = template | {"Version": version}
    data = backend._get_template_from_args(template).data  # noqa: SLF001 - as moto's own launch reads it
    interfaces = data.get("NetworkInterfaces") or [{}]
    if not request.get("security_group_ids") and interfaces[0].get("Groups"):
        request["security_group_ids"] = list(interfaces[0]["Groups"])
    if request.get("associate_public_ip") is None:
        request["associate_public_ip"] = interfaces[0].get("AssociatePublicIpAddress")
    if data.get("BlockDeviceMappings"):
        request.setdefault("block_device_mappings", data["BlockDeviceMappings"])
    if data.get("Monitoring", {}).get("Enabled"):
        request["monitoring_state"] = "enabled"
    request["metadata_options"] = data.get("MetadataOptions", {}) | request.get("metadata_options", {})
    request["ebs_optimized"] = request.get("ebs_optimized") or bool(data.get("EbsOptimized"))
    behavior = "instance_initiated_shutdown_behavior"
    request[behavior] = request.get(behavior) or data.get("InstanceInitiatedShutdownBehavior")
    tags = convert_tag_spec(data.get("TagSpecifications", []))
    own = request.get("tags", {})
    request["tags"] = own | {"volume": tags.get("volume", {}) | own.get("volume", {})}
    reservation = original(backend, *args, **request)
    profile = data.get("IamInstanceProfile", {})
    asked = request.get("iam_instance_profile_arn") or request.get("iam_instance_profile_name")
    for instance in reservation.instances:
        if profile and not asked:
            backend.associate_iam_instance_profile(
                instance_id=instance.id,
                iam_instance_profile_arn=profile.get("Arn"),
                iam_instance_profile_name=profile.get("Name"),
            )
        for interface in instance.nics.values():
            interface.add_tags(tags.get("network-interface", {}))
    return reservation


def apply() -> None:
    """Apply the patches."""
    wrap(FakeAutoScalingGroup, "replace_autoscaling_group_instances", launch_for_group)
    wrap(EC2Backend, "run_instances", run_instances)
