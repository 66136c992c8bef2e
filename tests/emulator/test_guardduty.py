import pytest

from tools.emulator import Emulator

pytestmark = pytest.mark.emulator
REGION = "eu-west-3"


def test_tags_of_a_detector_change_and_go(emulator: Emulator) -> None:
    guardduty = emulator.client("guardduty", REGION)
    detector = guardduty.create_detector(Enable=True, Tags={"Owner": "one", "Kept": "yes"})["DetectorId"]
    arn = f"arn:aws:guardduty:{REGION}:123456789012:detector/{detector}"
    guardduty.tag_resource(ResourceArn=arn, Tags={"Owner": "two", "Passing": "soon"})
    guardduty.untag_resource(ResourceArn=arn, TagKeys=["Passing"])
    assert guardduty.get_detector(DetectorId=detector)["Tags"] == {"Owner": "two", "Kept": "yes"}
