"""Every key of the settings at every value that matters, packed into a few files.

The keys and most values are those of the models' JSON schema: both of a boolean, each of a choice, both bounds of a
number. Keys of other types have examples here, so that a new key is walked or its test fails.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property
from itertools import product
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from modules.settings import Fault, Settings, SettingsError, load_settings
from modules.settings.choices import chosen
from tests.support.region_sets import settings_of, write_settings

REGION, OTHER = "eu-west-1", "eu-central-1"
INSTANCE = f"database.instances.{REGION}"
LEAVING = f"leaving.{REGION}"
#: Settings by which the region is not the primary one.
FOLLOWS = {"regions": [REGION, OTHER], "primary_region": OTHER}
ACCOUNT = "123456789012"
UUID = "12345678-1234-1234-1234-123456789012"
CERTIFICATES = {region: f"arn:aws:acm:{region}:{ACCOUNT}:certificate/{UUID}" for region in (REGION, OTHER)}
SUBSCRIPTIONS = [
    {"protocol": "email", "endpoint": "page@example.com"},
    {"protocol": "https", "endpoint": "https://tickets.example.com/in"},
    {"protocol": "lambda", "endpoint": f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:told"},
    {"protocol": "slack", "endpoint": "T0123456789/C0123456789"},
    {"protocol": "sqs", "endpoint": f"arn:aws:sqs:{REGION}:{ACCOUNT}:tickets"},
    {"protocol": "teams", "endpoint": f"{UUID}/{UUID}/19%3aa%40thread.tacv2"},
]
#: Values of keys whose type names none, and of those whose rules take few.
EXAMPLES: dict[str, tuple[Any, ...]] = {
    "environment": ("Staging",),
    "environment_suffix": ("blue",),
    "owner": ("someone",),
    "cost_center": ("0042",),
    "project": ("other",),
    "regions": ([REGION, OTHER],),
    "primary_region": (REGION,),
    "home_region": (REGION,),
    "name_region": (REGION, OTHER),
    "lost_regions": (["eu-west-2"],),
    "retired_regions": (["eu-west-2"],),
    "domain": ("shop.example.com",),
    "account_id": (ACCOUNT,),
    "network.cidr": ("172.16.0.0/12",),
    "network.region_cidrs": ({REGION: "192.168.0.0/16"},),
    "network.zones": ({REGION: [f"{REGION}a", f"{REGION}b"]},),
    "network.reserved_cidrs": (["172.31.0.0/16"],),
    "network.peers": (
        {
            REGION: [
                {"vpc_id": "vpc-0123456789abcdef0", "cidrs": ["172.30.0.0/16"]},
                {
                    "vpc_id": "vpc-0123456789abcdef1",
                    "cidrs": ["172.29.0.0/16"],
                    "region": OTHER,
                    "account_id": "999999999999",
                },
            ]
        },
    ),
    "network.interface_endpoints": ([], ["secretsmanager", "ecr.api", "ecr.dkr"]),
    "network.readable_buckets": (["partner-data"],),
    "logs.retention_days": (1, 180, 3653),
    "identity.permissions_boundary": (f"arn:aws:iam::{ACCOUNT}:policy/boundary",),
    "state.replica_region": (OTHER,),
    "delivery.github.repository": ("octo-org/platform", "octo-org@1/platform@2"),
    "delivery.github.branch": ("release/1",),
    "delivery.github.environment": ("live eu",),
    "state.kept_in": (REGION, OTHER),
    "state.administrators": ([f"arn:aws:iam::{ACCOUNT}:role/deployer"],),
    "storage.administrators": ([f"arn:aws:iam::{ACCOUNT}:role/administrator"],),
    "compute.instance_types": (["m6g.large", "m7g.large"],),
    "compute.image_ids": ({REGION: "ami-0123456789abcdef0"},),
    "compute.artifact": ("site.tar.gz",),
    "compute.artifact_sha256": ("0" * 64,),
    "compute.container.image": ("docker.io/library/site:1", f"{ACCOUNT}.dkr.ecr.{{region}}.amazonaws.com/site:1"),
    "compute.container.health_path": ("/",),
    "compute.container.environment": ({"LOG_LEVEL": "info"},),
    "compute.container.secrets": ({"API_KEY": "partner/api"},),
    "entry.client_cidrs": (["10.0.0.0/8"], ["0.0.0.0/0", "198.51.100.0/24"]),
    "entry.zone_name": ("example.com",),
    "entry.zone_id": ("Z0123456789ABCDEFGHIJ",),
    "entry.zone_role_arn": ("arn:aws:iam::999999999999:role/dns",),
    "entry.certificate_arns": (CERTIFICATES, {REGION: CERTIFICATES[REGION]}),
    "entry.firewall.counted_rules": ({}, {"known_bad_inputs": ["Log4JRCE_BODY"]}),
    "secrets.recovery_window_days": (0, 7),
    "database.version": ("16", "17.4"),
    "database.instance_class": ("db.t4g.micro",),
    "database.backup_window": ("22:00-23:00",),
    "database.maintenance_window": ("mon:13:00-mon:14:00",),
    "database.insights_days": (31, 731),
    "database.log_retention_days": (3, 150, 3653),
    f"{INSTANCE}.of": (OTHER,),
    f"{INSTANCE}.backups_in": (OTHER, "none"),
    f"{INSTANCE}.version": ("17", "17.4"),
    "backup.start": ("20:00",),
    "backup.copy_region": (OTHER,),
    "budget.anomaly_monitor": (f"arn:aws:ce::{ACCOUNT}:anomalymonitor/{UUID}",),
    "alerts.page": (SUBSCRIPTIONS,),
    "alerts.ticket": (SUBSCRIPTIONS,),
    "configuration.skip_rules": ({REGION: ["imdsv2"]},),
    "policy.forbid": (["entry.firewall.anonymous_ip"],),
    "policy.allow_loss": ({f"aws_vpc.{REGION}_*": "the network moves to another range"},),
}
#: What the rules may want beside a key.
BESIDE: dict[str, dict[str, Any]] = {
    "backup.copy_region": {"regions": [REGION, OTHER]},
    "backup.weekly_retention_days": {"backup.cold_storage_after_days": 0},
    "compute.architecture": {"compute.instance_types": ["m6i.large"]},
    "compute.min_size": {"compute.max_size": 1000},
    "compute.surviving_instances": {"compute.max_size": 1000},
    "delivery.github.repository": {"storage.administrators": [f"arn:aws:iam::{ACCOUNT}:role/meridian-*"]},
    "database.iops": {"database.storage_type": "io2", "database.storage_gb": 500},
    "database.storage_type": {"database.iops": 3000},
    f"{INSTANCE}.fenced": FOLLOWS | {f"{INSTANCE}.role": "detached"},
    f"{INSTANCE}.of": FOLLOWS,
    f"{INSTANCE}.rebuild": FOLLOWS | {f"{INSTANCE}.deletion_protection": False},
    f"{INSTANCE}.role": FOLLOWS,
    f"{LEAVING}.backups": FOLLOWS | {f"{LEAVING}.objects": "keep"},
    f"{LEAVING}.objects": FOLLOWS | {f"{LEAVING}.backups": "keep"},
    "entry.certificate_arns": {"regions": [REGION, OTHER]},
    "entry.apex": {"entry.wildcard": True},
}


#: Keys that leave out resources of the default platform, besides those whose value says so.
APART = {
    "configuration.skip_rules",
    "entry.certificate_arns",
    "entry.apex",
    "entry.client_cidrs",
    "failover.enabled",
    "network.availability_zones",
    "network.interface_endpoints",
    "network.nat_gateways",
    "network.zones",
}


@dataclass(frozen=True)
class Key:
    """A key of the settings, its default and the values to walk; none if its type says none."""

    path: tuple[str, ...]
    default: Any
    values: tuple[Any, ...]

    @property
    def name(self) -> str:
        return ".".join(self.path)


def keys() -> list[Key]:
    """Every key; below a mapping by region, those of one region."""
    schema = Settings.model_json_schema()
    return list(_keys(schema, schema["$defs"], ()))


def _keys(node: Mapping[str, Any], models: Mapping[str, Any], path: tuple[str, ...]) -> Iterator[Key]:
    name = ".".join(path)
    if "$ref" in node:
        node = models[node["$ref"].rpartition("/")[2]]
    inner = node.get("additionalProperties")
    if "properties" in node:
        for key, below in node["properties"].items():
            yield from _keys(below, models, (*path, key))
    elif isinstance(inner, dict) and "$ref" in inner:
        yield from _keys(inner, models, (*path, REGION))
    else:
        found = EXAMPLES.get(name) or tuple(_values(node))
        default = node.get("default")
        yield Key(path, default, tuple(value for value in found if value != default))


def _values(node: Mapping[str, Any]) -> Iterator[Any]:
    for option in (*node.get("anyOf", ()), *node.get("oneOf", ())):
        yield from _values(option)
    if node.get("type") == "boolean":
        yield from (False, True)
    elif "enum" in node:
        yield from node["enum"]
    elif node.get("type") in ("integer", "number"):
        yield from (node[bound] for bound in ("minimum", "maximum") if bound in node)
        yield from (node[bound] + 0.5 for bound in ("exclusiveMinimum",) if bound in node)
    elif isinstance(node.get("additionalProperties"), dict):
        yield from ({REGION: value} for value in _values(node["additionalProperties"]))


@dataclass(frozen=True)
class File:
    """A settings file, and the keys that are walked in it, with their values."""

    content: dict[str, Any] = field(default_factory=lambda: settings_of(REGION))
    walked: dict[str, Any] = field(default_factory=dict)

    def with_(self, name: str, value: Any, *, beside: Mapping[str, Any]) -> File | None:
        """This file with one more key; ``None`` where a key has another value already."""
        stated = {**beside, name: value}
        if any(self.walked.get(key, wanted) != wanted for key, wanted in stated.items()):
            return None
        content = self.content
        for key, wanted in stated.items():
            content = _set(content, key.split("."), wanted)
        return File(content, self.walked | stated)

    @property
    def faults(self) -> tuple[Fault, ...]:
        """What the settings' own rules refuse."""
        return () if isinstance(self._read, Settings) else self._read.faults

    @property
    def is_clear(self) -> bool:
        """Whether no two of its choices bring the same check, so that each finding is of one choice."""
        choices = {one.choice.name: one.choice for one in chosen(self.load())}.values()
        checks = Counter(check for choice in choices for check in {each.check for each in choice.exemptions})
        return all(count == 1 for count in checks.values())

    def load(self) -> Settings:
        if isinstance(self._read, SettingsError):
            raise self._read
        return self._read

    @cached_property
    def _read(self) -> Settings | SettingsError:
        with TemporaryDirectory() as folder:
            try:
                return load_settings(write_settings(Path(folder), self.content), {})
            except SettingsError as error:
                return error


