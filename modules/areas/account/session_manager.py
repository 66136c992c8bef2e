"""Session Manager: how sessions are logged, and how long they last."""

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

#: The document that holds the preferences of Session Manager. Each region has one, with this name.
PREFERENCES = "SSM-SessionManagerRunShell"
#: Minutes, as text: a session ends after this long without activity, and after this long in any case.
IDLE_MINUTES, MAXIMUM_MINUTES = "20", "240"


class SessionManager(Construct):
    """Session Manager preferences of a region: every session is logged while it runs, and has a maximum duration.

    Input and output go to an encrypted log group. The connection between the browser or CLI and the instance uses TLS.
    There is no KMS key on top of it: everyone who opens sessions would need a grant, and the platform does not know
    who they are.

    Parameters
    ----------
    region
        The region. ``logs.retention_days`` is the retention of the log group.
    key
        The key that encrypts the log group.
    role
        The role of the instances. Their SSM agents write the log.

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
                    sid="WriteSessionLogs",
                    actions=["logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"],
                    resources=[group.arn, f"{group.arn}:*"],
                ),
                # The agent lists all log groups to find its own.
                Statement(
                    sid="DescribeLogGroups",
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
            # The agent opens no session if it cannot write the log.
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
            # Sessions are refused if the log group is not encrypted.
            "cloudWatchEncryptionEnabled": True,
            # Log while the session runs: the instance may be terminated before the session ends.
            "cloudWatchStreamingEnabled": True,
            "kmsKeyId": "",
            "runAsEnabled": False,
            "runAsDefaultUser": "",
            "idleSessionTimeout": IDLE_MINUTES,
            "maxSessionDuration": MAXIMUM_MINUTES,
            "shellProfile": {"linux": "", "windows": ""},
        },
    }
