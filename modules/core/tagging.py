"""Tags where the providers' default tags do not reach.

Default tags are put on resources. Instances and volumes that an Auto Scaling group launches are no resources of the
plan: they get the tags that the group propagates and that the launch template specifies, so these are written out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from cdktf_cdktf_provider_aws.autoscaling_group import AutoscalingGroup, AutoscalingGroupTag
from cdktf_cdktf_provider_aws.launch_template import LaunchTemplate, LaunchTemplateTagSpecifications

if TYPE_CHECKING:
    from collections.abc import Mapping

    from constructs import IConstruct

LAUNCHED = ("instance", "volume", "network-interface")


def tag_launched(scope: IConstruct, tags: Mapping[str, str]) -> None:
    """Tag what the Auto Scaling groups and launch templates that ``scope`` holds by now launch.

    An Aspect would do the same at synthesis, and have Node call back for each of the stack's constructs.

    Parameters
    ----------
    scope
        The stack, complete.
    tags
        The tags by key. A tag that a group propagates by itself already is left as it is.

    See https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-tagging.html
    """
    for construct in scope.node.find_all():
        if isinstance(construct, AutoscalingGroup):
            given = cast("list[object]", construct.tag_input or [])
            own = [tag for tag in given if isinstance(tag, AutoscalingGroupTag)]
            missing = sorted(tags.keys() - {tag.key for tag in own})
            added = [AutoscalingGroupTag(key=key, value=tags[key], propagate_at_launch=True) for key in missing]
            construct.put_tag([*own, *added])
        elif isinstance(construct, LaunchTemplate):
            name = {"Name": construct.name_input} if construct.name_input else {}
            construct.put_tag_specifications(
                [LaunchTemplateTagSpecifications(resource_type=kind, tags={**tags, **name}) for kind in LAUNCHED]
            )
