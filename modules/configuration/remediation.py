"""What is mended without asking."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cdktf_cdktf_provider_aws.config_remediation_configuration import (
    ConfigRemediationConfiguration,
    ConfigRemediationConfigurationExecutionControls,
    ConfigRemediationConfigurationExecutionControlsSsmControls,
    ConfigRemediationConfigurationParameter,
)
from constructs import Construct

from modules.identity.policy import Statement, arn_like
from modules.identity.role import ServiceRole

if TYPE_CHECKING:
    from collections.abc import Mapping

    from modules.region import Region

#: By the rule's identifier: AWS's runbook, its parameter that takes the resource, and the resource's type.
#: Nothing stops working by either, and both are what the platform promises anyway.
MENDED = {
    "default-sg-closed": (
        "AWSConfigRemediation-RemoveVPCDefaultSecurityGroupRules",
        "GroupId",
        "AWS::EC2::SecurityGroup",
    ),
    "keys-rotate": ("AWSConfigRemediation-EnableKeyRotation", "KeyId", "AWS::KMS::Key"),
}
ATTEMPTS, RETRY_SECONDS = 3, 300


class Remediation(Construct):
    """Mends what is safe to mend as soon as a rule finds it: keys that do not rotate, default groups that are open.

    Parameters
    ----------
    region
        The region.
    rules
        Names of the region's rules by identifier.

    See https://docs.aws.amazon.com/config/latest/developerguide/setup-autoremediation.html
    """

    def __init__(self, scope: Construct, id_: str, *, region: Region, rules: Mapping[str, str]) -> None:
        super().__init__(scope, id_)
        role = ServiceRole(
            self,
            "role",
            region=region,
            identifier="remediation",
            trusted_service="ssm",
            trust_conditions=[arn_like("aws:SourceArn", region.arn("ssm", "automation-execution/*"))],
            statements=_permissions(region),
        )
        for identifier, (runbook, parameter, kind) in MENDED.items():
            ConfigRemediationConfiguration(
                self,
                identifier,
                provider=region.provider,
                config_rule_name=rules[identifier],
                resource_type=kind,
                target_type="SSM_DOCUMENT",
                target_id=runbook,
                automatic=True,
                maximum_automatic_attempts=ATTEMPTS,
                retry_attempt_seconds=RETRY_SECONDS,
                execution_controls=ConfigRemediationConfigurationExecutionControls(
                    ssm_controls=ConfigRemediationConfigurationExecutionControlsSsmControls(
                        concurrent_execution_rate_percentage=10, error_percentage=10
                    )
                ),
                parameter=[
                    ConfigRemediationConfigurationParameter(name="AutomationAssumeRole", static_value=role.arn),
                    ConfigRemediationConfigurationParameter(name=parameter, resource_value="RESOURCE_ID"),
                ],
                depends_on=[role.policy],
            )


def _permissions(region: Region) -> list[Statement]:
    return [
        # Security groups are listed all or none; EC2 knows no narrower resource.
        Statement(sid="FindGroups", actions=["ec2:DescribeSecurityGroups"], resources=["*"]),
        Statement(
            sid="CloseDefaultGroups",
            actions=["ec2:RevokeSecurityGroupEgress", "ec2:RevokeSecurityGroupIngress"],
            resources=[region.arn("ec2", "security-group/*")],
        ),
        Statement(
            sid="RotateKeys",
            actions=["kms:EnableKeyRotation", "kms:GetKeyRotationStatus"],
            resources=[region.arn("kms", "key/*")],
        ),
    ]
