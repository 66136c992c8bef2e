"""Where moto falls short of AWS, one module a service; each patch says what moto does and what AWS does.

The modules are loaded by name, so that one can be left out to see whether moto has caught up:
``MERIDIAN_EMULATOR_WITHOUT=kms,rds``.
"""

import os
from importlib import import_module

NAMES = (
    "accessanalyzer",
    "activities",
    "alarm_actions",
    "alarm_evaluation",
    "autoscaling",
    "awslambda",
    "backup",
    "backup_jobs",
    "budgets",
    "ce",
    "chatbot",
    "cloudwatch",
    "containers",
    "dynamodb",
    "ec2",
    "ec2_peering",
    "guardduty",
    "instance_offers",
    "instance_refresh",
    "kms",
    "launching",
    "logs",
    "network_acls",
    "quotas",
    "rds",
    "rds_backups",
    "rds_replicas",
    "restore_testing",
    "route53",
    "s3_logging",
    "s3_policy",
    "s3_replication",
    "secretsmanager",
    "securityhub",
    "securityhub_regions",
    "service_linked_roles",
    "sns",
    "ssm",
    "sts",
)
LEFT_OUT_VARIABLE = "MERIDIAN_EMULATOR_WITHOUT"


def apply() -> None:
    """Apply every patch to the moto of this process; meant to be called once, before serving.

    Raises
    ------
    ValueError
        If ``MERIDIAN_EMULATOR_WITHOUT`` names a patch that there is not.
    """
    left_out = {name for name in os.environ.get(LEFT_OUT_VARIABLE, "").split(",") if name}
    if unknown := left_out.difference(NAMES):
        raise ValueError(f"{LEFT_OUT_VARIABLE} names {sorted(unknown)}; there are {', '.join(NAMES)}")
    for name in NAMES:
        if name not in left_out:
            import_module(f"{__name__}.{name}").apply()
