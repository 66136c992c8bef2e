"""The Condition element of an IAM policy, evaluated as AWS does.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
"""

import operator
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from ipaddress import ip_address, ip_network
from typing import Any

# Condition keys in lower case, because their case does not matter; one that the request lacks is not among them.
Context = Mapping[str, Sequence[str]]
# Takes a value of the request, a value of the policy, and the request's keys for variables in the latter.
Test = Callable[[str, str, Context], bool]

ARN_PARTS = 6
VARIABLE = re.compile(r"\$\{([^}]*)\}")
OPERATOR = re.compile(r"(?:(?P<quantifier>ForAnyValue|ForAllValues):)?(?P<name>[A-Za-z]+?)(?P<optional>IfExists)?")


def holds(condition: Mapping[str, Mapping[str, Any]], context: Context) -> bool:
    """Return whether every operator in ``condition`` holds for every key under it.

    Raises
    ------
    ValueError
        If an operator is unknown.
    """
    return all(
        _holds_for_key(name=name, values=context.get(key.lower(), ()), expected=as_list(expected), context=context)
        for name, keys in condition.items()
        for key, expected in keys.items()
    )


def is_operator(name: str) -> bool:
    """Return whether ``name`` is an operator that `holds` understands."""
    match = OPERATOR.fullmatch(name)
    return match is not None and (match["name"] == "Null" or match["name"] in NEGATED or match["name"] in TESTS)


def matches(pattern: str, value: str, context: Context, *, wildcards: bool = True) -> bool:
    """Return whether ``value`` matches ``pattern`` with its ``${variable}``, and by default its ``*`` and ``?``.

    A variable that the request has no value for matches nothing.
    """
    expression_of = _glob if wildcards else re.escape
    expression, position = "", 0
    for variable in VARIABLE.finditer(pattern):
        literal = _variable(variable[1], context)
        if literal is None:
            return False
        expression += expression_of(pattern[position : variable.start()]) + re.escape(literal)
        position = variable.end()
    return re.fullmatch(expression + expression_of(pattern[position:]), value, re.DOTALL) is not None


def as_list(value: Any) -> list[str]:  # noqa: ANN401 - JSON of the user's
    """Return the one or many values of a policy element as a list of strings."""
    values = value if isinstance(value, list) else [value]
    return [str(item).lower() if isinstance(item, bool) else str(item) for item in values]


def _holds_for_key(*, name: str, values: Sequence[str], expected: list[str], context: Context) -> bool:
    match = OPERATOR.fullmatch(name)
    if match is None or not is_operator(name):
        raise ValueError(f"unknown condition operator {name!r}")
    if match["name"] == "Null":
        return (not values) == (expected == ["true"])
    negated = match["name"] in NEGATED
    test = TESTS[NEGATED.get(match["name"], match["name"])]

    if not values:
        if match["optional"] or match["quantifier"] == "ForAllValues":
            return True
        return negated and match["quantifier"] is None
    results = [any(test(value, pattern, context) for pattern in expected) != negated for value in values]
    return all(results) if match["quantifier"] == "ForAllValues" else any(results)


def _variable(name: str, context: Context) -> str | None:
    """Return the value that stands for ``${name}``: the request's, else the default after a comma, else None."""
    if name in {"*", "?", "$"}:
        return name
    key, _, default = name.partition(",")
    values = context.get(key.strip().lower()) or [default.strip().strip("'")]
    return values[0] or None


def _glob(pattern: str) -> str:
    """Return the regular expression of a piece of a pattern without variables."""
    return "".join({"*": ".*", "?": "."}.get(character, re.escape(character)) for character in pattern)


def _string_equals(value: str, pattern: str, context: Context) -> bool:
    return matches(pattern, value, context, wildcards=False)


def _string_equals_ignore_case(value: str, pattern: str, context: Context) -> bool:
    lowered = {key: [item.lower() for item in items] for key, items in context.items()}
    return _string_equals(value.lower(), pattern.lower(), lowered)


def _string_like(value: str, pattern: str, context: Context) -> bool:
    return matches(pattern, value, context)


def _arn_like(value: str, pattern: str, context: Context) -> bool:
    # Each of the parts is matched alone: an asterisk in one never reaches over a colon into the next.
    values, patterns = value.split(":", ARN_PARTS - 1), pattern.split(":", ARN_PARTS - 1)
    if pattern == "*":
        return True
    return len(values) == len(patterns) == ARN_PARTS and all(
        matches(part_pattern, part, context) for part_pattern, part in zip(patterns, values, strict=True)
    )


def _bool(value: str, pattern: str, _context: Context) -> bool:
    return value.lower() == pattern.lower()


def _numeric(compare: Callable[[float, float], bool]) -> Test:
    return lambda value, pattern, _context: compare(float(value), float(pattern))


def _date(compare: Callable[[datetime, datetime], bool]) -> Test:
    return lambda value, pattern, _context: compare(_moment(value), _moment(pattern))


def _moment(text: str) -> datetime:
    if re.fullmatch(r"\d+", text):
        return datetime.fromtimestamp(int(text), tz=UTC)
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _ip_address(value: str, pattern: str, _context: Context) -> bool:
    return ip_address(value) in ip_network(pattern, strict=False)


COMPARISONS: dict[str, Callable[[Any, Any], bool]] = {
    "Equals": operator.eq,
    "LessThan": operator.lt,
    "LessThanEquals": operator.le,
    "GreaterThan": operator.gt,
    "GreaterThanEquals": operator.ge,
}
TESTS: dict[str, Test] = {
    "StringEquals": _string_equals,
    "StringEqualsIgnoreCase": _string_equals_ignore_case,
    "StringLike": _string_like,
    "ArnEquals": _arn_like,
    "ArnLike": _arn_like,
    "Bool": _bool,
    "IpAddress": _ip_address,
    **{f"Numeric{name}": _numeric(compare) for name, compare in COMPARISONS.items()},
    **{f"Date{name}": _date(compare) for name, compare in COMPARISONS.items()},
}
NEGATED = {
    "StringNotEquals": "StringEquals",
    "StringNotEqualsIgnoreCase": "StringEqualsIgnoreCase",
    "StringNotLike": "StringLike",
    "ArnNotEquals": "ArnEquals",
    "ArnNotLike": "ArnLike",
    "NotIpAddress": "IpAddress",
    "NumericNotEquals": "NumericEquals",
    "DateNotEquals": "DateEquals",
}
