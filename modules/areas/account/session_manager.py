"""What sessions of Session Manager leave behind."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from cdktf_cdktf_provider_aws.ssm_document import SsmDocument
from constructs import Construct

from modules.blocks.identity.policy import Statement
from modules.blocks.log_group import log_group

if TYPE_CHECKING:
    from modules.blocks.identity.role import InstanceRole
    from modules.blocks.keys.key import Key
    from modules.core.region import Region

#: The document that Session Manager reads its preferences from; a region has one of this name.
PREFERENCES = "SSM-SessionManagerRunShell"
#: Minutes, as text: after so many without a keystroke a session ends, and after so many in any case.
IDLE_MINUTES, MOST_MINUTES = "20", "240"


class SessionManager(Construct):
    """Preferences of a region for Session Manager: every session is written down as it goes, and none lasts for ever.

    What is typed and shown goes to an encrypted log group. Between the browser or CLI and the instance there is TLS; a
    key on top of it would have to be granted to everybody who opens sessions, whom the platform does not know.

    Parameters
    ----------
    region
        The region; ``logs.retention_days`` decides how long records are kept.
    key
        The key that the log group is encrypted with.
    role
        The role of the instances; their agents write the log.

    See https://docs.aws.amazon.com/systems-manager/latest/userguide/session-manager-schema.html and
    https://docs.aws.amazon.com/systems-manager/latest/userguide/getting-started-create-iam-instance-profile.html
    """

    def __init__(self, scope: Construct, id_: str, *, region: Region, key: Key, role: InstanceRole) -> None:
        super().__init__(scope, id_)
        group = log_group(self, "log-group", region=region, name=region.names.of("logs", "session-manager"), key=key)
        policy = role.allow(
            "session-manager",
            [
                Statement(
                    sid="WriteSessions",
                    actions=["logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"],
                    resources=[group.arn, f"{group.arn}:*"],
                ),
                # The agent looks for its group among all of them.
                Statement(
                    sid="FindTheLogGroup",
                    actions=["logs:DescribeLogGroups"],
                    resources=[region.arn("logs", "log-group:*")],
                ),
            ],
        )
        SsmDocument(
            self,
            "Resource",
            provider=region.provider,
            name=PREFERENCES,
            document_type="Session",
            document_format="JSON",
            content=json.dumps(_preferences(group.name), sort_keys=True),
            tags={"Name": PREFERENCES},
            # Where the agent cannot write the log that it is told to write, it opens no session.
            depends_on=[policy],
        )


def _preferences(log_group: str) -> dict[str, object]:
    return {
        "schemaVersion": "1.0",
        "description": "How Session Manager keeps sessions in this region",
        "sessionType": "Standard_Stream",
        "inputs": {
            "s3BucketName": "",
            "s3KeyPrefix": "",
            "s3EncryptionEnabled": True,
            "cloudWatchLogGroupName": log_group,
            # No session into a log group without a key.
            "cloudWatchEncryptionEnabled": True,
            # As it goes, and not at its end, which an instance may not live to see.
            "cloudWatchStreamingEnabled": True,
            "kmsKeyId": "",
            "runAsEnabled": False,
            "runAsDefaultUser": "",
            "idleSessionTimeout": IDLE_MINUTES,
            "maxSessionDuration": MOST_MINUTES,
            "shellProfile": {"linux": "", "windows": ""},
        },
    }
