"""The launch template of the web tier's instances."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cdktf import Fn, TerraformLocal
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
NEWEST_IMAGE_PARAMETER = "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-{architecture}"
#: Device name of the root volume of Amazon Linux 2023. A mapping with another name would add a second volume and leave
#: the root volume unchanged.
ROOT_DEVICE = "/dev/xvda"


class LaunchTemplate(Construct):
    """A launch template of hardened instances: IMDSv2, one encrypted volume, no public IP address, no key pair.

    The plan looks up the newest Amazon Linux 2023 image. A ``resolve:ssm:`` in the template would hide a new image from
    the plan: instances launched before and after its release would differ, and a bad release could not be rolled back.

    Parameters
    ----------
    region
        The region, with the ``compute`` settings.
    identifier
        The part of the name that identifies the template.
    key
        The key that encrypts volumes.
    profile
        The instance profile, which has the role of the instances.
    security_group_ids
        Security groups of the instances.
    boot
        The user data script of the instances.

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
        # The bindings warn about references inside arguments of functions; a local value may have them.
        values = TerraformLocal(self, "boot-values", boot.values)
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
                # A container is one network hop further from the metadata service.
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
            user_data=Fn.base64encode(Fn.join("\n", [values.as_string, _raw_string(boot.body)])),
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
            name=NEWEST_IMAGE_PARAMETER.format(architecture=compute.architecture),
        )
        # The parameter is public, so the plan may show its value.
        return str(parameter.insecure_value)


def _raw_string(text: str) -> str:
    """``text`` as a string literal for Terraform functions, without interpolation."""
    # ``Fn.raw_string`` escapes everything except backslashes.
    return str(Fn.raw_string(text.replace("\\", "\\\\")))
