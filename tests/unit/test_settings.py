from __future__ import annotations

import importlib
import inspect
import pkgutil
from pathlib import Path
from typing import Any

import pytest

from modules import settings as package
from modules.settings import Settings, SettingsError, load_settings
from modules.settings.regions import known_regions, zone_count
from modules.settings.rules import RULES
from tests.support.packages import zones_of_accounts
from tests.support.region_sets import EIGHT_KEYS, write_settings

PEER = {"vpc_id": "vpc-0123456789abcdef0", "cidrs": ["10.200.0.0/20"]}


def load(folder: Path, **changes: Any) -> Settings:
    content = {key: value for key, value in (EIGHT_KEYS | changes).items() if value is not ...}
    return load_settings(write_settings(folder, content), {})


def faults_of(path: Path, environ: dict[str, str] | None = None) -> list[str]:
    with pytest.raises(SettingsError) as caught:
        load_settings(path, environ or {})
    return str(caught.value).splitlines()


def faults(folder: Path, **changes: Any) -> list[str]:
    content = {key: value for key, value in (EIGHT_KEYS | changes).items() if value is not ...}
    return faults_of(write_settings(folder, content))


def test_eight_keys_are_a_complete_file(tmp_path: Path) -> None:
    settings = load(tmp_path)
    assert settings.regions == ("us-east-1", "us-west-2", "ap-south-1")
    assert settings.network.nat_gateways == "per-az"
    assert settings.network.availability_zones == 3
    assert settings.logs.retention_days == 365


def test_shipped_settings_are_sound(root: Path) -> None:
    assert load_settings(root / "config/prod.yaml", {}).regions == ("us-east-1", "us-west-2", "ap-south-1")


def test_environment_suffix_of_the_environment_wins(tmp_path: Path) -> None:
    path = write_settings(tmp_path, EIGHT_KEYS)
    assert load_settings(path, {"ENVIRONMENT_SUFFIX": "pr42"}).environment_suffix == "pr42"


def test_rejects_an_environment_suffix_of_the_environment_that_is_no_name(tmp_path: Path) -> None:
    (fault,) = faults_of(write_settings(tmp_path, EIGHT_KEYS), {"ENVIRONMENT_SUFFIX": "PR_42"})
    assert fault.startswith("ENVIRONMENT_SUFFIX: not a short lower-case name, got 'PR_42', allowed: ")


def test_texts_stay_what_the_file_says(tmp_path: Path) -> None:
    path = tmp_path / "settings.yaml"
    lines = [f"{key}: {value}" for key, value in EIGHT_KEYS.items() if key not in {"cost_center", "owner"}]
    path.write_text("\n".join([*lines, "cost_center: 0042", "owner: no", "account_id: 012345678901"]))
    settings = load_settings(path, {})
    assert (settings.cost_center, settings.owner, settings.account_id) == ("0042", "no", "012345678901")


def test_reports_every_fault_at_once_with_path_value_and_what_is_allowed(tmp_path: Path) -> None:
    found = faults(
        tmp_path,
        owner=...,
        environment_suffix="Main",
        regions=["us-east-1", "us-esat-1", "us-east-1"],
        primary_region="eu-west-1",
        domian="example.org",
        network={"nat_gateways": "some", "cidr": "10.0.0.0/8"},
    )
    paths = [fault.split(":")[0] for fault in found]
    assert sorted(paths) == [
        "domian",
        "environment_suffix",
        "network.nat_gateways",
        "owner",
        "primary_region",
        "regions[1]",
        "regions[2]",
    ]
    assert all(", got " in fault and ", allowed: " in fault for fault in found)
    assert "unknown key (did you mean 'domain'?)" in "".join(found)


def test_one_faulty_item_of_a_list_is_one_fault(tmp_path: Path) -> None:
    (fault,) = faults(tmp_path, regions=["us-esat-1"], primary_region=...)[:-1]
    assert fault.startswith("regions[0]: unknown AWS region")


