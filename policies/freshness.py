from __future__ import annotations

from typing import TYPE_CHECKING, Any

from policies.errors import GateError
from policies.stack import MAKE_PLAN

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from policies.stack import Stack

META_ARGUMENTS = frozenset(
    {"//", "connection", "count", "depends_on", "dynamic", "for_each", "lifecycle", "provider", "provisioner"}
)


def require_plan_of_this_json(stack: Stack) -> None:
    """Refuse a plan that was made from other JSON, or that stopped half-way.

    A plan repeats its configuration, so that each resource and each literal can be compared with the JSON. See
    https://developer.hashicorp.com/terraform/internals/json-format#configuration-representation.

    Parameters
    ----------
    stack
        The JSON and the plan.

    Raises
    ------
    GateError
        The plan failed, lacks resources, has others, or has other arguments.
    """
    if stack.plan.get("errored") or not isinstance(stack.plan.get("configuration"), dict):
        raise GateError(f"{stack.plan_path}: is not a complete `terraform show -json` of a plan, {MAKE_PLAN}")
    configured = {
        entry["address"]: entry
        for entry in stack.plan["configuration"].get("root_module", {}).get("resources", [])
        if entry.get("mode") in ("managed", "data")
    }
    planned = planned_addresses(stack)
    certain = {address for address in stack.built if "for_each" not in stack.resources[address]}
    blocks = stack.resources | stack.data_sources | stack.asked_by_checks
    changed = (
        address
        for address, block in blocks.items()
        if address in configured
        and not _same_block(block=block, expressions=configured[address].get("expressions", {}))
    )
    for what, addresses in (
        ("lacks", blocks.keys() - configured.keys()),
        ("has in excess", configured.keys() - blocks.keys()),
        ("does not plan", certain & configured.keys() - planned),
        ("has other arguments for", changed),
    ):
        listed = sorted(addresses)
        if listed:
            raise GateError(f"{stack.plan_path}: is not of this JSON, {what} {_some(listed)}, {MAKE_PLAN}")


def planned_addresses(stack: Stack) -> frozenset[str]:
    """Return the addresses of the resources that a plan leaves standing, without the indexes of instances."""
    return frozenset(address.partition("[")[0] for address in stack.planned)


def _some(addresses: list[str], *, shown: int = 3) -> str:
    more = len(addresses) - shown
    return ", ".join(addresses[:shown]) + (f" and {more} more" if more > 0 else "")


def _same_block(*, block: Mapping[str, Any], expressions: Mapping[str, Any]) -> bool:
    dropped = (
        key
        for key, value in block.items()
        if key not in META_ARGUMENTS and key not in expressions and isinstance(value, (str, int, float))
    )
    return not any(dropped) and all(
        _same(value=block.get(key), expression=expression) for key, expression in expressions.items()
    )


def _same(*, value: Any, expression: Any) -> bool:  # noqa: ANN401
    if isinstance(expression, list):
        blocks = value if isinstance(value, list) else [value]
        return len(blocks) == len(expression) and _all_same(blocks, expression)
    if not isinstance(expression, dict):
        return True
    if "constant_value" in expression:
        # In Terraform's JSON syntax this is the text as it stands in the file, references included.
        return bool(value == expression["constant_value"])
    if "references" in expression or not expression:
        return True
    return _all_same(value if isinstance(value, list) else [value], [expression])


def _all_same(blocks: Iterable[Any], expressions: Iterable[Any]) -> bool:
    return all(
        isinstance(block, dict) and _same_block(block=block, expressions=expression)
        for block, expression in zip(blocks, expressions, strict=False)
    )
