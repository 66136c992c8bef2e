import pytest

from tools.emulator import Emulator

pytestmark = pytest.mark.emulator
SETTING = "/ssm/documents/console/public-sharing-permission"


def test_a_setting_reads_back_by_its_id_and_its_arn_and_goes_back_to_the_default(emulator: Emulator) -> None:
    ssm = emulator.client("ssm", "eu-west-3")
    arn = f"arn:aws:ssm:eu-west-3:123456789012:servicesetting{SETTING}"
    before = ssm.get_service_setting(SettingId=SETTING)["ServiceSetting"]
    assert (before["SettingValue"], before["Status"], before["ARN"]) == ("Enable", "Default", arn)
    ssm.update_service_setting(SettingId=arn, SettingValue="Disable")
    for name in (SETTING, arn):
        after = ssm.get_service_setting(SettingId=name)["ServiceSetting"]
        assert (after["SettingValue"], after["Status"]) == ("Disable", "Customized")
    assert ssm.reset_service_setting(SettingId=arn)["ServiceSetting"]["SettingValue"] == "Enable"


def test_parameters_are_listed_with_their_arns(emulator: Emulator) -> None:
    ssm, name = emulator.client("ssm", "eu-west-3"), "/listed/one"
    ssm.put_parameter(Name=name, Value="1", Type="String")
    (found,) = ssm.describe_parameters(ParameterFilters=[{"Key": "Name", "Option": "Equals", "Values": [name]}])[
        "Parameters"
    ]
    assert found["ARN"] == ssm.get_parameter(Name=name)["Parameter"]["ARN"]
