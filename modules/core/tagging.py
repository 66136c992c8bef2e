"""Tags where the providers' default tags do not reach.

Default tags are put on resources. Instances and volumes that an Auto Scaling group launches are no resources of the
plan: they get the tags that the group propagates and that the launch template specifies, so these are written out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import jsii
from cdktf import IAspect
from cdktf_cdktf_provider_aws.autoscaling_group import AutoscalingGroup, AutoscalingGroupTag
from cdktf_cdktf_provider_aws.launch_template import LaunchTemplate, LaunchTemplateTagSpecifications

if TYPE_CHECKING:
    from collections.abc import Mapping

    from constructs import IConstruct

LAUNCHED = ("instance", "volume", "network-interface")


@jsii.implements(IAspect)
class LaunchTags:
    """Tags what Auto Scaling groups and launch templates launch.

    Parameters
    ----------
    tags
        The tags by key. A tag that a group propagates by itself already is left as it is.

    See https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-tagging.html
    """

    def __init__(self, tags: Mapping[str, str]) -> None:
        self._tags = dict(tags)

    def visit(self, node: IConstruct) -> None:
        """Add the tags to ``node`` if it launches anything."""
        if isinstance(node, AutoscalingGroup):
            own = [tag for tag in cast("list[object]", node.tag_input or []) if isinstance(tag, AutoscalingGroupTag)]
            missing = sorted(self._tags.keys() - {tag.key for tag in own})
            added = [AutoscalingGroupTag(key=key, value=self._tags[key], propagate_at_launch=True) for key in missing]
            node.put_tag([*own, *added])
        elif isinstance(node, LaunchTemplate):
            name = {"Name": node.name_input} if node.name_input else {}
            node.put_tag_specifications(
                [LaunchTemplateTagSpecifications(resource_type=kind, tags=self._tags | name) for kind in LAUNCHED]
            )
