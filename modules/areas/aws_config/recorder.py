"""What records how resources change."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cdktf_cdktf_provider_aws.config_configuration_recorder import (
    ConfigConfigurationRecorder,
    ConfigConfigurationRecorderRecordingGroup,
    ConfigConfigurationRecorderRecordingMode,
)
from cdktf_cdktf_provider_aws.config_configuration_recorder_status import ConfigConfigurationRecorderStatus
from cdktf_cdktf_provider_aws.config_delivery_channel import (
    ConfigDeliveryChannel,
    ConfigDeliveryChannelSnapshotDeliveryProperties,
)
from constructs import Construct

if TYPE_CHECKING:
    from modules.areas.storage.bucket import Bucket
    from modules.blocks.keys.key import Key
    from modules.core.region import Region


class Recorder(Construct):
    """The recorder of a region, which delivers what it records to a bucket, encrypted, and a snapshot once a day.

    Users, roles and policies are the same in all regions, so only the recorder of the home region sees them.

    Parameters
    ----------
    region
        The region, with ``configuration`` of the settings.
    bucket
        The bucket that takes the records; its policy has to admit AWS Config.
    key
        The key for them; its policy has to admit AWS Config.
    role_arn
        The role that AWS Config records with.

    Attributes
    ----------
    status
        That it is on: what needs a recorder depends on this.

    See https://docs.aws.amazon.com/config/latest/developerguide/stop-start-recorder.html
    """

    def __init__(self, scope: Construct, id_: str, *, region: Region, bucket: Bucket, key: Key, role_arn: str) -> None:
        super().__init__(scope, id_)
        name = region.names.of("config", "recorder")
        recorder = ConfigConfigurationRecorder(
            self,
            "Resource",
            provider=region.provider,
            name=name,
            role_arn=role_arn,
            recording_group=ConfigConfigurationRecorderRecordingGroup(
                all_supported=True, include_global_resource_types=region.name == region.settings.home
            ),
            recording_mode=ConfigConfigurationRecorderRecordingMode(
                recording_frequency=region.settings.configuration.frequency
            ),
        )
        channel = ConfigDeliveryChannel(
            self,
            "delivery",
            provider=region.provider,
            name=name,
            s3_bucket_name=bucket.id,
            s3_kms_key_arn=key.arn,
            snapshot_delivery_properties=ConfigDeliveryChannelSnapshotDeliveryProperties(
                delivery_frequency="TwentyFour_Hours"
            ),
            # AWS Config writes a file when it is told of the bucket, and wants a recorder to be there.
            depends_on=[recorder, bucket.policy],
        )
        self.status = ConfigConfigurationRecorderStatus(
            self,
            "status",
            provider=region.provider,
            name=recorder.name,
            is_enabled=True,
            # A recorder without a delivery channel does not start, and a channel of a running one does not go.
            depends_on=[channel],
        )
