"""What the synthesized stacks take of an account, by region: what quotas bound, and what is paid for by the hour.

Pure functions over the synthesized JSON. CDKTF writes each resource out (no `count`, no `for_each`), so what is counted
is what a plan adds to an empty account. What services make by themselves, such as interfaces of endpoints, is counted
where the JSON says how many there are.
"""

import gzip
import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache
from importlib.resources import files
from typing import Any, NamedTuple

from tools.errors import ToolError

ACCOUNT = "account"
"""Stands for the region of what an account has once: IAM, and Route 53."""

Usage = dict[str, Counter[str]]
Vcpus = Callable[[str], int]
#: The second words of the types that the platform consists of: what is counted of them is below, and the rest costs
#: nothing by itself or by use. A resource of another service, such as one of an extension, is counted by its type.
SERVICES = frozenset(
    {
        *("accessanalyzer", "account", "acm", "autoscaling", "backup", "budgets", "ce", "chatbot", "cloudtrail"),
        *("cloudwatch", "config", "db", "default", "dynamodb", "ebs", "ec2", "eip", "flow", "guardduty", "iam"),
        *("inspector2", "internet", "kms", "lambda", "launch", "lb", "nat", "network", "route", "route53", "s3"),
        *(
            "s3control",
            "secretsmanager",
            "security",
            "securityhub",
            "sfn",
            "sns",
            "sqs",
            "ssm",
            "subnet",
            "vpc",
            "wafv2",
        ),
    }
)

#: What a resource of a type is, one each.
ONE_EACH = {
    "aws_accessanalyzer_analyzer": "access analyzers",
    "aws_acm_certificate": "certificates",
    "aws_autoscaling_group": "Auto Scaling groups",
    "aws_backup_plan": "backup plans",
    "aws_backup_vault": "backup vaults",
    "aws_cloudtrail": "trails",
    "aws_cloudwatch_composite_alarm": "composite alarms",
    "aws_cloudwatch_dashboard": "dashboards",
    "aws_cloudwatch_event_rule": "event rules",
    "aws_cloudwatch_log_group": "log groups",
    "aws_cloudwatch_log_resource_policy": "log resource policies",
    "aws_cloudwatch_metric_alarm": "metric alarms",
    "aws_config_config_rule": "Config rules",
    "aws_config_configuration_recorder": "configuration recorders",
    "aws_db_parameter_group": "database parameter groups",
    "aws_db_subnet_group": "database subnet groups",
    "aws_eip": "Elastic IPs",
    "aws_guardduty_detector": "GuardDuty detectors",
    "aws_iam_instance_profile": "instance profiles",
    "aws_iam_role": "roles",
    "aws_internet_gateway": "internet gateways",
    "aws_kms_key": "KMS keys",
    "aws_kms_replica_key": "KMS keys",
    "aws_lambda_function": "functions",
    "aws_launch_template": "launch templates",
    "aws_lb": "load balancers",
    "aws_lb_target_group": "target groups",
    "aws_nat_gateway": "NAT gateways",
    "aws_network_acl": "network ACLs",
    "aws_route53_health_check": "health checks",
    "aws_route53_record": "records",
    "aws_route53_zone": "hosted zones",
    "aws_route_table": "route tables",
    "aws_s3_bucket": "buckets",
    "aws_security_group": "security groups",
    "aws_sns_topic": "topics",
    "aws_sqs_queue": "queues",
    "aws_subnet": "subnets",
    "aws_vpc": "VPCs",
    "aws_vpc_peering_connection": "peerings",
    "aws_vpc_peering_connection_accepter": "peerings",
    "aws_wafv2_web_acl": "web ACLs",
}
GLOBAL = ("aws_iam_", "aws_route53_")


class Resource(NamedTuple):
    """A managed resource of the JSON."""

    address: str
    kind: str
    region: str
    body: Mapping[str, Any]


class Count(NamedTuple):
    """How many of a thing a resource is, or brings, in a region."""

    resource: Resource
    region: str
    name: str
    number: int


