"""Every type of the platform: how to find one that stands, or why the next apply may make it again."""

from collections.abc import Callable, Iterator, Mapping

from tools.recovery.finders import compute, data, ec2, entry, identity, oversight
from tools.recovery.look import Found, Look

Finder = Callable[[Look], Iterator[Found]]
_PARTS = (compute, data, ec2, entry, identity, oversight)

#: How to find what AWS would refuse to make a second time, or make a second one of.
FINDERS: Mapping[str, Finder] = {kind: find for part in _PARTS for kind, find in part.FINDERS.items()}
#: The IAM actions that finding takes.
ACTIONS = tuple(sorted(action for part in _PARTS for action in part.ACTIONS))

_PUT = "one call writes the whole of it, whether it is there or not"
_SETTING = "it sets something that is always there"
_WAITS = "nothing is made: it waits, or adopts what something else has made"

#: What the next apply makes again without harm, and why. Nothing of it is looked for, and nothing of it is imported.
AGAIN: Mapping[str, str] = {
    "aws_acm_certificate_validation": _WAITS,
    "aws_autoscaling_policy": _PUT,
    "aws_backup_vault_lock_configuration": _PUT,
    "aws_backup_vault_policy": _PUT,
    "aws_cloudwatch_composite_alarm": _PUT,
    "aws_cloudwatch_dashboard": _PUT,
    "aws_cloudwatch_event_rule": _PUT,
    "aws_cloudwatch_log_metric_filter": _PUT,
    "aws_cloudwatch_log_resource_policy": _PUT,
    "aws_cloudwatch_metric_alarm": _PUT,
    "aws_config_config_rule": _PUT,
    "aws_config_configuration_aggregator": _PUT,
    "aws_config_configuration_recorder": _PUT,
    "aws_config_configuration_recorder_status": _SETTING,
    "aws_config_delivery_channel": _PUT,
    "aws_default_network_acl": _WAITS,
    "aws_default_route_table": _WAITS,
    "aws_default_security_group": _WAITS,
    "aws_ebs_default_kms_key": _SETTING,
    "aws_ebs_encryption_by_default": _SETTING,
    "aws_iam_account_password_policy": _SETTING,
    "aws_iam_role_policies_exclusive": _SETTING,
    "aws_iam_role_policy": _PUT,
    "aws_iam_role_policy_attachment": "attaching what is attached changes nothing",
    "aws_iam_role_policy_attachments_exclusive": _SETTING,
    "aws_inspector2_enabler": _SETTING,
    "aws_s3_account_public_access_block": _SETTING,
    "aws_s3_bucket_lifecycle_configuration": _PUT,
    "aws_s3_bucket_logging": _PUT,
    "aws_s3_bucket_object_lock_configuration": _PUT,
    "aws_s3_bucket_ownership_controls": _PUT,
    "aws_s3_bucket_policy": _PUT,
    "aws_s3_bucket_public_access_block": _PUT,
    "aws_s3_bucket_replication_configuration": _PUT,
    "aws_s3_bucket_server_side_encryption_configuration": _PUT,
    "aws_s3_bucket_versioning": _PUT,
    "aws_secretsmanager_secret_policy": _PUT,
    # An import would read the password, and write it into the state. A database that is imported takes the new one, as
    # Terraform does not know which number its password has.
    "aws_secretsmanager_secret_version": "a new version takes its place, and its value goes to the database",
    "aws_securityhub_standards_control_association": _SETTING,
    "aws_securityhub_standards_subscription": "a standard that is enabled stays enabled",
    # https://docs.aws.amazon.com/step-functions/latest/apireference/API_CreateStateMachine.html
    "aws_sfn_state_machine": "Step Functions answers with the one that there is, if it is the same",
    "aws_sns_topic_policy": _PUT,
    "aws_sns_topic_subscription": "SNS answers with the subscription that there is",
    "aws_sqs_queue_policy": _PUT,
    "aws_ssm_service_setting": _SETTING,
    "aws_vpc_peering_connection_accepter": _WAITS,
    "aws_vpc_peering_connection_options": _SETTING,
    "aws_wafv2_web_acl_association": _PUT,
    "aws_wafv2_web_acl_logging_configuration": _PUT,
    "terraform_data": "it is in the state alone",
}
