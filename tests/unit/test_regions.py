"""The table of regions, held to the data that others keep, and what settings make of it."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from modules.settings import Settings, SettingsError, load_settings
from modules.settings.region_table import (
    OLD_ZONES,
    REFUSED_BY_BACKEND,
    REFUSED_BY_PROVIDER,
    REGIONS,
    WITHOUT_EC2MESSAGES,
    WITHOUT_M7G_DATABASES,
    WITHOUT_RESTORE_TESTING,
)
from modules.settings.regions import REGIONS_OF_TWO_ZONES, REGIONS_THAT_LACK_RULES, is_zone_of
from tests.support.packages import folder_of, zones_of_accounts
from tests.support.region_sets import settings_of, write_settings

SCHEMAS = folder_of("cfnlint") / "data/schemas"


def load(folder: Path, *regions: str, **more: Any) -> Settings:
    return load_settings(write_settings(folder, settings_of(*regions, **more)), {})


def faults(folder: Path, *regions: str, **more: Any) -> list[str]:
    with pytest.raises(SettingsError) as caught:
        load(folder, *regions, **more)
    return str(caught.value).splitlines()


def kept(region: str) -> set[str]:
    """Kinds of resources that there are in a region; none if that is not known."""
    file = SCHEMAS / "providers" / f"{region}.json"
    return set(json.loads(file.read_text())) if file.exists() else set()


def without(kind: str) -> set[str]:
    return {region for region in REGIONS if (known := kept(region)) and kind not in known}


def test_database_classes_are_where_others_say_that_they_are() -> None:
    rules = json.loads((SCHEMAS / "extensions/aws_rds_dbinstance/dbinstanceclass_enum.json").read_text())
    classes = {region: _of_postgresql(rules[region]["allOf"]) for region in REGIONS & rules.keys()}
    assert len(classes) > 30
    assert {one for one, found in classes.items() if "db.m7g.large" not in found} == WITHOUT_M7G_DATABASES
    assert all("db.m6g.large" in found for found in classes.values())


def _of_postgresql(rules: list[dict[str, Any]]) -> set[str]:
    chosen = [rule for rule in rules if "postgres" in json.dumps(rule["if"]["properties"]["Engine"]).split('"')]
    return {one for rule in chosen for one in rule["then"]["properties"]["DBInstanceClass"]["enum"]}


def test_services_are_where_others_say_that_they_are() -> None:
    assert without("AWS::Backup::RestoreTestingPlan") == WITHOUT_RESTORE_TESTING


@pytest.mark.parametrize(
    "kind", ["AWS::WAFv2::WebACL", "AWS::GuardDuty::Detector", "AWS::SecurityHub::Hub", "AWS::KMS::ReplicaKey"]
)
def test_what_every_region_needs_is_in_every_region(kind: str) -> None:
    assert without(kind) == set()


def row(region: str) -> str:
    """What docs/network.md says of a region."""
    cells = [
        f"`{region}`",
        "no" if region in REFUSED_BY_BACKEND else "yes",
        "`db.m6g.large`" if region in WITHOUT_M7G_DATABASES else "`db.m7g.large`",
        "2" if region in REGIONS_OF_TWO_ZONES else "3",
        "in `configuration.skip_rules`" if region in REGIONS_THAT_LACK_RULES else "all",
        "no" if region in WITHOUT_RESTORE_TESTING else "yes",
        "no" if region in WITHOUT_EC2MESSAGES else "yes",
    ]
    return f"| {' | '.join(cells)} |"


def test_the_page_has_a_row_of_every_region_and_names_those_that_are_refused(root: Path) -> None:
    page = (root / "docs/network.md").read_text(encoding="utf-8")
    rows = [line for line in page.splitlines() if re.match(r"\| `[a-z]{2}-[a-z]+-\d`", line)]
    assert rows == [row(region) for region in sorted(REGIONS)]
    assert f"{', '.join(f'`{region}`' for region in sorted(REFUSED_BY_PROVIDER))} are rejected" in page


def test_the_default_instance_type_is_in_every_region() -> None:
    types = json.loads((SCHEMAS / "extensions/aws_ec2_instance/instancetype_enum.json").read_text())
    assert [region for region in REGIONS if "m6g.large" not in types[region]["enum"]] == []


def test_the_lists_are_of_known_regions() -> None:
    lists = (REFUSED_BY_BACKEND, WITHOUT_EC2MESSAGES, WITHOUT_M7G_DATABASES, OLD_ZONES.keys())
    assert all(one <= REGIONS for one in lists)
    assert not REGIONS & REFUSED_BY_PROVIDER


def test_names_and_ids_of_zones_are_told_to_be_of_their_region() -> None:
    seen = zones_of_accounts()
    for region in REGIONS:
        zones = seen[region]
        assert all(is_zone_of(zone.name, region) and is_zone_of(zone.zone_id, region) for zone in zones)
        assert all(is_zone_of(zone, region) for zone in OLD_ZONES.get(region, ()))
        others = {zone.zone_id for other in REGIONS - {region} for zone in seen[other]}
        assert not [zone for zone in others if is_zone_of(zone, region)]


def test_the_default_class_of_databases_follows_from_the_region(tmp_path: Path) -> None:
    settings = load(tmp_path, "us-east-1", "af-south-1").database
    assert [settings.class_in(region) for region in ("us-east-1", "af-south-1")] == ["db.m7g.large", "db.m6g.large"]
    stated = load(tmp_path, "af-south-1", database={"instance_class": "db.r6g.large"}).database
    assert stated.class_in("af-south-1") == "db.r6g.large"


def test_rejects_a_home_region_that_the_backend_does_not_know(tmp_path: Path) -> None:
    rules = {"configuration": {"skip_rules": {"ap-east-2": []}}}
    (fault,) = faults(tmp_path, "ap-east-2", "us-east-1", **rules)
    assert fault.startswith("primary_region: the state would lie there")
    instances = {"us-east-1": {"role": "replica", "of": "ap-east-2"}, "ap-east-2": {"role": "writer"}}
    more = rules | {"home_region": "us-east-1", "database": {"instances": instances}}
    assert load(tmp_path, "ap-east-2", "us-east-1", **more).home == "us-east-1"


def test_rejects_what_a_region_does_not_have(tmp_path: Path) -> None:
    rules = {"configuration": {"skip_rules": {"ap-southeast-5": []}}}
    (fault,) = faults(tmp_path, "us-east-1", "ap-southeast-5", **rules, backup={"restore_testing": "true"})
    assert fault.startswith("backup.restore_testing: AWS Backup has no restore testing in ap-southeast-5")
    endpoints = {"interface_endpoints": ["ssm", "ec2messages"]}
    (fault,) = faults(tmp_path, "us-east-1", "ap-southeast-5", **rules, network=endpoints)
    assert fault.startswith("network.interface_endpoints: ap-southeast-5 has no endpoint of this service")


def test_given_zones_count_where_they_are_given(tmp_path: Path) -> None:
    zones = {"us-east-1": ["use1-az1", "use1-az2"]}
    settings = load(tmp_path, "us-east-1", "us-west-2", network={"zones": zones}, compute={"min_size": "4"})
    assert [settings.network.zone_count(region) for region in settings.regions] == [2, 3]
