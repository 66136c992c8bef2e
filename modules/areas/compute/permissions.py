"""Permissions of the web tier's instances, except those that other areas grant."""

from __future__ import annotations

from typing import TYPE_CHECKING

from modules.blocks.identity.policy import Statement, string_equals, string_like
from modules.settings.container import ECR_REGISTRY
from modules.settings.regions import PARTITION

if TYPE_CHECKING:
    from collections.abc import Sequence

    from modules.core.region import Region
    from modules.settings.container import ContainerSecret


def managed_instance_statements(region: Region) -> list[Statement]:
    """Accept sessions of Session Manager and commands of Run Command.

    The managed policy ``AmazonSSMManagedInstanceCore`` also allows patching, and reading every parameter and document
    of the account. Instances of this platform need no parameter, and they are replaced instead of patched. SSM agents
    since 3.3.40 use only ``ssmmessages``, so no action of ``ec2messages`` is allowed.

    See https://docs.aws.amazon.com/systems-manager/latest/userguide/getting-started-add-permissions-to-existing-profile.html
    """
    return [
        Statement(
            sid="RegisterInstance",
            actions=["ssm:UpdateInstanceInformation"],
            resources=[region.arn("ec2", "instance/*")],
        ),
        Statement(
            sid="AcceptSessionsAndCommands",
            actions=[
                "ssmmessages:CreateControlChannel",
                "ssmmessages:CreateDataChannel",
                "ssmmessages:OpenControlChannel",
                "ssmmessages:OpenDataChannel",
            ],
            # These actions support no resource-level permissions.
            resources=["*"],
        ),
    ]


def log_writer_statements(log_group_arn: str) -> list[Statement]:
    """Write to the log group."""
    return [
        Statement(
            sid="WriteLogs",
            actions=["logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"],
            resources=[log_group_arn, f"{log_group_arn}:*"],
        )
    ]


def metric_writer_statements(namespace: str) -> list[Statement]:
    """Put metrics into this namespace only. A condition limits it, because metrics have no ARN.

    See https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/iam-cw-condition-keys-namespace.html
    """
    return [
        Statement(
            sid="PutMetrics",
            actions=["cloudwatch:PutMetricData"],
            resources=["*"],
            condition=[string_equals("cloudwatch:namespace", namespace)],
        )
    ]


def image_pull_statements(image: str) -> list[Statement]:
    """Pull the container image, if it is in ECR. Other registries need no IAM permission.

    See https://docs.aws.amazon.com/AmazonECR/latest/userguide/image-pull.html
    """
    registry = ECR_REGISTRY.match(image)
    if registry is None:
        return []
    repository = image[registry.end() + 1 :].partition("@")[0].partition(":")[0]
    return [
        # A token is valid for the whole registry. The next statement limits what can be pulled with it.
        Statement(sid="GetRegistryToken", actions=["ecr:GetAuthorizationToken"], resources=["*"]),
        Statement(
            sid="PullImage",
            actions=["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"],
            resources=[f"arn:{PARTITION}:ecr:{registry['region']}:{registry['account']}:repository/{repository}"],
        ),
    ]


def secret_read_statements(region: Region, secrets: Sequence[ContainerSecret]) -> list[Statement]:
    """Read exactly these secrets, and decrypt them where they have a customer managed key that its policy allows.

    A secret that is given by its name has six more characters in its ARN. Their keys are not known here, so the
    encryption context, which is the secret's ARN, limits what can be decrypted.

    See https://docs.aws.amazon.com/secretsmanager/latest/userguide/auth-and-access_iam-policies.html and
    https://docs.aws.amazon.com/secretsmanager/latest/userguide/security-encryption.html
    """
    if not secrets:
        return []
    arns = sorted({one.id if one.id.startswith("arn:") else _arn_of_name(region, one.id) for one in secrets})
    places = sorted({tuple(arn.split(":")[3:5]) for arn in arns})
    return [
        Statement(sid="ReadSecretsOfContainer", actions=["secretsmanager:GetSecretValue"], resources=arns),
        Statement(
            sid="DecryptSecretsOfContainer",
            actions=["kms:Decrypt"],
            resources=[f"arn:{PARTITION}:kms:{name}:{account_id}:key/*" for name, account_id in places],
            condition=[
                string_equals(
                    "kms:ViaService", *sorted({f"secretsmanager.{name}.amazonaws.com" for name, _ in places})
                ),
                string_like("kms:EncryptionContext:SecretARN", *arns),
            ],
        ),
    ]


def _arn_of_name(region: Region, name: str) -> str:
    return region.arn("secretsmanager", f"secret:{name}-??????")
