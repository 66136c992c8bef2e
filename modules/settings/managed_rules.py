"""The managed rules of AWS Config that check what the platform guarantees."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

Parameters = Mapping[str, str]
NONE: Parameters = MappingProxyType({})

#: Rules of every region, by the identifier in their name: AWS's identifier and the parameters.
#: https://docs.aws.amazon.com/config/latest/developerguide/managed-rules-by-aws-config.html
REGIONAL: Mapping[str, tuple[str, Parameters]] = {
    # Encryption.
    "ebs-encrypted": ("ENCRYPTED_VOLUMES", NONE),
    "ebs-encrypted-by-default": ("EC2_EBS_ENCRYPTION_BY_DEFAULT", NONE),
    "rds-encrypted": ("RDS_STORAGE_ENCRYPTED", NONE),
    "s3-encrypted": ("S3_BUCKET_SERVER_SIDE_ENCRYPTION_ENABLED", NONE),
    "dynamodb-encrypted": ("DYNAMODB_TABLE_ENCRYPTED_KMS", NONE),
    "sns-encrypted": ("SNS_ENCRYPTED_KMS", NONE),
    "logs-encrypted": ("CLOUDWATCH_LOG_GROUP_ENCRYPTED", NONE),
    "secrets-encrypted": ("SECRETSMANAGER_USING_CMK", NONE),
    "backups-encrypted": ("BACKUP_RECOVERY_POINT_ENCRYPTED", NONE),
    # TLS.
    "s3-tls": ("S3_BUCKET_SSL_REQUESTS_ONLY", NONE),
    "alb-redirects-to-https": ("ALB_HTTP_TO_HTTPS_REDIRECTION_CHECK", NONE),
    # Nothing is open to the world that need not be.
    "s3-private": ("S3_BUCKET_LEVEL_PUBLIC_ACCESS_PROHIBITED", NONE),
    "s3-account-private": ("S3_ACCOUNT_LEVEL_PUBLIC_ACCESS_BLOCKS_PERIODIC", NONE),
    "rds-private": ("RDS_INSTANCE_PUBLIC_ACCESS_CHECK", NONE),
    "rds-snapshots-private": ("RDS_SNAPSHOTS_PUBLIC_PROHIBITED", NONE),
    "instances-private": ("EC2_INSTANCE_NO_PUBLIC_IP", NONE),
    "functions-private": ("LAMBDA_FUNCTION_PUBLIC_ACCESS_PROHIBITED", NONE),
    "no-ssh": ("INCOMING_SSH_DISABLED", NONE),
    "default-sg-closed": ("VPC_DEFAULT_SECURITY_GROUP_CLOSED", NONE),
    # Instances and load balancers.
    "imdsv2": ("EC2_IMDSV2_CHECK", NONE),
    "alb-drops-invalid-headers": ("ALB_HTTP_DROP_INVALID_HEADER_ENABLED", NONE),
    "alb-logs": ("ELB_LOGGING_ENABLED", NONE),
    "alb-protected": ("ELB_DELETION_PROTECTION_ENABLED", NONE),
    "alb-waf": ("ALB_WAF_ENABLED", NONE),
    # Keys and secrets.
    "keys-rotate": ("CMK_BACKING_KEY_ROTATION_ENABLED", NONE),
    "keys-kept": ("KMS_CMK_NOT_SCHEDULED_FOR_DELETION", NONE),
    "secrets-rotate": ("SECRETSMANAGER_ROTATION_ENABLED_CHECK", NONE),
    "secrets-were-rotated": ("SECRETSMANAGER_SCHEDULED_ROTATION_SUCCESS_CHECK", NONE),
    # What is lost can be brought back.
    "s3-versioned": ("S3_BUCKET_VERSIONING_ENABLED", NONE),
    "rds-backed-up": ("DB_INSTANCE_BACKUP_ENABLED", NONE),
    "rds-protected": ("RDS_INSTANCE_DELETION_PROTECTION_ENABLED", NONE),
    "dynamodb-pitr": ("DYNAMODB_PITR_ENABLED", NONE),
    # What happens is recorded.
    "flow-logs": ("VPC_FLOW_LOGS_ENABLED", MappingProxyType({"trafficType": "ALL"})),
    "rds-logs": ("RDS_LOGGING_ENABLED", NONE),
    # Networks.
    "peering-dns": ("VPC_PEERING_DNS_RESOLUTION_CHECK", NONE),
}
#: The two rules whose parameters come from settings.
OF_THE_SETTINGS = ("logs-kept", "tags")
#: Resource types of the platform that the rule ``required-tags`` supports.
#: https://docs.aws.amazon.com/config/latest/developerguide/required-tags.html
TAGGED = (
    "AWS::ACM::Certificate",
    "AWS::AutoScaling::AutoScalingGroup",
    "AWS::DynamoDB::Table",
    "AWS::EC2::Instance",
    "AWS::EC2::InternetGateway",
    "AWS::EC2::NetworkAcl",
    "AWS::EC2::RouteTable",
    "AWS::EC2::SecurityGroup",
    "AWS::EC2::Subnet",
    "AWS::EC2::VPC",
    "AWS::EC2::Volume",
    "AWS::ElasticLoadBalancingV2::LoadBalancer",
    "AWS::RDS::DBInstance",
    "AWS::RDS::DBSubnetGroup",
    "AWS::S3::Bucket",
)
#: Rules about global resources, which only the recorder of the home region records.
GLOBAL: Mapping[str, tuple[str, Parameters]] = {
    "trail": ("MULTI_REGION_CLOUD_TRAIL_ENABLED", NONE),
    "trail-encrypted": ("CLOUD_TRAIL_ENCRYPTION_ENABLED", NONE),
    "trail-validated": ("CLOUD_TRAIL_LOG_FILE_VALIDATION_ENABLED", NONE),
    "no-admin-policies": ("IAM_POLICY_NO_STATEMENTS_WITH_ADMIN_ACCESS", NONE),
    "no-root-keys": ("IAM_ROOT_ACCESS_KEY_CHECK", NONE),
    "root-mfa": ("ROOT_ACCOUNT_MFA_ENABLED", NONE),
    "console-mfa": ("MFA_ENABLED_FOR_IAM_CONSOLE_ACCESS", NONE),
}
