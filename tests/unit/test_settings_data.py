"""The tables of the settings, held to what others keep of AWS."""

from __future__ import annotations

import json

import botocore.loaders

from modules.settings.compute import architecture_of
from modules.settings.instance_types import SIZES_OF
from modules.settings.postgres import MINOR_VERSIONS
from modules.settings.postgres import SIZES_OF as DATABASE_SIZES
from tests.support.packages import folder_of

RULES_OF_RDS = folder_of("cfnlint") / "data/schemas/extensions/aws_rds_dbinstance"


def test_instance_types_are_those_that_botocore_lists_but_for_macs() -> None:
    listed = botocore.loaders.Loader().load_service_model("ec2", "service-2")["shapes"]["InstanceType"]["enum"]
    ours = {f"{family}.{size}" for family, sizes in SIZES_OF.items() for size in sizes}
    assert ours == {one for one in listed if not one.startswith("mac")}
    assert {architecture_of(one) for one in ours} == {"arm64", "x86_64"}


def test_database_classes_are_those_that_others_list_but_for_old_ones() -> None:
    old = {"m1", "m2", "m3", "m4", "r3", "r4", "t1", "t2"}
    rules = json.loads((RULES_OF_RDS / "dbinstanceclass_enum.json").read_text())
    listed = {
        one
        for region in rules.values()
        for rule in region["allOf"]
        if "postgres" in json.dumps(rule["if"]["properties"]["Engine"]).split('"')
        for one in rule["then"]["properties"]["DBInstanceClass"]["enum"]
    }
    ours = {f"db.{family}.{size}" for family, sizes in DATABASE_SIZES.items() for size in sizes}
    assert ours == {one for one in listed if one.split(".")[1] not in old}


def test_minor_versions_are_those_that_others_list() -> None:
    rules = json.loads((RULES_OF_RDS / "engine_version.json").read_text())["allOf"]
    (listed,) = [
        rule["then"]["properties"]["EngineVersion"]["enum"]
        for rule in rules
        if rule["if"]["properties"]["Engine"].get("const") == "postgres"
    ]
    for major, (first, newest) in MINOR_VERSIONS.items():
        minors = [int(one.split(".")[1]) for one in listed if one.startswith(f"{major}.") and "-" not in one]
        assert (min(minors), max(minors)) == (first, newest), major
