import pytest

from tools.emulator import Emulator

pytestmark = pytest.mark.emulator

STANDARD = "arn:aws:securityhub:eu-west-2::standards/aws-foundational-security-best-practices/v/1.0.0"


def test_the_configuration_of_the_hub_reads_back(emulator: Emulator) -> None:
    hub = emulator.client("securityhub", "eu-west-2")
    hub.enable_security_hub(EnableDefaultStandards=False, ControlFindingGenerator="STANDARD_CONTROL")
    assert hub.describe_hub()["ControlFindingGenerator"] == "STANDARD_CONTROL"
    hub.update_security_hub_configuration(AutoEnableControls=False, ControlFindingGenerator="SECURITY_CONTROL")
    described = hub.describe_hub()
    assert (described["AutoEnableControls"], described["ControlFindingGenerator"]) == (False, "SECURITY_CONTROL")
    hub.disable_security_hub()
    hub.enable_security_hub()
    assert hub.describe_hub()["AutoEnableControls"] is True


def test_standards_are_subscribed_to_and_left(emulator: Emulator) -> None:
    hub = emulator.client("securityhub", "eu-west-2")
    (enabled,) = hub.batch_enable_standards(StandardsSubscriptionRequests=[{"StandardsArn": STANDARD}])[
        "StandardsSubscriptions"
    ]
    arn = enabled["StandardsSubscriptionArn"]
    assert arn.endswith(":123456789012:subscription/aws-foundational-security-best-practices/v/1.0.0")
    (found,) = hub.get_enabled_standards(StandardsSubscriptionArns=[arn])["StandardsSubscriptions"]
    assert (found["StandardsArn"], found["StandardsStatus"]) == (STANDARD, "READY")
    hub.batch_disable_standards(StandardsSubscriptionArns=[arn])
    assert hub.get_enabled_standards(StandardsSubscriptionArns=[arn])["StandardsSubscriptions"] == []
