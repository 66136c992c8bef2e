"""Values at the edge of what AWS takes, on both sides of it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import pytest
from pydantic import Tag

from modules.settings import Settings, SettingsError, load_settings
from modules.settings.instance_types import SIZES_OF
from modules.settings.ownership import BY_REGION
from modules.settings.postgres import LATER
from tests.support.region_sets import EIGHT_KEYS, SEVENTEEN, settings_of, write_settings

ACCOUNT = {"account_id": "111122223333"}
ROLE = "arn:aws:iam::111122223333:role/r"
QUEUE = "arn:aws:sqs:{}:111122223333:q"
CERTIFICATE = "arn:aws:acm:us-east-1:111122223333:certificate/"


def load(folder: Path, **changes: Any) -> Settings:
    return load_settings(write_settings(folder, EIGHT_KEYS | changes), {})


def faults(folder: Path, **changes: Any) -> list[str]:
    with pytest.raises(SettingsError) as caught:
        load(folder, **changes)
    return str(caught.value).splitlines()


def page(protocol: str, endpoint: str) -> dict[str, Any]:
    return {"alerts": {"page": [{"protocol": protocol, "endpoint": endpoint}]}}


def name(length: int) -> str:
    """A domain of so many characters."""
    return f"{'a' * 30}.{'b' * (length - 35)}.com"


TAKEN: list[dict[str, Any]] = [
    {"domain": name(64)},
    {"domain": name(64), "entry": {"wildcard": "true"}},
    {"domain": name(62), "entry": {"wildcard": "true", "apex": "false"}},
    {"owner": "平台 team: aws"},
    {"environment": "lawsome"},
    {"network": {"cidr": "10.0.0.0/8"}},
    {"network": {"cidr": "172.16.0.0/12", "vpc_prefix_length": 20}},
    {"network": {"cidr": "192.168.0.0/16", "vpc_prefix_length": 22}},
    {"network": {"availability_zones": 2}},
    {"network": {"availability_zones": 6}},
    {"network": {"readable_buckets": [f"bucket-{one}" for one in range(100)]}},
    {"network": {"interface_endpoints": ["kms", "kms-fips", "secretsmanager"]}},
    {"entry": {"client_cidrs": [f"10.{one // 256}.{one % 256}.0/24" for one in range(487)]}},
    {"entry": {"firewall": {"common": "off", "anonymous_ip": "block", "ip_reputation": "count"}}},
    {"compute": {"instance_types": ["m6g.large", "m9g.metal-48xl"]}},
    {"compute": {"architecture": "x86_64", "instance_types": ["u7i-12tb.224xlarge"]}},
    {"compute": {"artifact": "site/releases/1.tar.gz"}},
    {"database": {"version": "17.11"}},
    {"database": {"version": f"17.{11 + LATER}"}},
    {"database": {"storage_type": "io2", "storage_gb": 100, "iops": 100000}},
    {"database": {"storage_type": "io2", "storage_gb": 4000, "storage_limit_gb": 5000, "iops": 2000}},
    {"database": {"storage_gb": 59578, "storage_limit_gb": 65536}},
    {"database": {"storage_gb": 100, "storage_limit_gb": 110}},
    {"regions": [*SEVENTEEN, "af-south-1"]},
    {"regions": [*SEVENTEEN, "af-south-1", "ap-east-1"], "failover": {"enabled": "false"}},
    {"database": {"storage_gb": 400, "iops": 64000}},
    {"alarms": {"certificate_days_left": 8, "database_free_storage_gib": 99, "load_balancer_latency_seconds": 4000}},
    page("email", "on-call+eu@example.com"),
    page("https", "https://user:pass@example.com/hook?key=1"),
    page("sqs", QUEUE.format("me-west-1")),
    {"storage": {"administrators": [f"{ROLE}{one:03}" for one in range(3)]}},
    {"findings": {"guardduty": "off", "inspector": {"us-east-1": "off"}}},
    {"account": {"ebs_encryption": {"us-west-2": "existing"}}},
]


@pytest.mark.parametrize("changes", TAKEN, ids=str)
def test_takes(tmp_path: Path, changes: dict[str, Any]) -> None:
    assert load(tmp_path, **changes)


REFUSED: list[tuple[dict[str, Any], str]] = [
    ({"domain": name(65)}, "domain: AWS Certificate Manager makes no certificate for so long a name"),
    (
        {"domain": name(63), "entry": {"wildcard": "true", "apex": "false"}},
        "domain: AWS Certificate Manager makes no certificate for so long a name",
    ),
    ({"owner": "aws:team"}, "owner: AWS keeps tags that open like this for itself, got 'aws:team', allowed: not aws:"),
    ({"project": "RDS:x"}, "project: AWS keeps tags that open like this for itself"),
    ({"environment": "AWS-eu"}, "environment: names would open with what AWS keeps for itself, got 'AWS-eu'"),
    ({"account_id": "١٢٣٤٥٦٧٨٩٠١٢"}, "account_id: not an AWS account id"),
    (
        {"storage": {"administrators": ["arn:aws:iam::١٢٣٤٥٦٧٨٩٠١٢:role/a"]}},
        "storage.administrators[0]: not the ARN of a role or user",
    ),
    ({"network": {"cidr": "127.0.0.0/8"}}, "network.cidr: not a private network"),
    ({"network": {"cidr": "240.0.0.0/8"}}, "network.cidr: not a private network"),
    ({"network": {"cidr": "198.18.0.0/15"}}, "network.cidr: not a private network"),
    ({"network": {"cidr": "10.0.0.0/7"}}, "network.cidr: not a private network"),
    (
        {"network": {"region_cidrs": {"us-east-1": "169.254.0.0/16"}}},
        "network.region_cidrs.us-east-1: not a private network",
    ),
    (
        {"network": {"availability_zones": 7}},
        "network.availability_zones: not allowed, got '7', allowed: 2 to 6",
    ),
    (
        {"network": {"interface_endpoints": ["secretmanager"]}},
        "network.interface_endpoints[0]: no service that an endpoint is made for (did you mean 'secretsmanager'?), got",
    ),
    (
        {"network": {"interface_endpoints": ["com.amazonaws.eu-west-1.kms"]}},
        "network.interface_endpoints[0]: a service with its region (did you mean 'kms'?)",
    ),
    (
        {"network": {"interface_endpoints": ["s3"]}},
        "network.interface_endpoints[0]: a service that every VPC has a gateway endpoint for, got 's3'",
    ),
    ({"network": {"interface_endpoints": ["kms", "sts", "kms"]}}, "network.interface_endpoints: kms stands twice"),
    ({"network": {"readable_buckets": ["one-b", "one-b"]}}, "network.readable_buckets: one-b stands twice"),
    ({"entry": {"client_cidrs": ["0.0.0.0/0"] * 2}}, "entry.client_cidrs: 0.0.0.0/0 stands twice"),
    (
        {"entry": {"client_cidrs": [f"10.{one // 256}.{one % 256}.0/24" for one in range(488)]}},
        "entry.client_cidrs: 488 items, got ",
    ),
    ({"entry": {"firewall": {"common": "on"}}}, "entry.firewall.common: not one of the choices, got 'on'"),
    (
        {"entry": {"firewall": {"counted_rules": {"common": ["A", "A"]}}}},
        "entry.firewall.counted_rules.common: A stands twice",
    ),
    (
        settings_of("us-east-1", entry={"certificate_arns": {"us-east-1": CERTIFICATE + "-" * 36}}),
        "entry.certificate_arns.us-east-1: not the ARN of a certificate",
    ),
    (
        {"compute": {"instance_types": ["m6g.lage"]}},
        "compute.instance_types[0]: a size that m6g does not come in (did you mean 'large'?), got 'm6g.lage', allowed:",
    ),
    (
        {"compute": {"instance_types": ["m6gg.large"]}},
        "compute.instance_types[0]: not an instance type of EC2 (did you mean 'm6g'?), got 'm6gg.large', allowed: a",
    ),
    ({"compute": {"instance_types": ["mac2.metal"]}}, "compute.instance_types[0]: not an instance type of EC2"),
    ({"compute": {"instance_types": ["m6g.large"] * 2}}, "compute.instance_types: m6g.large stands twice"),
    (
        {"compute": {"instance_types": [f"{one}.large" for one in sorted(SIZES_OF) if "large" in SIZES_OF[one]][:41]}},
        "compute.instance_types: 41 items",
    ),
    (
        {"compute": {"artifact": "releases/site.tar.gz"}},
        "compute.artifact: the key below releases/ of the data bucket is meant, got 'releases/site.tar.gz', allowed:",
    ),
    (
        {"database": {"instance_class": "db.m7g.3xlarge"}},
        "database.instance_class: a size that the class does not come in (did you mean 'xlarge'?)",
    ),
    ({"database": {"instance_class": "db.m7q.large"}}, "database.instance_class: not an instance class for PostgreSQL"),
    ({"database": {"instance_class": "m7g.large"}}, "database.instance_class: not an instance class for PostgreSQL"),
    (
        {"database": {"version": f"17.{12 + LATER}"}},
        "database.version: no minor version of PostgreSQL 17, got '17.16', allowed: 17, or 17.1 to 17.11",
    ),
    ({"database": {"version": "17.0"}}, "database.version: no minor version of PostgreSQL 17"),
    ({"database": {"version": "13.23"}}, "database.version: not a version of PostgreSQL that RDS supports"),
    (
        {"database": {"storage_type": "io2", "storage_gb": 100, "iops": 100001}},
        "database.iops: not what io2 has for database.storage_gb (100), got 100001, allowed: 1000 to 100000, half",
    ),
    (
        {"database": {"storage_type": "io2", "storage_gb": 4000, "storage_limit_gb": 5000, "iops": 1999}},
        "database.iops: not what io2 has for database.storage_gb (4000), got 1999, allowed: 2000 to 256000, half",
    ),
    (
        {"database": {"storage_type": "io2", "storage_gb": 99, "iops": 1000}},
        "database.storage_type: io2 needs iops and 100 GiB",
    ),
    (
        {"database": {"storage_gb": 59579, "storage_limit_gb": 65536}},
        "database.storage_gb: not allowed, got '59579', allowed: 20 to 59578",
    ),
    (
        {"database": {"storage_gb": 100, "storage_limit_gb": 109}},
        "database.storage_limit_gb: less than a tenth above storage_gb (100), got 109, allowed: 110 or more",
    ),
    ({"network": {"readable_buckets": [f"bucket-{one}" for one in range(101)]}}, "network.readable_buckets: 101 items"),
    ({"network": {"cidr": ["10.0.0.0/8"]}}, "network.cidr: not a text, got ['10.0.0.0/8'], allowed: a CIDR block such"),
    (
        {"network": {"region_cidrs": {"us-east-1": "10.1.0.0/16", "us-west-2": "10.1.128.0/17"}}},
        "network.region_cidrs.us-west-2: us-east-1 (10.1.0.0/16) and us-west-2 (10.1.128.0/17) overlap, got '10.1.128",
    ),
    (
        {"regions": [*SEVENTEEN, "af-south-1", "ap-east-1"]},
        "regions: too many for the permissions of failover, got 19, allowed: at most 18, or failover.enabled: false",
    ),
    (
        {"backup": {"cold_storage_after_days": 30, "weekly_retention_days": 90}},
        (
            "backup.cold_storage_after_days: weekly backups are deleted after 90 days, and stay in cold storage for 90,"
            " got '30', allowed: 0, or a longer backup.weekly_retention_days"
        ),
    ),
    (
        {"database": {"storage_gb": 1000}},
        "database.storage_limit_gb: less than a tenth above storage_gb (1000), got 1000, allowed: 1100 or more",
    ),
    ({"database": {"multi_az": "maybe"}}, "database.multi_az: neither true nor false, got 'maybe', allowed: true or f"),
    (
        {"database": {"backup_retention_days": "ten"}},
        "database.backup_retention_days: not a whole number, got 'ten', allowed: a whole number, 1 to 35",
    ),
    ({"database": {"iops": 1}}, "database.iops: not allowed, got '1', allowed: 1000 to 256000"),
    ({"network": {"zones": 3}}, "network.zones: not a mapping, got '3', allowed: keys and values below it"),
    (
        {"alarms": {"load_balancer_latency_seconds": "inf"}},
        "alarms.load_balancer_latency_seconds: not allowed, got 'inf', allowed: above 0, at most 4000",
    ),
    ({"alarms": {"database_cpu_percent": "1e400"}}, "alarms.database_cpu_percent: not allowed, got '1e400'"),
    ({"alarms": {"database_cpu_percent": "half"}}, "alarms.database_cpu_percent: not a number, got 'half', allowed: a"),
    ({"alarms": {"certificate_days_left": 7}}, "alarms.certificate_days_left: not allowed, got '7', allowed: 8 to 45"),
    (
        {"alarms": {"database_free_storage_gib": 100}},
        "alarms.database_free_storage_gib: as much as there is: database.storage_gb is 100, got '100', allowed: below",
    ),
    (page("sqs", QUEUE.format("eu-wets-1")), "alerts.page[0].endpoint: no region of AWS: eu-wets-1 (did you mean 'eu-"),
    (page("email", "a\u00e4@example.com"), "alerts.page[0].endpoint: not an endpoint of email"),
    (
        {"alerts": {"page": [{"protocol": "email", "endpoint": "a@b.example", "name": "x"}]}},
        "alerts.page[0].name: unknown key, got 'x', allowed: protocol, endpoint",
    ),
    (
        ACCOUNT
        | {"state": {"administrators": [ROLE]}, "storage": {"administrators": [f"{ROLE}{one}" for one in range(500)]}},
        "storage.administrators: too many for the policy of a bucket, which has 20 KB: 25390 characters, got 500",
    ),
    ({"storage": {"administrators": [ROLE, ROLE]}}, f"storage.administrators: {ROLE} stands twice"),
    (
        {"configuration": {"skip_rules": {"us-east-1": ["alb-waf", "alb-waf"]}}},
        "configuration.skip_rules.us-east-1: alb-waf stands twice",
    ),
    ({"[one]": "x"}, "'[one]': unknown key (did you mean 'owner'?), got 'x', allowed: environment, "),
    ({"": "x"}, "'': unknown key, got 'x', allowed: environment, "),
    ({"a\x1bb": "x"}, "'a\\x1bb': unknown key, got 'x', allowed: environment, "),
]


@pytest.mark.parametrize(("changes", "expected"), REFUSED, ids=[line for _, line in REFUSED])
def test_refuses(tmp_path: Path, changes: dict[str, Any], expected: str) -> None:
    (fault,) = faults(tmp_path, **changes)
    assert fault.startswith(expected)


@pytest.mark.parametrize(
    ("region", "problem"),
    [
        (
            "cn-north-1",
            "a region of another partition of AWS, got 'cn-north-1', allowed: regions of the commercial part",
        ),
        ("eusc-de-east-1", "a region of another partition of AWS"),
        ("sa-west-1", "a region that AWS has and that AWS provider 5.100.0 does not know yet"),
        ("ap-southeast-6", "a region that AWS has and that AWS provider 5.100.0 does not know yet"),
        ("eu-wets-2", "unknown AWS region (did you mean 'eu-west-2'?), got 'eu-wets-2', allowed: eu-west-2, "),
    ],
)
def test_says_why_a_region_is_refused_and_not_all_that_there_are(tmp_path: Path, region: str, problem: str) -> None:
    (fault,) = faults(tmp_path, regions=["us-east-1", region])
    assert fault.startswith(f"regions[1]: {problem}")
    assert len(fault) < 250


def test_a_misspelt_region_is_one_fault_if_it_is_the_primary_one_too(tmp_path: Path) -> None:
    (fault,) = faults(tmp_path, regions=["us-eats-1", "us-west-2"], primary_region="us-east-1")
    assert fault.startswith("regions[0]: unknown AWS region (did you mean 'us-east-1'?)")
    _, primary = faults(tmp_path, regions=["mars", "us-west-2"], primary_region="us-east-1")
    assert primary.startswith("primary_region: not one of the regions")


def by_region(model: Any) -> Iterator[str]:
    """Keys of a section that take a mapping of regions to who owns something."""
    for key, field in model.model_fields.items():
        tags = [one for choice in get_args(field.annotation) for one in get_args(choice) if isinstance(one, Tag)]
        if tags:
            yield key


def test_every_choice_by_region_is_held_to_the_regions(tmp_path: Path) -> None:
    sections = {
        name: tuple(by_region(field.annotation))
        for name, field in Settings.model_fields.items()
        if hasattr(field.annotation, "model_fields")
    }
    assert {name: set(keys) for name, keys in sections.items() if keys} == {
        name: set(keys) for name, keys in BY_REGION.items()
    }
    for section, keys in BY_REGION.items():
        for key in keys:
            (fault,) = faults(tmp_path, **{section: {key: {"eu-west-1": "existing"}}})
            assert fault.startswith(f"{section}.{key}.eu-west-1: not one of the regions")


def test_a_moved_primary_region_wants_every_other_instance_stated(tmp_path: Path) -> None:
    moved: dict[str, Any] = {"primary_region": "us-west-2", "home_region": "us-east-1"}
    stated = {"us-east-1": {"role": "detached"}, "ap-south-1": {"of": "us-east-1"}}
    assert load(tmp_path, **moved, database={"instances": stated})
    problem = (
        "the primary region has moved, and an instance does not move along, got nothing, allowed: what it is, such"
    )
    since = "and what it was made into since"
    assert faults(tmp_path, **moved) == [
        f"database.instances.us-east-1: {problem} as role: detached, {since}",
        f"database.instances.ap-south-1: {problem} as role: replica, of: us-east-1, {since}",
    ]
    found = faults(tmp_path, **moved, database={"instances": stated | {"us-east-1": {"version": "17"}}})
    assert f"database.instances.us-east-1: {problem} as role: detached, {since}" in found
    (fault,) = faults(tmp_path, **moved | {"home_region": "eu-west-1"})
    assert fault.startswith("home_region: not one of the regions")


def test_an_instance_is_rebuilt_only_if_it_may_be_deleted(tmp_path: Path) -> None:
    def instance(**more: Any) -> dict[str, Any]:
        return {"us-west-2": {"rebuild": "true", **more}}

    open_ = instance(deletion_protection="false")
    assert load(tmp_path, database={"instances": open_})
    assert load(tmp_path, database={"prevent_destroy": "true"})
    path = "database.instances.us-west-2"
    (fault,) = faults(tmp_path, database={"instances": instance()})
    assert fault.startswith(
        f"{path}.rebuild: its deletion protection is on, got True, allowed: {path}.deletion_protecti"
    )
    (fault,) = faults(tmp_path, database={"instances": open_, "prevent_destroy": "true"})
    assert fault.endswith(".rebuild: database.prevent_destroy forbids it, got True, allowed: prevent_destroy: false")


def test_restore_testing_is_refused_where_it_is_not(tmp_path: Path) -> None:
    rules = {"configuration": {"skip_rules": {"ap-southeast-7": []}}}
    regions = settings_of("us-east-1", "ap-southeast-7", **rules)
    assert load(tmp_path, **regions)
    assert faults(tmp_path, **regions, backup={"restore_testing": "true"}) == [
        "backup.restore_testing: AWS Backup has no restore testing in ap-southeast-7, got 'true', allowed: false"
    ]
