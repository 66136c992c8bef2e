from types import SimpleNamespace
from typing import Any, cast

import pytest

from modules.settings import Settings
from tests.support.region_sets import ONE, settings_of
from tools.seed import seed
from tools.target import Target


class Route53:
    """A Route 53 that holds zones."""

    def __init__(self, zones: list[tuple[str, bool]]) -> None:
        self.zones = zones

    def list_hosted_zones_by_name(self, **_: str) -> dict[str, Any]:
        return {"HostedZones": [{"Name": name, "Config": {"PrivateZone": private}} for name, private in self.zones]}

    def create_hosted_zone(self, **asked: str) -> None:
        self.zones.append((asked["Name"], False))


def seeded(*zones: tuple[str, bool], **entry: Any) -> list[tuple[str, bool]]:
    route53 = Route53(list(zones))
    settings = Settings.model_validate(settings_of(*ONE, domain="www.example.com", entry=entry))
    target = SimpleNamespace(settings=settings, clients=lambda _service, _region: route53)
    for _ in range(2):
        seed(cast("Target", target))
    return route53.zones


@pytest.mark.parametrize(("entry", "name"), [({}, "www.example.com."), ({"zone_name": "example.com"}, "example.com.")])
def test_zone_that_the_settings_expect_is_made_once(entry: dict[str, str], name: str) -> None:
    assert seeded(**entry) == [(name, False)]


def test_zone_that_is_there_stays_as_it_is() -> None:
    assert seeded(("www.example.com.", False)) == [("www.example.com.", False)]


def test_private_zone_and_zone_of_another_name_are_no_substitute() -> None:
    others = [("www.example.com.", True), ("www.example.com.au.", False)]
    assert seeded(*others) == [*others, ("www.example.com.", False)]


def test_zone_that_the_platform_makes_is_not_made_before() -> None:
    assert seeded(hosted_zone="managed") == []
