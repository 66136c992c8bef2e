"""What differs from the state although nobody has changed anything.

After an apply Terraform does not look again. So the state says of a bucket that it has no policy, although the resource
beside it has just put one there. The resource beside it shows whatever somebody changes there, so nothing is missed.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from tools.plan import Plan

Values = Mapping[str, Any]
Nested = Any

#: By type and attribute, the types of the resources that say what is in it.
COVERED: Mapping[tuple[str, str], frozenset[str]] = {
    **{
        ("aws_s3_bucket", attribute): frozenset({f"aws_s3_bucket_{kind}"})
        for attribute, kind in {
            "acl": "acl",
            "lifecycle_rule": "lifecycle_configuration",
            "logging": "logging",
            "object_lock_configuration": "object_lock_configuration",
            "policy": "policy",
            "replication_configuration": "replication_configuration",
            "server_side_encryption_configuration": "server_side_encryption_configuration",
            "versioning": "versioning",
        }.items()
    },
    ("aws_iam_role", "managed_policy_arns"): frozenset({"aws_iam_role_policy_attachments_exclusive"}),
    ("aws_secretsmanager_secret", "policy"): frozenset({"aws_secretsmanager_secret_policy"}),
    ("aws_sns_topic", "policy"): frozenset({"aws_sns_topic_policy"}),
    ("aws_sqs_queue", "policy"): frozenset({"aws_sqs_queue_policy"}),
    # Options are of the accepter, which is of the connection.
    **{
        (kind, attribute): frozenset({covered_by})
        for kind, covered_by in {
            "aws_vpc_peering_connection": "aws_vpc_peering_connection_accepter",
            "aws_vpc_peering_connection_accepter": "aws_vpc_peering_connection_options",
        }.items()
        for attribute in ("accepter", "requester")
    },
}
#: Attributes that Terraform does not put back, and that somebody may have changed all the same. All others of this
#: kind are values that AWS alone chooses.
WATCHED: frozenset[tuple[str, str]] = frozenset(COVERED) | {
    ("aws_db_instance", "replicas"),
    ("aws_iam_role", "inline_policy"),
    ("aws_default_route_table", "route"),
    ("aws_default_security_group", "egress"),
    ("aws_default_security_group", "ingress"),
    ("aws_lambda_function", "code_sha256"),
    ("aws_lambda_function", "layers"),
    ("aws_route_table", "route"),
    ("aws_s3_bucket", "cors_rule"),
    ("aws_s3_bucket", "grant"),
    ("aws_s3_bucket", "website"),
    ("aws_security_group", "egress"),
    ("aws_security_group", "ingress"),
    ("aws_sqs_queue", "redrive_allow_policy"),
}
_EMPTY: tuple[object, ...] = (None, "", [], {})


def differ(before: object, after: object) -> bool:
    """Tell whether two values differ otherwise than by what is empty, or by an order."""
    return bool(_bare(before) != _bare(after))


def _bare(value: Nested) -> Nested:
    if isinstance(value, Mapping):
        inner = {key: _bare(each) for key, each in value.items()}
        value = {key: each for key, each in inner.items() if each is not None}
    elif isinstance(value, list):
        value = sorted((_bare(each) for each in value), key=repr)
    return None if value in _EMPTY else value


def covering(plan: Plan) -> dict[str, set[str]]:
    """Return by address the types of the resources that refer to it in the configuration."""
    found: dict[str, set[str]] = {}
    for resource in plan.get("configuration", {}).get("root_module", {}).get("resources", ()):
        for name in _references(resource.get("expressions", {})):
            found.setdefault(".".join(name.split(".")[:2]), set()).add(resource["type"])
    return found


def _references(value: object) -> Iterable[str]:
    if isinstance(value, Mapping):
        yield from value.get("references", ())
        for inner in value.values():
            yield from _references(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _references(inner)


def acl_rules(rules: Nested) -> list[dict[str, Any]]:
    """Return rules of a network ACL as both Terraform and AWS tell them: protocols by number, types of ICMP only."""
    numbers = {"tcp": "6", "icmp": "1", "udp": "17", "all": "-1"}
    return [
        {
            **{name: value for name, value in rule.items() if name not in {"icmp_code", "icmp_type"} or value},
            "protocol": numbers.get(str(rule.get("protocol")), str(rule.get("protocol"))),
        }
        for rule in rules or ()
    ]


def unexplained(kind: str, name: str, before: Values, after: Values, plan: Plan) -> list[str] | None:
    """Return what no other resource of the state explains, in words; None of an attribute that is no such list."""
    if kind in {"aws_security_group", "aws_default_security_group"} and name in {"ingress", "egress"}:
        known = _rules(before.get(name)) | _rules_beside(str(after.get("id")), name, plan)
        return [_rule_said(name, rule) for rule in sorted(_rules(after.get(name)) - known)]
    if kind in {"aws_route_table", "aws_default_route_table"} and name == "route":
        known = _routes(before.get(name)) | _routes_beside(str(after.get("id")), plan)
        return [f"a route to {place} by {way}" for place, way in sorted(_routes(after.get(name)) - known)]
    if (kind, name) == ("aws_iam_role", "inline_policy"):
        ours = {
            str(each.get("name")) for each in _of(plan, "aws_iam_role_policy") if each.get("role") == after.get("id")
        }
        # What is in one of ours its own resource tells.
        found = {str(each.get("name")) for each in after.get(name) or ()}
        return [f"a policy {each}" for each in sorted(found - ours)]
    if (kind, name) == ("aws_db_instance", "replicas"):
        ours = {str(each.get(key)) for each in _of(plan, "aws_db_instance") for key in ("arn", "identifier")}
        return [f"a replica {each}" for each in after.get(name) or () if each not in {*(before.get(name) or ()), *ours}]
    return None


def _of(plan: Plan, kind: str) -> list[Values]:
    resources = plan.get("prior_state", {}).get("values", {}).get("root_module", {}).get("resources", ())
    return [each.get("values") or {} for each in resources if each["type"] == kind and each.get("mode") == "managed"]


def _rules(blocks: object) -> set[tuple[str, ...]]:
    found: set[tuple[str, ...]] = set()
    for block in blocks if isinstance(blocks, list) else ():
        ports = (str(block.get("protocol")), *_ports(block))
        for names in ("cidr_blocks", "ipv6_cidr_blocks", "prefix_list_ids", "security_groups"):
            found |= {(*ports, str(each)) for each in block.get(names) or ()}
        if block.get("self"):
            found.add((*ports, "itself"))
    return found


def _rules_beside(group: str, name: str, plan: Plan) -> set[tuple[str, ...]]:
    found: set[tuple[str, ...]] = set()
    for rule in _of(plan, f"aws_vpc_security_group_{name}_rule"):
        if rule.get("security_group_id") == group:
            names = ("cidr_ipv4", "cidr_ipv6", "prefix_list_id", "referenced_security_group_id")
            other = next((str(rule[each]) for each in names if rule.get(each)), "")
            found.add((str(rule.get("ip_protocol")), *_ports(rule), "itself" if other == group else other))
    return found


def _ports(rule: Values) -> tuple[str, str]:
    """Return the ports of a rule; one for all protocols has none, which is told in two ways."""
    if str(rule.get("protocol", rule.get("ip_protocol"))) == "-1":
        return "all", "all"
    return str(rule.get("from_port")), str(rule.get("to_port"))


def _rule_said(name: str, rule: tuple[str, ...]) -> str:
    protocol, first, last, other = rule
    ports = first if first == last else f"{first} to {last}"
    which = "all traffic" if protocol == "-1" else f"{protocol} {ports}"
    return f"{which} {'from' if name == 'ingress' else 'to'} {other}"


_PLACES = ("cidr_block", "ipv6_cidr_block", "destination_prefix_list_id")
_PLACES_BESIDE = ("destination_cidr_block", "destination_ipv6_cidr_block", "destination_prefix_list_id")
_WAYS = (
    *("carrier_gateway_id", "core_network_arn", "egress_only_gateway_id", "gateway_id", "local_gateway_id"),
    *("nat_gateway_id", "network_interface_id", "transit_gateway_id", "vpc_endpoint_id", "vpc_peering_connection_id"),
)


def _route(route: Values, places: tuple[str, ...]) -> tuple[str, str]:
    return tuple(  # type: ignore[return-value]
        next((str(route[name]) for name in names if route.get(name)), "nothing") for names in (places, _WAYS)
    )


def _routes(blocks: object) -> set[tuple[str, str]]:
    return {_route(each, _PLACES) for each in blocks} if isinstance(blocks, list) else set()


def _routes_beside(table: str, plan: Plan) -> set[tuple[str, str]]:
    """Return the routes of resources beside a table; the gateway endpoints of a VPC put theirs there too."""
    found = {_route(each, _PLACES_BESIDE) for each in _of(plan, "aws_route") if each.get("route_table_id") == table}
    for endpoint in _of(plan, "aws_vpc_endpoint"):
        found.add((str(endpoint.get("prefix_list_id")), str(endpoint.get("id"))))
    return found