REJECTED: list[tuple[dict[str, Any], str]] = [
    ({"regions": []}, "regions: an empty list, got [], allowed: one or more AWS regions"),
    ({"regions": "us-east-1"}, "regions: not a list, got 'us-east-1'"),
    ({"regions": ["us-east-1", "us-gov-west-1"]}, "regions[1]: a region of another partition"),
    ({"regions": ["us-east-1", "sa-west-1"]}, "regions[1]: a region that AWS has and that AWS provider 5.100.0"),
    ({"account_id": "12345678901\u0662"}, "account_id: not an AWS account id"),
    ({"environment_suffix": "a-very-long-suffix"}, "environment_suffix: not a short lower-case name"),
    ({"environment_suffix": "a--b"}, "environment_suffix: not a short lower-case name"),
    ({"environment_suffix": ""}, "environment_suffix: not a short lower-case name, got ''"),
    ({"environment": "production-europe"}, "environment: not an environment's name"),
    ({"owner": "a${b}"}, "owner: Terraform would interpolate it, got 'a${b}'"),
    ({"project": "%{if true}x%{endif}"}, "project: Terraform would interpolate it"),
    ({"owner": "x" * 257}, "owner: not a tag value"),
    ({"domain": "https://example.com"}, "domain: not a public DNS name"),
    ({"domain": "localhost"}, "domain: not a public DNS name"),
    ({"account_id": "1234"}, "account_id: not an AWS account id"),
    ({"network": {"cidr": "10.0.0.1/8"}}, "network.cidr: not an IPv4 network"),
    ({"network": {"cidr": "8.0.0.0/8"}}, "network.cidr: not a private network"),
    ({"network": {"cidr": "10.0.0.0/16"}}, "network.cidr: 10.0.0.0/16 holds 1 blocks of /16, too few"),
    ({"network": {"cidr": "10.0.0.0/20"}}, "network.cidr: 10.0.0.0/20 holds 0 blocks of /16, too few"),
    ({"network": {"vpc_prefix_length": 24}}, "network.vpc_prefix_length: not allowed, got '24'"),
    ({"network": {"region_cidrs": {"us-east-1": "10.4.0.0/16"}}}, "network.region_cidrs.us-east-1: us-east-1 (10"),
    ({"network": {"region_cidrs": {"us-east-1": "10.4.0.0/24"}}}, "network.region_cidrs.us-east-1: not a size"),
    ({"network": {"region_cidrs": {"eu-west-1": "10.4.0.0/16"}}}, "network.region_cidrs.eu-west-1: not one of"),
    (
        {"network": {"region_cidrs": {"us-east-1": "10.200.0.0/16"}, "reserved_cidrs": ["10.200.128.0/20"]}},
        "network.reserved_cidrs[0]: the VPC of us-east-1 (10.200.0.0/16) overlaps it, got '10.200.128.0/20'",
    ),
    ({"network": {"reserved_cidrs": ["10.0.0.1/8"]}}, "network.reserved_cidrs[0]: not an IPv4 network"),
    (
        {"network": {"region_cidrs": {"us-east-1": "10.200.0.0/16"}, "peers": {"us-west-2": [PEER]}}},
        "network.peers.us-west-2[0].cidrs: the VPC of us-east-1 (10.200.0.0/16) overlaps it",
    ),
    ({"network": {"peers": {"eu-west-1": [PEER]}}}, "network.peers.eu-west-1: not one of the regions"),
    ({"network": {"peers": {"us-east-1": [PEER, PEER]}}}, "network.peers.us-east-1[1].vpc_id: listed twice"),
    (
        {"network": {"peers": {"us-east-1": [PEER, PEER | {"vpc_id": "vpc-01234567"}]}}},
        "network.peers.us-east-1[1].cidrs: vpc-0123456789abcdef0 overlaps it",
    ),
    ({"network": {"peers": {"us-east-1": [PEER | {"vpc_id": "mine"}]}}}, "network.peers.us-east-1[0].vpc_id: not the"),
    ({"network": {"peers": {"us-east-1": [PEER | {"cidrs": []}]}}}, "network.peers.us-east-1[0].cidrs: an empty"),
    ({"network": {"availability_zones": 1}}, "network.availability_zones: not allowed, got '1'"),
    ({"network": {"interface_endpoints": ["kinesis"]}}, "network.interface_endpoints[0]: no service that an endpoint"),
    ({"network": {"readable_buckets": ["Upper"]}}, "network.readable_buckets[0]: not the name of a bucket"),
    (
        {"network": {"zones": {"us-east-1": ["a", "us-east-1b"]}}},
        "network.zones.us-east-1[0]: not an Availability Zone",
    ),
    ({"network": {"zones": {"us-east-1": ["us-east-1a"]}}}, "network.zones.us-east-1: not two to six zones"),
    ({"network": {"zones": {"us-east-1": ["use1-az1"] * 2}}}, "network.zones.us-east-1: not two to six zones"),
    ({"network": {"zones": {"us-east-1": ["use1-az1", "usw2-az2"]}}}, "network.zones.us-east-1[1]: not a zone of"),
    ({"network": {"zones": {"us-east-1": ["use1-az1", "us-east-1b"]}}}, "network.zones.us-east-1: names and ids"),
    ({"network": {"zones": {"eu-west-1": ["euw1-az1", "euw1-az2"]}}}, "network.zones.eu-west-1: not one of the"),
    ({"network": "none"}, "network: not a mapping, got 'none'"),
    (
        {"compute": {"carried_instances": 2}},
        "compute.carried_instances: a key of an earlier version, got '2', allowed: compute.surviving_instances in its",
    ),
    (
        {"alerts": {"delivery": "central"}},
        "alerts.delivery: a key of an earlier version, got 'central', allowed: nothing",
    ),
    ({"network": {"nat_gatways": "none"}}, "network.nat_gatways: unknown key (did you mean 'nat_gateways'?)"),
    ({"logs": {"retention_days": 366}}, "logs.retention_days: not a retention of CloudWatch Logs, got '366'"),
    ({"keys": {"deletion_window_days": 31}}, "keys.deletion_window_days: not allowed, got '31'"),
    ({"identity": {"permissions_boundary": "x"}}, "identity.permissions_boundary: not the ARN of a managed policy"),
    ({"findings": {"guardduty": "existant"}}, "findings.guardduty: not one of the choices, got 'existant'"),
    (
        {"findings": {"inspector": {"us-east-1": "of"}}},
        "findings.inspector.us-east-1: not one of the choices, got 'of'",
    ),
    ({"findings": {"inspector": {"eu-west-1": "off"}}}, "findings.inspector.eu-west-1: not one of the regions"),
    ({"account": {"access_analyzer": {"mars": "existing"}}}, "account.access_analyzer.mars: unknown AWS region"),
    ({"account": {"ebs_encryption": {"eu-west-1": "existing"}}}, "account.ebs_encryption.eu-west-1: not one of the"),
    ({"account": {"password_policy": {"us-east-1": "existing"}}}, "account.password_policy: not one of the choices"),
    ({"configuration": {"recorder": {"us-east-1": "off"}}}, "configuration.recorder.us-east-1: not one of the choices"),
    ({"configuration": {"recorder": {"eu-west-1": "existing"}}}, "configuration.recorder.eu-west-1: not one of the"),
    ({"state": {"replica_region": "us-east-1"}}, "state.replica_region: the state itself lies there"),
    ({"primary_region": ["us-east-1"]}, "primary_region: not a text, got ['us-east-1']"),
    ({"home_region": ["us-east-1"]}, "home_region: not a text, got ['us-east-1']"),
    ({"alerts": {"page": [{"protocol": ["email"], "endpoint": "a@b.example"}]}}, "alerts.page[0].protocol: not one of"),
]


