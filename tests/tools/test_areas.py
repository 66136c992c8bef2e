import pytest

from tests.support.synthesized import platform
from tools.areas import AREAS, area_of, resources_by_area

THREE = ("us-east-1", "us-west-2", "ap-south-1")


def planned(*addresses: str, alias: str = "eu-west-1") -> dict[str, object]:
    """A plan that creates these, all with the provider of one region."""
    return {
        "resource_changes": [
            {"address": address, "mode": "managed", "type": address.split(".")[0], "change": {"actions": ["create"]}}
            for address in addresses
        ],
        "configuration": {
            "provider_config": {"aws": {"alias": alias}},
            "root_module": {
                "resources": [
                    {"address": address.split("[")[0], "provider_config_key": "aws"} for address in set(addresses)
                ]
            },
        },
    }


@pytest.mark.parametrize(
    ("path", "area"),
    [
        ("platform/eu-west-1/network/vpc", "network"),
        ("platform/peering-eu-west-1-eu-west-2/Resource", "network"),
        ("platform/eu-west-2/database-backups-eu-west-1/Resource", "database"),
        ("platform/account/password-policy", "keys, roles"),
        ("platform/oversight/dashboard", "monitoring"),
        ("platform/eu-west-1/something-new/x", "something-new"),
    ],
)
def test_a_resource_belongs_to_the_area_whose_construct_made_it(path: str, area: str) -> None:
    assert area_of(path, regions=["eu-west-1", "eu-west-2"]) == area


def test_resources_are_counted_by_area_and_region_whatever_their_number_in_a_block() -> None:
    plan = planned("aws_vpc.a", "aws_subnet.b[0]", "aws_subnet.b[1]", "aws_thing.c")
    paths = {"aws_vpc": ("a", "network/vpc"), "aws_subnet": ("b", "network/x"), "aws_thing": ("c", "new/x")}
    configuration = {
        "resource": {
            kind: {name: {"//": {"metadata": {"path": f"platform/eu-west-1/{path}"}}}}
            for kind, (name, path) in paths.items()
        }
    }
    assert resources_by_area(plan, configuration) == {"network": {"eu-west-1": 3}, "new": {"eu-west-1": 1}}


def test_every_resource_of_the_platform_belongs_to_an_area_of_the_table() -> None:
    paths = {str(block.body["//"]["metadata"]["path"]) for block in platform(*THREE).all_resources()}
    assert {area_of(path, regions=THREE) for path in paths} == AREAS.keys()
