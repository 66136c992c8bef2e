"""What stands in one region, band by band."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from tools.diagram.model import NEAREST, PRIMARY, TIERS, Item, Stock, many
from tools.usage import Resource, service_of

Band = Callable[[Stock, str], Iterator[Item]]


def contents_of(stock: Stock, region: str) -> dict[str, tuple[Item, ...]]:
    """Return what stands in a region, by band; a band without anything has no entry."""
    found = {band: tuple(items(stock, region)) for band, items in _BANDS.items()}
    return {band: items for band, items in found.items() if items}


def tiers_of(stock: Stock, region: str) -> dict[str, str]:
    """Return the subnets of each tier in words, as in `3 subnets of /20`."""
    found: dict[str, list[str]] = {}
    for one in stock.of("aws_subnet", region):
        tier = str(one.body.get("tags", {}).get("Tier", ""))
        found.setdefault(tier, []).append(str(one.body.get("cidr_block", "")).partition("/")[2])
    return {tier: f"{many(len(sizes), 'subnet')} of /{min(sizes)}" for tier, sizes in found.items() if tier in TIERS}


def reached(stock: Stock, region: str) -> str:
    """Return when Route 53 sends clients to the load balancer of a region."""
    records = [
        one.body
        for one in stock.of("aws_route53_record")
        if stock.region_at(one.body.get("alias", {}).get("name")) == region
        and str(one.body["alias"]["name"]).startswith("${aws_lb.")
    ]
    if any(body.get("failover_routing_policy", {}).get("type") == "PRIMARY" for body in records):
        return PRIMARY
    if any("latency_routing_policy" in body for body in records):
        return NEAREST
    weights = [body["weighted_routing_policy"].get("weight") for body in records if "weighted_routing_policy" in body]
    return f"weight {weights[0]}" if weights else "by its name" if records else ""


def role(stock: Stock, region: str) -> str:
    """Return the role of the database instance of a region: writer, replica or detached.

    The writer is the instance whose address the secrets have, or else the only one that copies no other.
    """
    instances = stock.of("aws_db_instance", region)
    if not instances:
        return ""
    if any("replicate_source_db" in one.body for one in instances):
        return "replica"
    secrets = [str(one.body.get("secret_string_wo", "")) for one in stock.of("aws_secretsmanager_secret_version")]
    sources = [one for one in stock.of("aws_db_instance") if "replicate_source_db" not in one.body]
    named = [one for one in sources if any(f"{one.address}.address" in secret for secret in secrets)]
    writers = {one.region for one in named or sources}
    return "writer" if writers == {region} else "detached"


def _public(stock: Stock, region: str) -> Iterator[Item]:
    for one in stock.of("aws_lb", region):
        ports = sorted({int(each.body["port"]) for each in stock.of("aws_lb_listener", region)}, reverse=True)
        kind = "Internal load balancer" if one.body.get("internal") else "Load balancer"
        yield Item(icon="load-balancer", title=kind, detail=f"ports {' and '.join(map(str, ports))}")
    for one in stock.of("aws_wafv2_web_acl", region):
        yield Item(icon="waf", title="AWS WAF", detail=many(len(one.body.get("rule", ())), "rule"))
    gateways, zones = stock.count("aws_nat_gateway", region), _zones(stock, region)
    if gateways:
        detail = "one in each zone" if gateways == zones else f"for {many(zones, 'zone')}"
        yield Item(icon="nat", title=many(gateways, "NAT gateway"), detail=detail)


def _private(stock: Stock, region: str) -> Iterator[Item]:
    for one in stock.of("aws_autoscaling_group", region):
        detail = f"{one.body['min_size']} to {one.body['max_size']} x {_instance_type(one.body, stock)}"
        yield Item(icon="auto-scaling", title="Auto Scaling", detail=detail)
    endpoints = stock.of("aws_vpc_endpoint", region)
    if endpoints:
        interfaces = sum(one.body.get("vpc_endpoint_type") == "Interface" for one in endpoints)
        detail = f"{interfaces} interface, {len(endpoints) - interfaces} gateway"
        yield Item(icon="endpoint", title=many(len(endpoints), "endpoint"), detail=detail)
    inside = [one for one in stock.of("aws_lambda_function", region) if one.body.get("vpc_config")]
    if inside:
        yield Item(icon="lambda", title=many(len(inside), "function"), detail=_areas(inside))


def _database(stock: Stock, region: str) -> Iterator[Item]:
    for one in stock.of("aws_db_instance", region):
        zones = "Multi-AZ" if one.body.get("multi_az") else "one zone"
        version = str(one.body.get("engine_version", "")).partition(".")[0]
        engine = "PostgreSQL" if one.body.get("engine") == "postgres" else str(one.body.get("engine", "Database"))
        yield Item(
            icon="database", title=f"{engine} {version}".strip(), detail=f"{one.body['instance_class']}, {zones}"
        )


def _data(stock: Stock, region: str) -> Iterator[Item]:
    buckets = stock.count("aws_s3_bucket", region)
    if buckets:
        copied = stock.count("aws_s3_bucket_replication_configuration", region)
        yield Item(icon="s3", title=many(buckets, "bucket"), detail=f"{copied} replicated" if copied else "")
    tables = stock.count("aws_dynamodb_table", region) + _replicas(stock, "aws_dynamodb_table", "region_name", region)
    if tables:
        yield Item(icon="dynamodb", title=many(tables, "table"), detail="DynamoDB")
    secrets = stock.count("aws_secretsmanager_secret", region)
    copies = _replicas(stock, "aws_secretsmanager_secret", "region", region)
    if secrets + copies:
        detail = "originals" if secrets else "replicas"
        yield Item(icon="secrets", title=many(secrets + copies, "secret"), detail=detail)
    vaults = stock.count("aws_backup_vault", region)
    if vaults:
        locked = "locked" if stock.count("aws_backup_vault_lock_configuration", region) else ""
        yield Item(icon="backup", title=many(vaults, "backup vault"), detail=locked)


def _security(stock: Stock, region: str) -> Iterator[Item]:
    keys = stock.count("aws_kms_key", region) + stock.count("aws_kms_replica_key", region)
    if keys:
        rotated = all(one.body.get("enable_key_rotation") for one in stock.of("aws_kms_key", region))
        yield Item(icon="kms", title=many(keys, "KMS key"), detail="rotated" if rotated else "")
    rules = stock.count("aws_config_config_rule", region)
    if rules:
        yield Item(icon="config", title="AWS Config", detail=many(rules, "rule"))
    services = [
        name
        for kind, name in (
            ("aws_guardduty_detector", "GuardDuty"),
            ("aws_securityhub_account", "Security Hub"),
            ("aws_inspector2_enabler", "Inspector"),
        )
        if stock.count(kind, region)
    ]
    if services:
        icon = {"GuardDuty": "guardduty", "Security Hub": "security-hub"}.get(services[0], "inspector")
        yield Item(icon=icon, title=services[0], detail=", ".join(services[1:]))
    for one in stock.of("aws_cloudtrail", region):
        everywhere = one.body.get("is_multi_region_trail")
        yield Item(icon="trail", title="CloudTrail", detail="of all regions" if everywhere else "of this region")


def _operations(stock: Stock, region: str) -> Iterator[Item]:
    alarms = sum(
        stock.count(kind, region) for kind in ("aws_cloudwatch_metric_alarm", "aws_cloudwatch_composite_alarm")
    )
    if alarms:
        boards = stock.count("aws_cloudwatch_dashboard", region)
        logs = many(stock.count("aws_cloudwatch_log_group", region), "log group")
        detail = f"{logs}, {many(boards, 'board')}" if boards else logs
        yield Item(icon="cloudwatch", title=many(alarms, "alarm"), detail=detail)
    topics = stock.of("aws_sns_topic", region)
    if topics:
        yield Item(icon="sns", title=many(len(topics), "topic"), detail=_purposes(topics))
    parameters = stock.count("aws_ssm_parameter", region)
    if parameters:
        yield Item(icon="systems-manager", title=many(parameters, "parameter"), detail="Systems Manager")
    outside = [one for one in stock.of("aws_lambda_function", region) if not one.body.get("vpc_config")]
    if outside:
        yield Item(icon="lambda", title=many(len(outside), "function"), detail=_areas(outside))
    others = sorted({service_of(one.kind) or "" for one in stock.resources if one.region == region} - {""})
    if others:
        yield Item(icon="other", title="Also", detail=", ".join(others))


_BANDS: Mapping[str, Band] = {
    "public": _public,
    "private": _private,
    "database": _database,
    "data": _data,
    "security": _security,
    "operations": _operations,
}


def _zones(stock: Stock, region: str) -> int:
    tiers = [str(one.body.get("tags", {}).get("Tier")) for one in stock.of("aws_subnet", region)]
    return max((tiers.count(tier) for tier in set(tiers)), default=0)


def _replicas(stock: Stock, kind: str, key: str, region: str) -> int:
    return sum(each.get(key) == region for one in stock.of(kind) for each in one.body.get("replica", ()))


def _instance_type(group: Mapping[str, Any], stock: Stock) -> str:
    mixed = group.get("mixed_instances_policy", {}).get("launch_template", {})
    if mixed.get("override"):
        return str(mixed["override"][0]["instance_type"])
    template = stock.at(group.get("launch_template", {}).get("id"))
    return str(template.body.get("instance_type", "instances")) if template else "instances"


def _areas(functions: list[Resource]) -> str:
    """Return which areas functions are of, by the names of their constructs: `rotation` of `rotation-function`."""
    return ", ".join(sorted({_path(one)[2].removesuffix("-function").replace("-", " ") for one in functions}))


def _purposes(topics: list[Resource]) -> str:
    """Return what topics are for, by the names of their constructs."""
    parts = [path[-2] if path[-1] == "Resource" else path[-1] for path in map(_path, topics)]
    return ", ".join(sorted({part.replace("-", " ") for part in parts}))


def _path(resource: Resource) -> list[str]:
    return str(resource.body.get("//", {}).get("metadata", {}).get("path", "")).split("/")
