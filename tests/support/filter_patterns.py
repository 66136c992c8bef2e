"""Filter patterns of CloudWatch Logs for JSON events, evaluated as CloudWatch documents them.

See https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax-for-Metric-Filters.html
"""

from __future__ import annotations

import re
from fnmatch import fnmatchcase
from typing import Any

TOKEN = re.compile(
    r"""\s*(?:(?P<sign>&&|\|\||!=|<=|>=|[(){}=<>])|(?P<text>"[^"]*")|(?P<word>\$[\w.\[\]]+|[\w.*:/+-]+))"""
)


class PatternError(ValueError):
    """CloudWatch would not take the pattern."""


def matches(pattern: str, event: dict[str, Any]) -> bool:
    """Whether a filter with the pattern counts the event.

    Raises
    ------
    PatternError
        If the pattern is none, or is longer than CloudWatch takes.
    """
    if len(pattern) > 1024:
        raise PatternError(f"{len(pattern)} characters, allowed: 1024")
    parser = _Parser(_tokens(pattern), event)
    parser.take("{")
    result = parser.either()
    parser.take("}")
    if parser.rest:
        raise PatternError(f"more after the end: {parser.rest}")
    return result


def _tokens(pattern: str) -> list[str]:
    tokens, position, text = [], 0, pattern.strip()
    while position < len(text):
        found = TOKEN.match(text, position)
        if not found:
            raise PatternError(f"no token at {text[position:]!r}")
        tokens.append(found[0].strip())
        position = found.end()
    return tokens


class _Parser:
    """Reads the tokens from the left; `&&` binds more tightly than `||`."""

    def __init__(self, tokens: list[str], event: dict[str, Any]) -> None:
        self.rest, self.event = tokens, event

    def take(self, *allowed: str) -> str:
        token = self.rest.pop(0) if self.rest else ""
        if allowed and token not in allowed:
            raise PatternError(f"{token!r} where {' or '.join(allowed)} should be")
        return token

    def either(self) -> bool:
        result = self.both()
        while self.rest[:1] == ["||"]:
            self.take()
            # Read in any case, whatever stands to its left.
            result = self.both() or result
        return result

    def both(self) -> bool:
        result = self.term()
        while self.rest[:1] == ["&&"]:
            self.take()
            result = self.term() and result
        return result

    def term(self) -> bool:
        if self.rest[:1] == ["("]:
            self.take()
            result = self.either()
            self.take(")")
            return result
        return self.comparison()

    def comparison(self) -> bool:
        selector = self.take()
        if not selector.startswith("$."):
            raise PatternError(f"{selector!r} where a property selector should be")
        found, value = _select(self.event, selector)
        operator = self.take("=", "!=", "NOT", "IS")
        if operator == "NOT":
            self.take("EXISTS")
            return not found
        operand = self.take()
        if operator == "IS":
            return found and value is {"NULL": None, "TRUE": True, "FALSE": False}[operand]
        # A property that is not there is neither equal nor unequal to anything.
        return found and _equal(value, operand) is (operator == "=")


def _select(event: dict[str, Any], selector: str) -> tuple[bool, Any]:
    value: Any = event
    for part in selector.removeprefix("$.").split("."):
        if not isinstance(value, dict) or part not in value:
            return False, None
        value = value[part]
    return True, value


def _equal(value: object, operand: str) -> bool:
    wanted = operand.removeprefix('"').removesuffix('"')
    if "?" in wanted or "[" in wanted:
        raise PatternError(f"{operand} has more than CloudWatch's only wildcard, *")
    return isinstance(value, str) and fnmatchcase(value, wanted)
