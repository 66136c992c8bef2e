import pytest
from botocore.exceptions import ClientError
from support.refusals import role

from tools.emulator import Emulator

pytestmark = pytest.mark.emulator
REGION = "eu-west-1"


def test_a_remediation_reads_back_is_replaced_and_goes(emulator: Emulator) -> None:
    config = emulator.client("config", REGION)
    recorder = {"name": "default", "roleARN": role(emulator, service="config.amazonaws.com")}
    config.put_configuration_recorder(ConfigurationRecorder=recorder)
    source = {"Owner": "AWS", "SourceIdentifier": "VPC_DEFAULT_SECURITY_GROUP_CLOSED"}
    config.put_config_rule(ConfigRule={"ConfigRuleName": "closed", "Source": source})
    wanted = {
        "ConfigRuleName": "closed",
        "TargetType": "SSM_DOCUMENT",
        "TargetId": "AWSConfigRemediation-RemoveVPCDefaultSecurityGroupRules",
        "Parameters": {"GroupId": {"ResourceValue": {"Value": "RESOURCE_ID"}}},
        "Automatic": True,
        "MaximumAutomaticAttempts": 3,
        "RetryAttemptSeconds": 300,
        "ExecutionControls": {"SsmControls": {"ConcurrentExecutionRatePercentage": 10, "ErrorPercentage": 10}},
    }
    assert config.put_remediation_configurations(RemediationConfigurations=[wanted])["FailedBatches"] == []
    names = ["closed", "another"]
    (found,) = config.describe_remediation_configurations(ConfigRuleNames=names)["RemediationConfigurations"]
    assert found.pop("Arn").startswith(f"arn:aws:config:{REGION}:123456789012:remediation-configuration/")
    assert found == wanted
    config.put_remediation_configurations(RemediationConfigurations=[wanted | {"MaximumAutomaticAttempts": 5}])
    (found,) = config.describe_remediation_configurations(ConfigRuleNames=names)["RemediationConfigurations"]
    assert found["MaximumAutomaticAttempts"] == 5
    config.delete_remediation_configuration(ConfigRuleName="closed")
    assert config.describe_remediation_configurations(ConfigRuleNames=names)["RemediationConfigurations"] == []
    with pytest.raises(ClientError, match="NoSuchRemediationConfigurationException"):
        config.delete_remediation_configuration(ConfigRuleName="closed")
    with pytest.raises(ClientError, match="NoSuchConfigRuleException"):
        config.put_remediation_configurations(RemediationConfigurations=[wanted | {"ConfigRuleName": "another"}])
