"""The configuration recorder of a region, and its delivery channel."""

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
    """The configuration recorder of a region. It delivers encrypted records, and a snapshot once a day, to a bucket.

    IAM users, roles and policies are global, so only the recorder of the home region records them.

    Parameters
    ----------
    region
        The region, with the ``configuration`` settings.
    bucket
        The bucket for the records. Its policy must allow AWS Config.
    key
        The key that encrypts the records. Its policy must allow AWS Config.
    role_arn
        The role that AWS Config assumes to record.

    Attributes
    ----------
    status
        The status that turns the recorder on. Resources that need a recorder depend on it.

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
            # AWS Config writes a test file when the channel is created, and requires an existing recorder.
            depends_on=[recorder, bucket.policy],
        )
        self.status = ConfigConfigurationRecorderStatus(
            self,
            "status",
            provider=region.provider,
            name=recorder.name,
            is_enabled=True,
            # A recorder does not start without a delivery channel. The channel of a running recorder cannot be deleted.
            depends_on=[channel],
        )
