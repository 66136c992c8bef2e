"""What a state holds, as it is kept: https://developer.hashicorp.com/terraform/internals/json-format does not cover it.

Its form is version 4 of https://github.com/hashicorp/terraform/blob/v1.11.4/internal/states/statefile/version4.go
"""

from collections.abc import Iterator, Mapping
from typing import Any

State = Mapping[str, Any]


def addresses(state: State) -> set[str]:
    """Return the addresses of the resources that a state holds."""
    return {address for address, _ in _instances(state)}


def tainted(state: State) -> set[str]:
    """Return those that Terraform holds for damaged, and would replace.

    It does so with whatever got an id and was not seen to be ready, because waiting for it was broken off for one.
    See https://developer.hashicorp.com/terraform/cli/state/taint
    """
    return {address for address, instance in _instances(state) if instance.get("status") == "tainted"}


def _instances(state: State) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for resource in state.get("resources", ()):
        if resource["mode"] == "managed":
            for instance in resource["instances"]:
                yield f"{resource['type']}.{resource['name']}{_key(instance)}", instance


def _key(instance: Mapping[str, Any]) -> str:
    key = instance.get("index_key")
    if key is None:
        return ""
    return f'["{key}"]' if isinstance(key, str) else f"[{key}]"
