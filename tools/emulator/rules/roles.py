"""Roles that a service takes on when it is given them: it must be trusted there and then."""

from tools.emulator.call import Call
from tools.emulator.helpers import state
from tools.emulator.helpers.registry import rule
from tools.emulator.refusal import Refusal


@rule("backup", "CreateBackupSelection")
def backup_is_trusted(call: Call) -> Refusal | None:
    """Refuse a selection whose role AWS Backup cannot assume.

    https://docs.aws.amazon.com/aws-backup/latest/devguide/iam-service-roles.html
    """
    arn = call.parameters["BackupSelection"].get("IamRoleArn", "")
    message = f"IAM Role {arn} cannot be assumed by AWS Backup"
    return _refusal(arn, "backup.amazonaws.com", Refusal(code="InvalidParameterValueException", message=message))


@rule("rds", "CreateDBInstance", "CreateDBInstanceReadReplica", "ModifyDBInstance")
def enhanced_monitoring_is_trusted(call: Call) -> Refusal | None:
    """Refuse a monitoring role that Enhanced Monitoring cannot assume, or that may not write its metrics.

    https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_Monitoring.OS.Enabling.html
    """
    arn = call.parameters.get("MonitoringRoleArn", "")
    message = "The specified IAM role ARN is invalid or lacks the permissions for: ENHANCED_MONITORING"
    return _refusal(arn, "monitoring.rds.amazonaws.com", Refusal(code="InvalidParameterValue", message=message))


@rule("config", "PutConfigurationRecorder")
def config_is_trusted(call: Call) -> Refusal | None:
    """Refuse a recorder whose role Config cannot assume; a service-linked one must be there.

    https://docs.aws.amazon.com/config/latest/developerguide/iamrole-permissions.html
    """
    arn = call.parameters["ConfigurationRecorder"].get("roleARN", "")
    message = f"AWS Config cannot assume the role {arn}"
    return _refusal(arn, "config.amazonaws.com", Refusal(code="InvalidRoleException", message=message))


def _refusal(arn: str, service: str, refusal: Refusal) -> Refusal | None:
    """Return ``refusal`` if ``service`` is not trusted by the role with ``arn``, whatever it asks for."""
    if not arn:
        return None
    role = state.role(arn)
    return None if role is not None and service in state.trusted_services(role) else refusal
