"""A settings file as an editor reads it: YAML 1.2, which the schema is for.

The core schema, https://yaml.org/spec/1.2.2/#103-core-schema, is what editors use. PyYAML reads YAML 1.1, in which
`off` is a boolean and `06:00` a number.
"""

from __future__ import annotations

import json
import re
from functools import cache
from typing import Any

import yaml
from jsonschema import Draft7Validator

from tools.reference.schema import FILE

NULL, BOOLEAN, WHOLE, NUMBER = (f"tag:yaml.org,2002:{kind}" for kind in ("null", "bool", "int", "float"))
CORE = {
    NULL: r"~|null|Null|NULL|",
    BOOLEAN: r"true|True|TRUE|false|False|FALSE",
    WHOLE: r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+",
    NUMBER: r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?|[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)",
}
RESOLVERS = {None: [(tag, re.compile(rf"^({pattern})$")) for tag, pattern in CORE.items()]}


class EditorLoader(yaml.SafeLoader):
    """Reads YAML 1.2 with the core schema; keys are texts."""

    yaml_implicit_resolvers = RESOLVERS

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:  # noqa: ARG002, FBT001, FBT002
        """Keys as they are written."""
        return {key.value: self.construct_object(value, deep=True) for key, value in node.value}


def _whole(_: EditorLoader, node: yaml.ScalarNode) -> int:
    text = node.value
    return int(text, {"0o": 8, "0x": 16}.get(text[:2], 10))


def _number(_: EditorLoader, node: yaml.ScalarNode) -> float:
    return float(re.sub(r"\.(?=inf|nan)", "", node.value.lower()))


EditorLoader.add_constructor(WHOLE, _whole)
EditorLoader.add_constructor(NUMBER, _number)


def read(text: str) -> Any:
    """The content of a file."""
    return yaml.load(text, Loader=EditorLoader)  # noqa: S506 - derived from SafeLoader


@cache
def validator() -> Draft7Validator:
    """A validator of the schema in the repository."""
    schema = json.loads(FILE.read_text(encoding="utf-8"))
    Draft7Validator.check_schema(schema)
    return Draft7Validator(schema)


def complaints(text: str) -> list[str]:
    """What an editor with the schema finds wrong in a file, each with its path."""
    return [
        f"{'.'.join(map(str, error.absolute_path))}: {error.message}" for error in validator().iter_errors(read(text))
    ]
