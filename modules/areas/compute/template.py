"""What instances of the web tier are launched from."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cdktf import Fn
from cdktf_cdktf_provider_aws.data_aws_ssm_parameter import DataAwsSsmParameter
from cdktf_cdktf_provider_aws.launch_template import LaunchTemplate as LaunchTemplateResource
from cdktf_cdktf_provider_aws.launch_template import (
    LaunchTemplateBlockDeviceMappings,
    LaunchTemplateBlockDeviceMappingsEbs,
    LaunchTemplateIamInstanceProfile,
    LaunchTemplateMetadataOptions,
    LaunchTemplateMonitoring,
    LaunchTemplateNetworkInterfaces,
)
from constructs import Construct

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cdktf_cdktf_provider_aws.iam_instance_profile import IamInstanceProfile

    from modules.areas.compute.user_data import BootScript
    from modules.blocks.keys.key import Key
    from modules.core.region import Region

#: https://docs.aws.amazon.com/linux/al2023/ug/ec2.html
NEWEST_IMAGE = "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-{architecture}"
#: The root volume of Amazon Linux 2023; a mapping under another name would add a volume and leave this one as it is.
ROOT_DEVICE = "/dev/xvda"


class LaunchTemplate(Construct):
    """A launch template of hardened instances: IMDSv2, one encrypted volume, no public address, no key pair.

    The newest Amazon Linux 2023 is looked up at plan time. A ``resolve:ssm:`` in the template would never show in a
    plan: instances launched before and after a release would differ, and a bad release could not be rolled back.

    Parameters
    ----------
    region
        The region, with ``compute`` of the settings.
    identifier
        What the name says of it.
    key
        The key that volumes are encrypted with.
    profile
        The role of the instances.
    security_group_ids
        Security groups of the instances.
    boot
        What they run when they boot.

    See https://docs.aws.amazon.com/securityhub/latest/userguide/ec2-controls.html
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        region: Region,
        identifier: str,
        key: Key,
        profile: IamInstanceProfile,
        security_group_ids: Sequence[str],
        boot: BootScript,
    ) -> None:
        super().__init__(scope, id_)
        compute = region.settings.compute
        volume = LaunchTemplateBlockDeviceMappingsEbs(
            encrypted="true",
            kms_key_id=key.arn,
            volume_type="gp3",
            volume_size=compute.volume_size,
            delete_on_termination="true",
        )
        name = region.names.of("lt", identifier)
        self.resource = LaunchTemplateResource(
            self,
            "Resource",
            provider=region.provider,
            name=name,
            update_default_version=True,
            image_id=self._image(region),
            instance_type=compute.instance_types[0],
            instance_initiated_shutdown_behavior="terminate",
            ebs_optimized="true",
            block_device_mappings=[LaunchTemplateBlockDeviceMappings(device_name=ROOT_DEVICE, ebs=volume)],
            iam_instance_profile=LaunchTemplateIamInstanceProfile(arn=profile.arn),
            metadata_options=LaunchTemplateMetadataOptions(
                http_endpoint="enabled",
                http_tokens="required",
                # A container is one hop further away.
                http_put_response_hop_limit=2 if compute.container.image else 1,
                instance_metadata_tags="disabled",
            ),
            monitoring=LaunchTemplateMonitoring(enabled=True),
            network_interfaces=[
                LaunchTemplateNetworkInterfaces(
                    associate_public_ip_address="false",
                    delete_on_termination="true",
                    security_groups=list(security_group_ids),
                )
            ],
            user_data=Fn.base64encode(Fn.join("\n", [boot.values, _literal(boot.body)])),
            tags={"Name": name},
        )

    def _image(self, region: Region) -> str:
        compute = region.settings.compute
        if region.name in compute.image_ids:
            return compute.image_ids[region.name]
        parameter = DataAwsSsmParameter(
            self,
            "newest-image",
            provider=region.provider,
            name=NEWEST_IMAGE.format(architecture=compute.architecture),
        )
        # Public, so it need not be hidden in plans as other parameters are.
        return str(parameter.insecure_value)


def _literal(text: str) -> str:
    """``text`` as Terraform's functions take it without reading anything into it."""
    # The binding's function escapes all but backslashes.
    return str(Fn.raw_string(text.replace("\\", "\\\\")))
