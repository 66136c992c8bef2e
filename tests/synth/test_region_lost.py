"""The platform without a region that is lost, and with its state elsewhere."""

from __future__ import annotations

import json
import re

from modules.settings.regions import METRICS_OF_ROUTE_53
from tests.support.databases import DATA
from tests.support.otherwise import TWO_OTHERWISE
from tests.support.region_sets import SWITCHED, THREE, TWO
from tests.support.synthesized import platform
from tools.region_lost.surgery import GLOBAL, ONCE

EAST, WEST, SOUTH = THREE
HASH = re.compile(r"_[0-9A-F]{8}$")
#: Without the home region, and one replica that has lost its source.
LOST = {
    "lost_regions": [EAST],
    "name_region": EAST,
    "database": {"instances": {SOUTH: {"of": EAST}}},
}


def test_nothing_is_made_in_a_lost_region_and_names_stay() -> None:
    stack = platform(WEST, SOUTH, **LOST).json
    assert {each["alias"] for each in stack["provider"]["aws"]} == {WEST, SOUTH}
    assert EAST == METRICS_OF_ROUTE_53
    resources = stack["resource"]
    names = [body["name"] for body in resources["aws_secretsmanager_secret"].values()]
    assert sorted(names) == [f"PROD-secret-test-{which}-{EAST}" for which in ("application", "database")]
    assert f"PROD-dynamodb-test-sessions-{EAST}" in {body["name"] for body in resources["aws_dynamodb_table"].values()}
    (dashboard,) = resources["aws_cloudwatch_dashboard"].values()
    assert dashboard["dashboard_name"].endswith(EAST)


def test_every_region_that_is_left_can_be_left_as_well() -> None:
    """A lost region keeps no journal: the record of a further failover could not be written there."""
    checks = platform(WEST, SOUTH, **LOST).json["resource"]["aws_route53_health_check"].values()
    held = {body["cloudwatch_alarm_region"] for body in checks if body["type"] == "CLOUDWATCH_METRIC"}
    assert held == {WEST, SOUTH}


def test_a_replica_of_a_lost_instance_keeps_its_source() -> None:
    instances = platform(WEST, SOUTH, **LOST).json["resource"]["aws_db_instance"]
    (source,) = [body["replicate_source_db"] for body in instances.values() if body.get("replicate_source_db")]
    assert source.startswith(f"arn:aws:rds:{EAST}:")
    assert source.endswith(f":db:prod-rds-test-main-{EAST}")


def test_what_the_new_home_region_makes_has_no_data_that_was_elsewhere() -> None:
    """What is only in the home region and holds data becomes its copy; everything else may be made again."""
    before = addresses(platform(*THREE, database=SWITCHED).json)
    after = addresses(platform(WEST, SOUTH, **LOST).json)
    new = {address for address in after if address not in before}
    for address in new:
        kind, _, name = address.partition(".")
        if kind in DATA:
            assert kind in ONCE
            assert any(HASH.sub("", each) == f"{kind}.{HASH.sub('', name).replace(WEST, EAST, 1)}" for each in before)


def test_what_has_another_provider_is_global_or_made_anew() -> None:
    before = addresses(platform(*THREE, database=SWITCHED).json)
    after = addresses(platform(WEST, SOUTH, **LOST).json)
    changed = {address for address in before if before[address] == f"aws.{EAST}" and address in after}
    regional = {HASH.sub("", each) for each in changed if not each.startswith(GLOBAL)}
    assert regional == {"aws_config_configuration_aggregator.oversight_configuration_aggregator"}


def test_the_state_elsewhere_has_no_lock_table() -> None:
    here, there = (platform(*TWO, **more).json["terraform"]["backend"]["s3"] for more in ({}, TWO_OTHERWISE))
    home, replica = TWO
    assert there["region"] == replica
    assert there["kms_key_id"].endswith(replica)
    assert "dynamodb_table" not in there
    assert here["dynamodb_table"].endswith(home)
    assert json.dumps(here["key"]) == json.dumps(there["key"])


def addresses(document: dict[str, dict[str, dict[str, dict[str, str]]]]) -> dict[str, str]:
    return {
        f"{kind}.{name}": body.get("provider", "")
        for kind, blocks in document["resource"].items()
        for name, body in blocks.items()
    }