def usage(*stacks: Mapping[str, Any], vcpus: Vcpus | None = None) -> Usage:
    """Count what stacks take of an account, by region and then by name.

    Parameters
    ----------
    *stacks : mapping
        The synthesized JSON of one or more stacks.
    vcpus : callable, optional
        Tells how many vCPUs an instance type has. By default `vcpus_of`, which needs no account.

    Returns
    -------
    dict
        By region, and for what an account has once under `ACCOUNT`, how many there are of each thing. Names are those
        of `ONE_EACH` and of the counting functions below, or types of other services; what there is none of is not in
        it, and counts 0.
    """
    return usage_of([one for stack in stacks for one in resources_of(stack)], vcpus=vcpus)


def usage_of(resources: Iterable[Resource], *, vcpus: Vcpus | None = None) -> Usage:
    """Count what resources take of an account, as `usage` does."""
    resources = list(resources)
    found: Usage = {}
    for one in counts(resources, vcpus=vcpus):
        found.setdefault(one.region, Counter())[one.name] += one.number
    for region, number in _most_rules(resources).items():
        found.setdefault(region, Counter())["rules of one security group"] = number
    return dict(sorted(found.items()))


def counts(resources: Iterable[Resource], *, vcpus: Vcpus | None = None) -> Iterator[Count]:
    """List what each resource takes of an account, and in which region."""
    by_address = {one.address: one for one in resources}
    for one in by_address.values():
        for region, name, number in _counted(one, by_address, vcpus or vcpus_of):
            yield Count(one, region, name, number)


def service_of(kind: str) -> str | None:
    """Return the service of a type that is none of the platform's, such as `mq` of `aws_mq_broker`."""
    provider, _, rest = kind.partition("_")
    service = rest.partition("_")[0]
    return service if provider == "aws" and service not in SERVICES else None


def resources_of(stack: Mapping[str, Any]) -> Iterator[Resource]:
    """List the managed resources of a stack's JSON; the region is the alias of the provider, `ACCOUNT` without one."""
    for kind, blocks in stack.get("resource", {}).items():
        for name, body in blocks.items():
            alias = str(body.get("provider", "")).partition(".")[2] or ACCOUNT
            region = ACCOUNT if kind.startswith(GLOBAL) else alias
            yield Resource(f"{kind}.{name}", kind, region, body)


@cache
def _instance_types() -> Mapping[str, Any]:
    packed = files("moto.ec2").joinpath("resources/instance_types.json.gz").read_bytes()
    types: Mapping[str, Any] = json.loads(gzip.decompress(packed))
    return types


def vcpus_of(instance_type: str) -> int:
    """Return how many vCPUs an instance type has, from the copy of `DescribeInstanceTypes` that moto keeps.

    Raises
    ------
    ToolError
        When the copy does not know the type.
    """
    try:
        return int(_instance_types()[instance_type]["VCpuInfo"]["DefaultVCpus"])
    except KeyError as error:
        raise ToolError(f"how many vCPUs {instance_type} has is not known here") from error


Found = Iterator[tuple[str, str, int]]
Resources = Mapping[str, Resource]


def _counted(one: Resource, resources: Resources, vcpus: Vcpus) -> Found:
    if one.kind in ONE_EACH:
        yield one.region, ONE_EACH[one.kind], 1
    if one.kind in _MORE:
        yield from _MORE[one.kind](one, resources, vcpus)
    if service_of(one.kind):
        yield one.region, one.kind, 1


def _at(reference: str, resources: Resources) -> Resource:
    return resources[reference.removeprefix("${").removesuffix("}").rpartition(".")[0]]


def _endpoint(one: Resource, _resources: Resources, _vcpus: Vcpus) -> Found:
    interface = one.body.get("vpc_endpoint_type") == "Interface"
    yield one.region, "interface endpoints" if interface else "gateway endpoints", 1
    if interface:
        # An interface in each subnet; what is paid for is the interface and not the endpoint.
        yield one.region, "endpoint interfaces", len(one.body.get("subnet_ids", ()))


