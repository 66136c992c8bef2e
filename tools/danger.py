"""What in a plan deserves a second look before somebody says yes: pure functions over `terraform show -json`.

What a plan does not know yet, such as a policy that is made of ARNs of new resources, is looked at where its document
has the part that is known. Nothing here refuses; that is the gate's work.
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from ipaddress import ip_network
from typing import Any

from policies.losses import DATA
from tools.plan import Plan, deletions
from tools.texts import texts
from tools.weakened import guards_lost, lifted
from tools.widened import allows_everything, attached, statements, widened

#: What holds data, or without which data is not to be read.
HOLD_DATA = DATA.keys() | {
    "aws_db_instance_automated_backups_replication",
    "aws_dynamodb_table_replica",
    "aws_sqs_queue",
}
#: A network of fewer bits in its prefix is everybody: two halves of the internet are all of it.
FEWEST_BITS = 8
#: What a change can be dangerous by, in the order in which it is told.
KINDS_OF_CHANGES = ("protection", "policies", "network")
MOST_NAMED = 3
MOST_LINES = 8
BOUNDARY = "permissions_boundary"

_ACCOUNT = re.compile(r':(\d{12}):|"(\d{12})"|^(\d{12})$')
_WITHOUT_MEANING = frozenset({"tags", "tags_all", "id", "owner_id"})

Change = Mapping[str, Any]


def dangers(plan: Plan, *, account_id: str) -> dict[str, list[str]]:
    """Return what is dangerous, a few lines a kind; kinds of which there is nothing are left out.

    Parameters
    ----------
    plan : mapping
        The plan.
    account_id : str
        Whose plan it is: other accounts are foreign.
    """
    found = {"data": list(_data(plan))}
    for name, lines in exposures(plan, account_id=account_id).items():
        found[name] = [f"{text}: {address}" for address, text in lines]
    return {name: _some(lines, most=MOST_LINES) for name, lines in found.items() if lines}


def of_change(change: Change, *, account_id: str) -> Iterator[tuple[str, str]]:
    """Yield what is dangerous about one resource's change, each as its kind and in words.

    Parameters
    ----------
    change : mapping
        One of a plan's changes, or of what has changed outside of Terraform.
    account_id : str
        As in `dangers`.
    """
    looks: dict[str, Callable[[Change], Iterator[str]]] = {
        "protection": lifted,
        "policies": lambda change: _opened(change, account_id),
        "network": _reachable,
    }
    for name in KINDS_OF_CHANGES:
        for text in looks[name](change):
            yield name, text


def exposures(plan: Plan, *, account_id: str) -> dict[str, list[tuple[str, str]]]:
    """Return all that is dangerous about changes, by kind, each as the address and in words.

    Parameters
    ----------
    plan : mapping
        The plan.
    account_id : str
        As in `dangers`.
    """
    found: dict[str, list[tuple[str, str]]] = {name: [] for name in KINDS_OF_CHANGES}
    for change in _changed(plan):
        for name, text in of_change(change, account_id=account_id):
            found[name].append((str(change["address"]), text))
    found["protection"] += guards_lost(plan)
    return found


def _data(plan: Plan) -> Iterator[str]:
    gone = [change for change in deletions(plan) if change["type"] in HOLD_DATA]
    for what, replaced in (("destroyed", False), ("replaced", True)):
        chosen = [change for change in gone if ("create" in change["change"]["actions"]) == replaced]
        for kind in sorted({change["type"] for change in chosen}):
            addresses = [change["address"] for change in chosen if change["type"] == kind]
            yield f"{what}: {len(addresses)} {kind}: {', '.join(_some(addresses, most=MOST_NAMED))}"


def _changed(plan: Plan) -> Iterator[Change]:
    """Yield what the plan makes or changes, and the documents that it can only read in part."""
    for change in plan.get("resource_changes", ()):
        if {"create", "update", "read"} & {*change["change"]["actions"]}:
            yield change


def _values(change: Change) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
    what = change["change"]
    return what.get("before") or {}, what.get("after") or {}


def _opened(change: Change, account_id: str) -> Iterator[str]:
    before, after = (
        {key: value for key, value in side.items() if key not in _WITHOUT_MEANING} for side in _values(change)
    )
    foreign = _accounts(after) - _accounts(before) - {account_id}
    if foreign:
        yield f"names account {', '.join(sorted(foreign))}"
    # The policy of an endpoint grants nothing by itself: https://docs.aws.amazon.com/vpc/latest/privatelink/vpc-endpoints-access.html
    anybody = change["type"] != "aws_vpc_endpoint" and _lets_anybody_in(after) and not _lets_anybody_in(before)
    # https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_boundaries.html
    if before.get(BOUNDARY) and BOUNDARY in after and not after[BOUNDARY]:
        yield "loses its permissions boundary"
    if more := attached(before, after):
        yield f"attaches {', '.join(_some(more, most=MOST_NAMED))}"
    if not before and any(map(allows_everything, _statements(after))):
        yield "allows every action on every resource"
    if anybody:
        yield "lets anybody in, without a condition"
    if not (foreign or anybody):
        for name in sorted(before.keys() & after.keys()):
            yield from _widened(before[name], after[name])


def _widened(before: object, after: object) -> Iterator[str]:
    if before != after and _is_policy(before) and _is_policy(after):
        for words, names in widened(str(before), str(after)):
            yield f"{words} ({', '.join(_some(names, most=MOST_NAMED))})"


def _accounts(value: object) -> set[str]:
    return {next(filter(None, found)) for text in texts(value) for found in _ACCOUNT.findall(text)}


def _lets_anybody_in(values: Mapping[str, Any]) -> bool:
    """Tell whether a policy among the values allows something to `*`, whatever the circumstances."""
    return any(map(_is_open, _statements(values)))


def _statements(values: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    found = [*(values.get("statement") or ())]
    for text in values.values():
        if _is_policy(text):
            found += statements(text)
    return [each for each in found if isinstance(each, Mapping)]


def _is_policy(value: object) -> bool:
    # A script or another document may have the word too.
    if not isinstance(value, str) or '"Statement"' not in value:
        return False
    try:
        listed = json.loads(value)["Statement"]
    except (ValueError, KeyError, TypeError):
        return False
    return all(isinstance(each, Mapping) for each in (listed if isinstance(listed, list) else [listed]))


def _is_open(statement: Mapping[str, Any]) -> bool:
    # A document of Terraform's has `effect` and `principals`, and a policy of AWS's has `Effect` and `Principal`.
    allows = (statement.get("Effect") or statement.get("effect") or "Allow") == "Allow"
    bounded = statement.get("Condition") or statement.get("condition")
    principal = statement.get("Principal")
    named = [
        *(principal.values() if isinstance(principal, Mapping) else [principal]),
        *(one.get("identifiers") for one in statement.get("principals") or ()),
    ]
    return allows and not bounded and any(each == "*" or (isinstance(each, list) and "*" in each) for each in named)


def _reachable(change: Change) -> Iterator[str]:
    before, after = _values(change)
    for ports, block in sorted(_doors(change["type"], after) - _doors(change["type"], before)):
        yield f"opens {ports} to {block}"


def _doors(kind: str, values: Mapping[str, Any]) -> set[tuple[str, str]]:
    """Return the ports that a security group, or one of its rules, opens to everybody."""
    rules: list[Mapping[str, Any]] = []
    if kind in {"aws_security_group", "aws_default_security_group"}:
        rules = values.get("ingress") or []
    elif kind == "aws_vpc_security_group_ingress_rule" or (
        kind == "aws_security_group_rule" and values.get("type") == "ingress"
    ):
        rules = [values]
    names = ("cidr_ipv4", "cidr_ipv6", "cidr_blocks", "ipv6_cidr_blocks")
    return {
        (_ports(rule), block)
        for rule in rules
        for name in names
        for block in ([rule[name]] if isinstance(rule.get(name), str) else rule.get(name) or ())
        if _is_everybody(block)
    }


def _is_everybody(block: object) -> bool:
    try:
        return ip_network(str(block), strict=False).prefixlen < FEWEST_BITS
    except ValueError:
        return False


def _ports(rule: Mapping[str, Any]) -> str:
    first, last = rule.get("from_port"), rule.get("to_port")
    protocol = rule.get("protocol") or rule.get("ip_protocol")
    if str(protocol) == "-1" or first is None:
        return "all ports"
    return f"port {first}" if first == last else f"ports {first} to {last}"


def _some(items: list[str], *, most: int) -> list[str]:
    more = len(items) - most
    return [*items[:most], f"and {more} more"] if more > 0 else items
