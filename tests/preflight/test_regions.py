from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from tests.support.aws_answers import NOW, REGION, ask, settings, stack
from tools.preflight import Severity
from tools.preflight.session import session_end
from tools.preflight.stacks import Held

ZONES = [
    {"ZoneName": f"{REGION}{letter}", "ZoneId": f"euw1-az{number}"} for number, letter in enumerate("abcd", start=1)
]


def network(**source: Any) -> dict[str, Any]:
    subnets = [{"availability_zone": f"${{element(data.zones.names, {index % 3})}}"} for index in range(9)]
    made = stack(aws_subnet=subnets, aws_autoscaling_group=[{}], aws_launch_template=[{"instance_type": "m6g.large"}])
    return made | {"data": {"aws_availability_zones": {"zones": {"provider": f"aws.{REGION}"} | source}}}


def zones(*, excluded: int = 0) -> dict[str, Any]:
    def answer(_region: str, **question: Any) -> dict[str, Any]:
        assert {"Name": "state", "Values": ["available"]} in question["Filters"]
        return {"AvailabilityZones": ZONES[: len(ZONES) - excluded]}

    return {"ec2.describe_availability_zones": answer}


@pytest.mark.parametrize(
    ("status", "stops"), [("opt-in-not-required", False), ("opted-in", False), ("not-opted-in", True)]
)
def test_a_region_that_the_account_has_not_opted_in_to_stops(*, status: str, stops: bool) -> None:
    answers = {"ec2.describe_regions": {"Regions": [{"RegionName": REGION, "OptInStatus": status}]}}
    findings = ask("regions opted in", answers)
    assert [one.paste for one in findings] == (
        [(f"aws account enable-region --region-name {REGION}",)] if stops else []
    )


def test_the_region_of_the_state_s_replica_counts_as_well() -> None:
    answers = {"ec2.describe_regions": {"Regions": [{"RegionName": "af-south-1", "OptInStatus": "not-opted-in"}]}}
    made = stack(aws_s3_bucket=[{"provider": "aws.af-south-1"}])
    (finding,) = ask("regions opted in", answers, made)
    assert "af-south-1" in finding.what


def test_as_many_zones_as_subnets_lie_in_have_to_be_seen() -> None:
    assert ask("Availability Zones", zones(excluded=1), network()) == []
    (finding,) = ask("Availability Zones", zones(excluded=2), network())
    assert finding.paste == ("network: {availability_zones: 2}",)


def test_zones_that_the_platform_leaves_out_do_not_count() -> None:
    assert ask("Availability Zones", zones(), network(exclude_zone_ids=["euw1-az1"])) == []
    (finding,) = ask("Availability Zones", zones(excluded=1), network(exclude_zone_ids=["euw1-az1"]))
    assert "2 Availability Zones" in finding.what


def offers(**by_type: str) -> dict[str, Any]:
    found = [
        {"InstanceType": kind.replace("_", "."), "Location": f"{REGION}{letter}"}
        for kind, letters in by_type.items()
        for letter in letters
    ]
    return zones() | {"ec2.describe_instance_type_offerings": {"InstanceTypeOfferings": found}}


def test_every_zone_in_use_has_to_offer_an_instance_type() -> None:
    check = "instance types by zone"
    assert ask(check, offers(m6g_large="abc"), network()) == []
    (finding,) = ask(check, offers(m6g_large="acd"), network())
    assert finding.severity is Severity.STOPS
    assert f"zone {REGION}b (euw1-az2) does not offer m6g.large" in finding.what


def test_one_of_several_instance_types_may_lack() -> None:
    overrides = {"override": [{"instance_type": "m6g.large"}, {"instance_type": "m7g.large"}]}
    made = network()
    made["resource"]["aws_autoscaling_group"]["aws_autoscaling_group-1"]["mixed_instances_policy"] = {
        "launch_template": overrides
    }
    (finding,) = ask("instance types by zone", offers(m6g_large="abc", m7g_large="ab"), made)
    assert finding.severity is Severity.WARNS
    assert "does not offer m7g.large" in finding.what