@dataclass(frozen=True)
class Walk:
    """Files that leave nothing out, files that do, and the faults of values that the rules refuse in every file."""

    whole: list[File]
    partial: list[File]
    refused: dict[tuple[str, str], tuple[Fault, ...]]


def takes_away(name: str, value: Any) -> bool:
    """Whether a key with this value leaves out resources, on which other keys could have findings."""
    stated = [str(each) for each in value.values()] if isinstance(value, dict) else [value]
    return name in APART or any(each in ("existing", "none", "off") for each in stated)


@cache
def walk() -> Walk:
    """Every key at each of its values."""
    pairs = [(key.name, value) for key in keys() for value in key.values]
    whole, refused = pack(pair for pair in pairs if not takes_away(*pair))
    partial, also_refused = pack(pair for pair in pairs if takes_away(*pair))
    return Walk(whole, partial, refused | also_refused)


def pack(pairs: Iterable[tuple[str, Any]]) -> tuple[list[File], dict[tuple[str, str], tuple[Fault, ...]]]:
    """Files in which each of these keys has its value once, and the faults of those that have it in no file."""
    files: list[File] = []
    refused: dict[tuple[str, str], tuple[Fault, ...]] = {}
    for name, value in pairs:
        variants = [{}, BESIDE[name]] if name in BESIDE else [{}]
        for place, beside in product(range(len(files) + 1), variants):
            more = (files[place] if place < len(files) else File()).with_(name, value, beside=beside)
            if more and not more.faults and more.is_clear:
                files[place : place + 1] = [more]
                break
        else:
            alone = File().with_(name, value, beside=variants[-1])
            refused[name, repr(value)] = alone.faults if alone else ()
    return files, refused


def _set(content: Mapping[str, Any], path: list[str], value: Any) -> dict[str, Any]:
    first, *rest = path
    below = content.get(first, {})
    return {**content, first: _set(below if isinstance(below, Mapping) else {}, rest, value) if rest else value}