def _group(one: Resource, resources: Resources, vcpus: Vcpus) -> Found:
    mixed = one.body.get("mixed_instances_policy", {}).get("launch_template", {})
    reference = mixed.get("launch_template_specification", {}).get("launch_template_id")
    template = _at(reference or one.body["launch_template"]["id"], resources)
    types = [each["instance_type"] for each in mixed.get("override", ())] or [template.body["instance_type"]]
    least, most = int(one.body["min_size"]), int(one.body["max_size"])
    # Of several types the largest counts: which the group gets is not known beforehand.
    cores = max(map(vcpus, types))
    yield one.region, f"{types[0]} instances", least
    yield one.region, "instances at most", most
    yield one.region, "vCPUs at least", least * cores
    yield one.region, "vCPUs at most", most * cores
    if template.body.get("monitoring", {}).get("enabled"):
        yield one.region, "instances in detail", least
    for device in template.body.get("block_device_mappings", ()):
        yield one.region, "GiB of instance volumes", least * int(device["ebs"]["volume_size"])


def _database(one: Resource, resources: Resources, _vcpus: Vcpus) -> Found:
    source = one
    while "replicate_source_db" in source.body:
        source = _at(source.body["replicate_source_db"], resources)
    place = "Multi-AZ" if one.body.get("multi_az") else "Single-AZ"
    size, kind = int(source.body.get("allocated_storage", 0)), one.body.get("storage_type", "gp2")
    yield one.region, "database instances", 1
    if source is not one:
        yield source.region, "read replicas", 1
    yield one.region, "GiB of databases", size
    yield one.region, f"{place} {one.body['instance_class']}", 1
    yield one.region, f"{place} GiB of {kind}", size


def _function(one: Resource, _resources: Resources, _vcpus: Vcpus) -> Found:
    # A state has -1 where nothing is reserved.
    yield one.region, "reserved concurrency", max(int(one.body.get("reserved_concurrent_executions", 0)), 0)
    # Lambda shares an interface among functions of the same subnet and security groups; ours have groups of their own.
    yield one.region, "function interfaces", len(one.body.get("vpc_config", {}).get("subnet_ids", ()))


def _load_balancer(one: Resource, _resources: Resources, _vcpus: Vcpus) -> Found:
    if not one.body.get("internal"):
        # An address in each zone at least; a busy load balancer takes more.
        yield one.region, "public IPv4 addresses", len(one.body["subnets"])


def _address(one: Resource, _resources: Resources, _vcpus: Vcpus) -> Found:
    yield one.region, "public IPv4 addresses", 1


def _alarm(one: Resource, _resources: Resources, _vcpus: Vcpus) -> Found:
    # An alarm on a formula is paid for by the metrics in it.
    metrics = [query for query in one.body.get("metric_query", ()) if "metric" in query]
    yield one.region, "metrics in alarms", len(metrics) or 1


def _secret(one: Resource, _resources: Resources, _vcpus: Vcpus) -> Found:
    for region in (one.region, *(each["region"] for each in one.body.get("replica", ()))):
        yield region, "secrets", 1


def _table(one: Resource, _resources: Resources, _vcpus: Vcpus) -> Found:
    for region in (one.region, *(each["region_name"] for each in one.body.get("replica", ()))):
        yield region, "tables", 1


def _firewall(one: Resource, _resources: Resources, _vcpus: Vcpus) -> Found:
    yield one.region, "web ACL rules", len(one.body.get("rule", ()))


_MORE: Mapping[str, Callable[[Resource, Resources, Vcpus], Found]] = {
    "aws_autoscaling_group": _group,
    "aws_cloudwatch_metric_alarm": _alarm,
    "aws_db_instance": _database,
    "aws_dynamodb_table": _table,
    "aws_eip": _address,
    "aws_lambda_function": _function,
    "aws_lb": _load_balancer,
    "aws_secretsmanager_secret": _secret,
    "aws_vpc_endpoint": _endpoint,
    "aws_wafv2_web_acl": _firewall,
}
_RULES = ("aws_vpc_security_group_ingress_rule", "aws_vpc_security_group_egress_rule")


def _most_rules(resources: Iterable[Resource]) -> dict[str, int]:
    """Rules of the security group that has most, for each region; AWS counts those in and those out apart."""
    rules = Counter((one.region, one.kind, one.body["security_group_id"]) for one in resources if one.kind in _RULES)
    most: dict[str, int] = {}
    for (region, _, _), number in rules.items():
        most[region] = max(most.get(region, 0), number)
    return most
