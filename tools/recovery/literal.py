"""The arguments of a resource without what they refer to: for a configuration that holds nothing else."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from tools.recovery.look import Unresolved
from tools.recovery.search import Search

_NOT_ARGUMENTS = frozenset({"//", "depends_on", "lifecycle", "provisioner"})
#: No import reads them, and Terraform wants each with its number or not at all.
_WRITE_ONLY = ("_wo", "_wo_version")


def literal(search: Search, address: str, body: Mapping[str, Any]) -> dict[str, Any]:
    """Return the arguments of a resource with what they refer to put in, less what cannot be known.

    Parameters
    ----------
    search : Search
        What knows the values.
    address : str
        The resource.
    body : mapping
        Its arguments, as synthesized.
    """
    return {
        argument: value
        for argument, given in body.items()
        if argument not in _NOT_ARGUMENTS and not argument.endswith(_WRITE_ONLY)
        for value in _literal(search, address, argument, given)
    }


def _literal(search: Search, address: str, argument: str, given: Any) -> Iterator[Any]:  # noqa: ANN401 - whatever it is
    if "${" not in json.dumps(given):
        yield given
    elif isinstance(given, str):
        try:
            yield _escaped(search.value(address, argument))
        except Unresolved:
            return
    elif isinstance(given, list):
        parts = [value for each in given for value in _nested(search, each)]
        if parts:
            yield parts
    else:
        yield from _nested(search, given)


def _nested(search: Search, given: Any) -> Iterator[Any]:  # noqa: ANN401 - as above
    if isinstance(given, dict):
        yield {key: value for key, each in given.items() for value in _nested(search, each)}
    elif isinstance(given, list):
        yield [value for each in given for value in _nested(search, each)]
    elif isinstance(given, str) and "${" in given:
        try:
            yield search.resolved(given)
        except Unresolved:
            return
    else:
        yield given


def _escaped(value: Any) -> Any:  # noqa: ANN401 - as above
    return value.replace("${", "$${").replace("%{", "%%{") if isinstance(value, str) else value
