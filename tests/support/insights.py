"""Queries of CloudWatch Logs Insights, evaluated as far as the platform's saved ones need it.

See https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_QuerySyntax.html
"""

from __future__ import annotations

import json
import operator
import re
from collections.abc import Mapping
from typing import Any

COMPARISONS = {
    "=": operator.eq,
    "!=": operator.ne,
    ">=": operator.ge,
    "<=": operator.le,
    ">": operator.gt,
    "<": operator.lt,
}
CONDITION = re.compile(
    r"""not\ ispresent\((?P<absent>[\w.@]+)\)
      | (?P<field>[\w.@]+)\ like\ /(?P<regex>.+?)/(?=\ or\ |\ and\ |$)
      | (?P<left>[\w.@]+)\ (?P<sign>=|!=|>=|<=|>|<)\ (?P<right>"[^"]*"|\d+)""",
    re.VERBOSE,
)
#: The fields of a flow log in its default format, as Logs Insights calls them.
FLOW = (
    *("version", "accountId", "interfaceId", "srcAddr", "dstAddr", "srcPort", "dstPort", "protocol", "packets"),
    *("bytes", "startTime", "endTime", "action", "logStatus"),
)


class QueryError(ValueError):
    """The query has what is not evaluated here."""


def discovered(message: str, *, flow: bool = False) -> dict[str, Any]:
    """Fields that Logs Insights finds in a message: those of JSON, with dots, or of a flow log."""
    if flow:
        return {"@message": message, **dict(zip(FLOW, message.split(), strict=True))}
    try:
        content = json.loads(message)
    except ValueError:
        content = {}
    return {"@message": message, **_flat(content)}


def left_of(query: str, fields: Mapping[str, Any]) -> dict[str, Any] | None:
    """Fields of a message after all filters and extractions of a query; None if a filter drops it.

    Raises
    ------
    QueryError
        If a command shows, counts or orders by a field that the message has not got then.
    """
    have = dict(fields)
    for command in (part.strip() for part in re.split(r"\n\s*\|", query.strip())):
        word, _, rest = command.partition(" ")
        if word == "filter" and not _holds(rest, have):
            return None
        if word == "parse":
            regex = re.compile(rest.partition("/")[2].rpartition("/")[0].replace("(?<", "(?P<"))
            found = regex.search(have["@message"])
            # What it extracts takes the place of what was discovered, also where it finds nothing.
            have |= found.groupdict() if found else dict.fromkeys(regex.groupindex)
        if word in {"display", "stats"}:
            wanted = rest.partition(" by ")[2] if word == "stats" else rest
            names = [name.strip() for name in re.sub(r"bin\(\w+\),?|@timestamp,?", "", wanted).split(",")]
            if missing := [name for name in names if name and name not in have]:
                raise QueryError(f"nothing has {', '.join(missing)}: {command}")
    return have


def _holds(condition: str, have: Mapping[str, Any]) -> bool:
    result, position, joint = None, 0, "and"
    while position < len(condition):
        if not (found := CONDITION.match(condition, position)):
            raise QueryError(condition[position:])
        one = _one(found, have)
        result = one if result is None else (result and one if joint == "and" else result or one)
        position = found.end()
        if joints := re.match(r" (and|or) ", condition[position:]):
            joint, position = joints[1], position + joints.end()
    return bool(result)


def _one(found: re.Match[str], have: Mapping[str, Any]) -> bool:
    if found["absent"]:
        return found["absent"] not in have
    if found["field"]:
        return re.search(found["regex"], str(have.get(found["field"], ""))) is not None
    value, wanted = have.get(found["left"]), found["right"]
    if value is None:
        return False
    if wanted.startswith('"'):
        return bool(COMPARISONS[found["sign"]](str(value), wanted.strip('"')))
    return bool(COMPARISONS[found["sign"]](float(value), float(wanted)))


def _flat(content: object, prefix: str = "") -> dict[str, Any]:
    if not isinstance(content, dict):
        return {prefix: content} if prefix else {}
    flat: dict[str, Any] = {}
    for key, value in content.items():
        flat |= _flat(value, f"{prefix}.{key}" if prefix else key)
    return flat
