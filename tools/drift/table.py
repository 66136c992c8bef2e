"""Which attributes matter, by the type of the resource."""

from collections.abc import Mapping

#: By type and attribute, the value with which it watches no more.
SILENT: Mapping[tuple[str, str], object] = {
    ("aws_cloudwatch_composite_alarm", "actions_enabled"): False,
    ("aws_cloudwatch_event_rule", "state"): "DISABLED",
    ("aws_cloudwatch_metric_alarm", "actions_enabled"): False,
}
#: What watches, whose being off is no protection that is off.
WATCHERS: frozenset[str] = frozenset(
    {
        *("aws_cloudtrail", "aws_cloudwatch_log_group", "aws_config_configuration_recorder_status"),
        "aws_guardduty_detector",
    }
)
#: By type and attribute, the value with which it protects or encrypts no more; besides `tools.weakened.LIFTED`.
BARE: Mapping[tuple[str, str], object] = {
    ("aws_db_instance", "iam_database_authentication_enabled"): False,
    ("aws_db_instance", "storage_encrypted"): False,
}
#: Attributes whose change is one of encryption or of what can be had back.
PROTECTING: frozenset[str] = frozenset(
    {
        *("encryption_configuration", "kms_key_arn", "kms_key_id", "kms_master_key_id", "point_in_time_recovery"),
        *("rule", "server_side_encryption", "sse_specification", "versioning_configuration", "ssl_policy"),
        *("metadata_options", "policy_default_action", "protocol"),
    }
)
PROTECTED_KINDS = (
    *("aws_db_", "aws_dynamodb_", "aws_ebs_", "aws_kms_", "aws_launch_template", "aws_lb_listener"),
    *("aws_s3_bucket_server_side_encryption", "aws_s3_bucket_versioning", "aws_sns_topic", "aws_sqs_queue"),
    *("aws_backup_vault", "aws_cloudwatch_log_group", "aws_cloudtrail", "aws_secretsmanager_secret"),
)
_RULE = (
    "cidr_ipv4",
    "cidr_ipv6",
    "from_port",
    "ip_protocol",
    "prefix_list_id",
    "referenced_security_group_id",
    "to_port",
)
#: By reason and type, the attributes of which every change matters.
_CHANGED: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "network": {
        "aws_db_instance": ("vpc_security_group_ids",),
        "aws_default_network_acl": ("egress", "ingress", "subnet_ids"),
        "aws_launch_template": ("network_interfaces", "vpc_security_group_ids"),
        "aws_lb": ("security_groups",),
        "aws_network_acl": ("egress", "ingress", "subnet_ids"),
        "aws_route": ("egress_only_gateway_id", "gateway_id", "nat_gateway_id", "network_interface_id"),
        "aws_route_table_association": ("route_table_id",),
        "aws_vpc_endpoint": ("security_group_ids",),
        "aws_vpc_security_group_egress_rule": _RULE,
        "aws_vpc_security_group_ingress_rule": _RULE,
    },
    "traffic": {
        "aws_autoscaling_group": ("target_group_arns",),
        "aws_lb_listener": ("certificate_arn", "default_action"),
        "aws_route53_record": ("alias", "health_check_id", "records"),
    },
    "policies": {
        "aws_iam_instance_profile": ("role",),
        "aws_lambda_function": ("role",),
        "aws_launch_template": ("iam_instance_profile",),
    },
    "protection": {
        "aws_backup_plan": ("rule",),
        "aws_backup_selection": ("condition", "not_resources", "resources", "selection_tag"),
        "aws_db_parameter_group": ("parameter",),
        "aws_iam_account_password_policy": ("minimum_password_length", "max_password_age", "password_reuse_prevention"),
        "aws_kms_alias": ("target_key_id",),
        "aws_s3_bucket_lifecycle_configuration": ("rule",),
        "aws_s3_bucket_ownership_controls": ("rule",),
        "aws_s3_bucket_replication_configuration": ("role", "rule"),
        "aws_secretsmanager_secret_rotation": ("rotation_enabled", "rotation_lambda_arn"),
        "aws_wafv2_web_acl": ("default_action", "rule"),
    },
    "watching": {
        "aws_cloudtrail": (
            *("advanced_event_selector", "cloud_watch_logs_group_arn", "enable_log_file_validation"),
            *("include_global_service_events", "is_multi_region_trail", "s3_bucket_name"),
        ),
        "aws_cloudwatch_composite_alarm": ("alarm_actions", "alarm_rule"),
        "aws_cloudwatch_event_rule": ("event_pattern", "schedule_expression"),
        "aws_cloudwatch_event_target": ("arn", "input"),
        "aws_cloudwatch_log_metric_filter": ("log_group_name", "metric_transformation", "pattern"),
        "aws_cloudwatch_metric_alarm": (
            *("alarm_actions", "comparison_operator", "datapoints_to_alarm", "dimensions", "evaluation_periods"),
            *("extended_statistic", "metric_name", "metric_query", "namespace", "period", "statistic", "threshold"),
            "treat_missing_data",
        ),
        "aws_config_configuration_recorder": ("recording_group",),
        "aws_flow_log": ("log_destination",),
        "aws_inspector2_enabler": ("resource_types",),
        "aws_lb": ("access_logs",),
        "aws_route53_health_check": ("disabled", "invert_healthcheck"),
        "aws_s3_bucket_logging": ("target_bucket",),
        "aws_securityhub_standards_control_association": ("association_status",),
        "aws_sns_topic_subscription": ("endpoint", "filter_policy"),
        "aws_wafv2_web_acl_logging_configuration": ("log_destination_configs",),
    },
    "code": {
        "aws_autoscaling_group": ("launch_template", "mixed_instances_policy"),
        "aws_lambda_function": ("code_sha256", "environment", "handler", "layers"),
        "aws_launch_template": ("image_id", "user_data"),
        "aws_sfn_state_machine": ("definition",),
        "aws_ssm_document": ("content",),
    },
}
#: The same by type and attribute.
MATTERING: Mapping[tuple[str, str], str] = {
    (kind, name): reason for reason, kinds in _CHANGED.items() for kind, names in kinds.items() for name in names
}
#: Of what was deleted and held data or secrets, what to know before a deployment makes it anew. Terraform takes a key
#: or a secret for deleted as soon as it is scheduled for deletion:
#: https://docs.aws.amazon.com/kms/latest/developerguide/deleting-keys.html
#: https://docs.aws.amazon.com/secretsmanager/latest/userguide/manage_delete-secret.html
_KEY = "deploy nothing: a new key reads nothing of the old one. docs/runbooks/key-scheduled-for-deletion.md"
LOST: Mapping[str, str] = {
    "aws_kms_key": _KEY,
    "aws_kms_replica_key": _KEY,
    "aws_secretsmanager_secret": (
        "deploy nothing: it may only be scheduled for deletion, and comes back with `aws secretsmanager restore-secret`"
    ),
}
EMPTY = "deploy nothing: what is made anew is empty. docs/runbooks/restore.md"