@pytest.mark.parametrize(("minutes", "stands", "told"), [(179, False, True), (181, False, False), (61, True, False)])
def test_a_session_has_to_last_for_a_deployment(*, minutes: int, stands: bool, told: bool) -> None:
    state = Held(addresses=frozenset({"aws_vpc.x"} if stands else ()))
    findings = ask("session", {}, session_end=lambda: NOW + timedelta(minutes=minutes), held=state)
    assert [one.severity for one in findings] == ([Severity.WARNS] if told else [])


def test_credentials_that_are_renewed_or_do_not_say_have_no_end() -> None:
    assert session_end(SimpleNamespace(method="env", _expiry_time=NOW)) == NOW
    assert session_end(SimpleNamespace(method="env")) is None
    assert session_end(SimpleNamespace(method="assume-role", _expiry_time=NOW)) is None
    assert session_end(None) is None
    assert ask("session", {}) == []


def test_end_of_credentials_is_where_botocore_keeps_it(monkeypatch: pytest.MonkeyPatch) -> None:
    import boto3  # noqa: PLC0415 - after the environment is set

    end = NOW + timedelta(days=3650)
    for name, value in {
        "ACCESS_KEY_ID": "A",
        "SECRET_ACCESS_KEY": "B",
        "CREDENTIAL_EXPIRATION": end.isoformat(),
    }.items():
        monkeypatch.setenv(f"AWS_{name}", value)
    assert session_end(boto3.Session().get_credentials()) == end


VERSIONS = {
    "rds.describe_db_engine_versions": {"DBEngineVersions": [{"EngineVersion": "17.9"}, {"EngineVersion": "17.10"}]}
}


@pytest.mark.parametrize(("version", "stops"), [("17", False), ("17.9", False), ("17.15", True), ("16", True)])
def test_version_of_the_database_has_to_exist(*, version: str, stops: bool) -> None:
    findings = ask(
        "database version", VERSIONS, stack(aws_db_instance=1), settings=settings(database={"version": version})
    )
    assert [one.severity for one in findings] == ([Severity.STOPS] if stops else [])


INSTANCE = {"instance_class": "db.m7g.large", "storage_type": "gp3", "multi_az": True}


@pytest.mark.parametrize(
    ("option", "severity"),
    [
        ({}, None),
        ({"AvailabilityZones": [{"Name": f"{REGION}a"}, {"Name": f"{REGION}b"}]}, Severity.WARNS),
        ({"AvailabilityZones": []}, Severity.STOPS),
        ({"MultiAZCapable": False}, Severity.STOPS),
        ({"StorageType": "gp2"}, Severity.STOPS),
    ],
)
def test_class_of_the_database_has_to_be_offered_as_it_is_wanted(
    option: dict[str, Any], severity: Severity | None
) -> None:
    def answer(_region: str, **question: Any) -> dict[str, Any]:
        assert question["EngineVersion"] == "17.10"
        everywhere = [{"Name": zone["ZoneName"]} for zone in ZONES]
        offered = {"StorageType": "gp3", "MultiAZCapable": True, "AvailabilityZones": everywhere} | option
        return {"OrderableDBInstanceOptions": [offered]}

    made = network()
    made["resource"] |= stack(aws_db_instance=[INSTANCE])["resource"]
    answers = VERSIONS | zones() | {"rds.describe_orderable_db_instance_options": answer}
    findings = ask("database class by zone", answers, made)
    assert [one.severity for one in findings] == ([severity] if severity else [])


@pytest.mark.parametrize("supported", [True, False])
def test_backups_are_replicated_between_regions_that_rds_pairs(*, supported: bool) -> None:
    def answer(region: str, **question: Any) -> dict[str, Any]:
        assert (region, question["RegionName"]) == (REGION, "us-east-2")
        pair = {"RegionName": "us-east-2", "SupportsDBInstanceAutomatedBackupsReplication": supported}
        return {"SourceRegions": [pair]}

    made = stack(
        aws_db_instance=[{"provider": "aws.us-east-2"}],
        aws_db_instance_automated_backups_replication=[
            {"source_db_instance_arn": "${aws_db_instance.aws_db_instance-1.arn}"}
        ],
    )
    findings = ask("replication of database backups", {"rds.describe_source_regions": answer}, made)
    assert [one.severity for one in findings] == ([] if supported else [Severity.STOPS])
    for one in findings:
        assert "from us-east-2 to eu-west-1" in one.what
