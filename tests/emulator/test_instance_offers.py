import pytest

from tools.emulator import Emulator

pytestmark = pytest.mark.emulator

FILTER = {"Name": "instance-type", "Values": ["m6g.large"]}


@pytest.mark.parametrize("region", ["eu-west-1", "ap-east-2", "ap-southeast-7", "mx-central-1"])
def test_every_zone_of_a_region_offers_the_default_instance_type(emulator: Emulator, region: str) -> None:
    ec2 = emulator.client("ec2", region)
    zones = [zone["ZoneName"] for zone in ec2.describe_availability_zones()["AvailabilityZones"]]
    offers = ec2.describe_instance_type_offerings(LocationType="availability-zone", Filters=[FILTER])
    assert sorted(one["Location"] for one in offers["InstanceTypeOfferings"]) == sorted(zones)


def test_the_old_zone_offers_no_instance_type_of_today(emulator: Emulator) -> None:
    ec2 = emulator.client("ec2", "us-east-1")
    (old,) = ec2.describe_availability_zones(ZoneIds=["use1-az3"])["AvailabilityZones"]
    offers = ec2.describe_instance_type_offerings(LocationType="availability-zone", Filters=[FILTER])
    assert old["ZoneName"] not in {one["Location"] for one in offers["InstanceTypeOfferings"]}