@pytest.mark.parametrize(("changes", "expected"), REJECTED)
def test_rejects(tmp_path: Path, changes: dict[str, Any], expected: str) -> None:
    """Values reach the loader as text, because a settings file is written as YAML first."""
    (fault,) = faults(tmp_path, **changes)
    assert fault.startswith(expected)


def test_every_rule_is_in_the_list_of_rules_once() -> None:
    """A rule is a public function that takes a ``Draft``, in whatever module of the settings."""
    modules = [
        importlib.import_module(f"{package.__name__}.{found.name}") for found in pkgutil.iter_modules(package.__path__)
    ]
    rules = {
        function
        for module in modules
        for name, function in inspect.getmembers(module, inspect.isfunction)
        if not name.startswith("_") and function.__annotations__.get("draft") == "Draft"
    }
    assert len(rules) > 40
    assert len(RULES) == len(set(RULES))
    assert set(RULES) == rules


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"", "an empty file, got nothing, allowed: a mapping"),
        (b"- a\n- b\n", "not a mapping but a list"),
        (b"hello", "not a mapping but a text, got 'hello'"),
        (b"a: [1, 2\n", "not YAML"),
        (b"a: 1\na: 2\n", "settings.yaml:2:1: key 'a' stands twice, got 'a: 2'"),
        (b"\xff\xfe\x00", "not a text in UTF-8"),
    ],
)
def test_rejects_a_file_that_is_no_mapping(tmp_path: Path, content: bytes, expected: str) -> None:
    path = tmp_path / "settings.yaml"
    path.write_bytes(content)
    (fault,) = faults_of(path)
    assert str(path) in fault
    assert expected in fault


def test_rejects_a_missing_file(tmp_path: Path) -> None:
    (fault,) = faults_of(tmp_path / "none.yaml")
    assert "none.yaml: cannot be read (No such file or directory)" in fault


def test_fault_is_one_line_whatever_the_value(tmp_path: Path) -> None:
    assert len(faults(tmp_path, domain="a\nb" * 100)) == 1


def test_zone_counts_are_those_that_accounts_see() -> None:
    seen = {region: len(zones) for region, zones in zones_of_accounts().items() if region in known_regions()}
    assert len(seen) > 30
    assert {region: zone_count(region, wanted=3) for region in seen} == {
        region: min(count, 3) for region, count in seen.items()
    }
