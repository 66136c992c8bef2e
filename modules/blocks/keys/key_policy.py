"""Statements of key policies: who may use a key, for what, and through which service."""

from __future__ import annotations

from typing import TYPE_CHECKING

from modules.blocks.identity.policy import Condition, Principals, Statement, arn_like, service, string_equals
from modules.settings.regions import PARTITION

if TYPE_CHECKING:
    from collections.abc import Sequence

    from modules.core.region import Region

USE_ACTIONS = ["kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey*", "kms:ReEncrypt*", "kms:DescribeKey"]
#: Always with a condition that narrows it: the caller is a role that is not known here.
ANY_PRINCIPAL = Principals(type="AWS", identifiers=["*"])


def allow_log_groups(region: Region) -> Statement:
    """CloudWatch Logs of this region may use the key for log groups of this account.

    See https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html
    """
    return Statement(
        sid="LogGroupsOfThisAccount",
        actions=USE_ACTIONS,
        resources=["*"],
        principals=[service(f"logs.{region.name}")],
        condition=[arn_like("kms:EncryptionContext:aws:logs:arn", region.arn("logs", "log-group:*"))],
    )


def allow_trail(region: Region, trail_arn: str) -> list[Statement]:
    """CloudTrail may encrypt the trail's files. Readers need a permission of their own to decrypt them.

    CloudTrail also decrypts if the bucket has an S3 Bucket Key. The platform's bucket has none, but if somebody enables
    it, the trail can still be created and changed.

    See https://docs.aws.amazon.com/awscloudtrail/latest/userguide/create-kms-key-policy-for-cloudtrail.html
    """
    this_trail = arn_like("aws:SourceArn", trail_arn)
    return [
        Statement(
            sid="TrailEncrypts",
            actions=["kms:GenerateDataKey*"],
            resources=["*"],
            principals=[service("cloudtrail")],
            condition=[
                this_trail,
                string_equals("aws:SourceAccount", region.account_id),
                arn_like("kms:EncryptionContext:aws:cloudtrail:arn", trail_arn),
            ],
        ),
        Statement(
            sid="TrailLooksAtTheKey",
            actions=["kms:Decrypt", "kms:DescribeKey"],
            resources=["*"],
            principals=[service("cloudtrail")],
            condition=[this_trail],
        ),
    ]


def allow_config_delivery(region: Region) -> Statement:
    """AWS Config may encrypt its deliveries for this account.

    See https://docs.aws.amazon.com/config/latest/developerguide/s3-kms-key-policy.html
    """
    return Statement(
        sid="ConfigurationRecordsOfThisAccount",
        actions=["kms:Decrypt", "kms:GenerateDataKey"],
        resources=["*"],
        principals=[service("config")],
        condition=[string_equals("aws:SourceAccount", region.account_id)],
    )


def allow_publishers(region: Region) -> Statement:
    """Services that publish to topics of this account may encrypt their messages.

    The condition is on the topics and not on the source, because EventBridge sends KMS no source. The topics' own
    policies limit for which account the services may publish.

    See https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html
    """
    return Statement(
        sid="PublishersToTopicsOfThisAccount",
        actions=["kms:Decrypt", "kms:GenerateDataKey*"],
        resources=["*"],
        principals=[service("budgets", "cloudwatch", "costalerts", "events")],
        condition=[arn_like("kms:EncryptionContext:aws:sns:topicArn", region.arn("sns", "*"))],
    )


def allow_via_service(region: Region, service_name: str, *, conditions: Sequence[Condition] = ()) -> Statement:
    """Any principal of this account that may use ``service_name`` may use the key, through that service only.

    Grants are allowed for AWS services only. They need them for the resources that they hold: volumes, databases,
    tables.

    Parameters
    ----------
    region
        The key's region.
    service_name
        The service's name in ``kms:ViaService``, such as ``dynamodb``.
    conditions
        More conditions, such as one on the encryption context. None by default.

    See https://docs.aws.amazon.com/kms/latest/developerguide/conditions-kms.html#conditions-kms-via-service
    """
    return Statement(
        sid=f"ThisAccountThrough{service_name.capitalize()}",
        actions=[*USE_ACTIONS, "kms:CreateGrant"],
        resources=["*"],
        principals=[ANY_PRINCIPAL],
        condition=[
            *_via_service_conditions(region, service_name),
            # Only kms:CreateGrant sends this key.
            Condition(test="BoolIfExists", variable="kms:GrantIsForAWSResource", values=["true"]),
            *conditions,
        ],
    )


def allow_secrets_manager_key_check(region: Region) -> Statement:
    """Secrets Manager may test the key for any principal of this account that sets it on a secret.

    The test sends the fixed text ``RequestToValidateKeyAccess`` as the version, and maybe as the secret too. Secrets
    Manager discards the result.

    See https://docs.aws.amazon.com/secretsmanager/latest/userguide/security-encryption.html
    """
    return Statement(
        sid="SecretsManagerTriesTheKey",
        actions=["kms:Decrypt", "kms:GenerateDataKey"],
        resources=["*"],
        principals=[ANY_PRINCIPAL],
        condition=[
            *_via_service_conditions(region, "secretsmanager"),
            string_equals("kms:EncryptionContext:SecretVersionId", "RequestToValidateKeyAccess"),
        ],
    )


def allow_auto_scaling(region: Region) -> Statement:
    """The service-linked role of Auto Scaling may use the key for volumes of the instances that it launches.

    A condition names the role. A principal would have to exist already, and AWS creates this role only with the
    account's first Auto Scaling group.

    See https://docs.aws.amazon.com/autoscaling/ec2/userguide/key-policy-requirements-EBS-encryption.html
    """
    role = "role/aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling"
    return Statement(
        sid="AutoScalingOfThisAccount",
        actions=[*USE_ACTIONS, "kms:CreateGrant"],
        resources=["*"],
        principals=[ANY_PRINCIPAL],
        condition=[
            arn_like("aws:PrincipalArn", f"arn:{PARTITION}:iam::{region.account_id}:{role}"),
            string_equals("kms:CallerAccount", region.account_id),
            Condition(test="BoolIfExists", variable="kms:GrantIsForAWSResource", values=["true"]),
        ],
    )


def allow_roles_via_service(region: Region, service_name: str, roles: Sequence[str]) -> Statement:
    """The roles may use the key, through ``service_name`` only.

    Parameters
    ----------
    region
        The key's region.
    service_name
        The service's name in ``kms:ViaService``, such as ``s3``.
    roles
        ARNs of the roles. A condition names them, because a principal would have to exist before the key.
    """
    return Statement(
        sid=f"NamedRolesThrough{service_name.capitalize()}",
        actions=["kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey"],
        resources=["*"],
        principals=[ANY_PRINCIPAL],
        condition=[*_via_service_conditions(region, service_name), arn_like("aws:PrincipalArn", *roles)],
    )


def _via_service_conditions(region: Region, service_name: str) -> list[Condition]:
    return [
        string_equals("kms:ViaService", f"{service_name}.{region.name}.amazonaws.com"),
        string_equals("kms:CallerAccount", region.account_id),
    ]
