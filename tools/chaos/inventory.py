"""What an account holds, asked of its services, against what states know: what stands in no state is an orphan.

Of each type of the part that `make chaos` applies, and that AWS would make a second one of, or refuse to make again.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from tools.texts import texts

Clients = Callable[[str, str], Any]
Item = Mapping[str, Any]


def _any(_: Item) -> bool:
    return True


#: By service: the operation that lists, the key of its answer, what names one of them, and which of them count. What
#: AWS makes by itself with a VPC does not count, nor what is only still shown after it was deleted.
LISTS: Mapping[str, tuple[tuple[str, str, str, Callable[[Item], bool]], ...]] = {
    "autoscaling": (("describe_auto_scaling_groups", "AutoScalingGroups", "AutoScalingGroupName", _any),),
    "backup": (("list_backup_vaults", "BackupVaultList", "BackupVaultName", _any),),
    "cloudwatch": (("describe_alarms", "MetricAlarms", "AlarmName", _any),),
    "ec2": (
        ("describe_vpcs", "Vpcs", "VpcId", lambda one: not one["IsDefault"]),
        ("describe_subnets", "Subnets", "SubnetId", lambda one: not one["DefaultForAz"]),
        ("describe_security_groups", "SecurityGroups", "GroupId", lambda one: one["GroupName"] != "default"),
        (
            "describe_route_tables",
            "RouteTables",
            "RouteTableId",
            lambda one: not any(each.get("Main") for each in one["Associations"]),
        ),
        ("describe_network_acls", "NetworkAcls", "NetworkAclId", lambda one: not one["IsDefault"]),
        ("describe_internet_gateways", "InternetGateways", "InternetGatewayId", _any),
        ("describe_nat_gateways", "NatGateways", "NatGatewayId", lambda one: one["State"] != "deleted"),
        ("describe_addresses", "Addresses", "AllocationId", _any),
        ("describe_vpc_endpoints", "VpcEndpoints", "VpcEndpointId", lambda one: one["State"] != "deleted"),
        (
            "describe_vpc_peering_connections",
            "VpcPeeringConnections",
            "VpcPeeringConnectionId",
            lambda one: one["Status"]["Code"] != "deleted",
        ),
    ),
    "elbv2": (
        ("describe_load_balancers", "LoadBalancers", "LoadBalancerArn", _any),
        ("describe_target_groups", "TargetGroups", "TargetGroupArn", _any),
    ),
    "kms": (("list_aliases", "Aliases", "AliasName", lambda one: not one["AliasName"].startswith("alias/aws/")),),
    "lambda": (("list_functions", "Functions", "FunctionName", _any),),
    "logs": (("describe_log_groups", "logGroups", "logGroupName", _any),),
    "rds": (
        ("describe_db_instances", "DBInstances", "DBInstanceIdentifier", _any),
        ("describe_db_subnet_groups", "DBSubnetGroups", "DBSubnetGroupName", _any),
        (
            "describe_db_parameter_groups",
            "DBParameterGroups",
            "DBParameterGroupName",
            lambda one: not one["DBParameterGroupName"].startswith("default."),
        ),
    ),
    "secretsmanager": (("list_secrets", "SecretList", "Name", lambda one: "DeletedDate" not in one),),
    "sns": (("list_topics", "Topics", "TopicArn", _any),),
}


def inventory(clients: Clients, regions: Iterable[str]) -> set[tuple[str, str, str]]:
    """Return what stands: its region, the operation that lists it, and its name or id.

    Parameters
    ----------
    clients : callable
        Makes a boto3 client of a service and a region.
    regions : iterable of str
        Where to look.
    """
    found = set()
    for region in regions:
        for service, lists in LISTS.items():
            client = clients(service, region)
            for operation, key, name, counts in lists:
                found |= {(region, operation, one[name]) for one in _all(client, operation, key) if counts(one)}
        found |= {(region, "list_keys", key) for key in _keys(clients("kms", region))}
        found |= {(region, "list_tables", name) for name in clients("dynamodb", region).list_tables()["TableNames"]}
        found |= {(region, "list_queues", url) for url in clients("sqs", region).list_queues().get("QueueUrls", ())}
    return found | set(_global(clients, next(iter(regions))))


def orphans(
    standing: Iterable[tuple[str, str, str]], states: Iterable[Mapping[str, Any] | None]
) -> list[tuple[str, str, str]]:
    """Return what of it is in none of the states.

    Parameters
    ----------
    standing : iterable of tuple
        What `inventory` returned.
    states : iterable of mapping or None
        States, as Terraform keeps them.
    """
    known = {text for state in states for resource in (state or {}).get("resources", ()) for text in texts(resource)}
    return sorted(one for one in standing if one[2] not in known)


def _all(client: Any, operation: str, key: str) -> Iterator[Item]:  # noqa: ANN401 - boto3 makes clients at run time
    if client.can_paginate(operation):
        for page in client.get_paginator(operation).paginate():
            yield from page[key]
    else:
        yield from getattr(client, operation)()[key]


def _keys(kms: Any) -> Iterator[str]:  # noqa: ANN401 - boto3 makes clients at run time
    for one in _all(kms, "list_keys", "Keys"):
        about = kms.describe_key(KeyId=one["KeyId"])["KeyMetadata"]
        if about["KeyManager"] == "CUSTOMER" and about["KeyState"] != "PendingDeletion":
            yield str(one["KeyId"])


def _global(clients: Clients, region: str) -> Iterator[tuple[str, str, str]]:
    iam, route53, s3 = (clients(service, region) for service in ("iam", "route53", "s3"))
    own = (one for one in _all(iam, "list_roles", "Roles") if not one["Path"].startswith("/aws-service-role/"))
    yield from (("global", "list_roles", one["RoleName"]) for one in own)
    yield from (("global", "list_buckets", one["Name"]) for one in s3.list_buckets()["Buckets"])
    zones = _all(route53, "list_hosted_zones", "HostedZones")
    yield from (("global", "list_hosted_zones", one["Id"].rpartition("/")[2]) for one in zones)
    yield from (
        ("global", "list_health_checks", one["Id"]) for one in _all(route53, "list_health_checks", "HealthChecks")
    )
