"""config/settings.schema.json: what an editor tells while a settings file is written.

The loader reads every scalar as text, and an editor reads YAML 1.2, in which `17` is a number and `true` a boolean. So
the schema takes whatever an editor may make of a text that the loader takes, and refuses nothing that the loader takes.

https://json-schema.org/draft-07, which editors know: https://github.com/redhat-developer/yaml-language-server
"""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from pydantic.fields import FieldInfo
from pydantic_core import to_jsonable_python

from modules.settings import Settings
from modules.settings.types import Section
from tools.paths import ROOT
from tools.reference.described import about, described
from tools.reference.kinds import Kind, kinds, takes_nothing

FILE = ROOT / "config" / "settings.schema.json"
Schema = dict[str, Any]

#: What pydantic makes a number or a boolean of, besides numbers and booleans: texts in YAML 1.2.
WHOLE = r"^\s*[+-]?[0-9][0-9_]*(\.0*)?\s*$"
NUMBER = r"^\s*[+-]?([0-9][0-9_]*\.?|\.[0-9])[0-9_]*([eE][+-]?[0-9]+)?\s*$"
YES_OR_NO = r"^([Tt][Rr][Uu][Ee]|[Ff][Aa][Ll][Ss][Ee]|[Yy][Ee][Ss]|[Nn][Oo]|[Oo][Nn]|[Oo][Ff][Ff]|[YyNnTtFf01])$"
#: Texts that YAML 1.2 has another type for.
OTHER_TYPES = {
    "boolean": ("true", "false", "True", "FALSE"),
    "number": ("1", "17", "17.4", "0042", "-1", "+1", "1e3", ".5", "0x1f", ".inf", ".nan", "111122223333"),
}
BOUNDS = {"ge": "minimum", "gt": "exclusiveMinimum", "le": "maximum", "lt": "exclusiveMaximum"}
#: Lists of values that stand once in the schema, from so many values on.
LEAST_NAMED = 20


def schema() -> Schema:
    """Return the schema."""
    named: dict[str, Schema] = {}
    body = _section(Settings, named)
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "Settings of Meridian",
        "$comment": "Made by `make tables` from modules/settings; docs/settings.md is made from the same.",
        **body,
        "definitions": dict(sorted(named.items())),
    }


def text() -> str:
    """Return the file's text."""
    return json.dumps(schema(), indent=1, ensure_ascii=False) + "\n"


def write() -> None:
    """Write the file anew."""
    FILE.write_text(text(), encoding="utf-8")


def _section(section: type[Section], named: dict[str, Schema]) -> Schema:
    fields = section.model_fields
    required = [name for name, field in fields.items() if field.is_required()]
    return {
        "type": "object",
        "properties": {name: _key(section, name, field, named) for name, field in fields.items()},
        **({"required": required} if required else {}),
        "additionalProperties": False,
    }


def _key(section: type[Section], name: str, field: FieldInfo, named: dict[str, Schema]) -> Schema:
    found = kinds(field.annotation, field.metadata)
    said = described(section).get(name)
    inner = next(filter(None, (kind.section for kind in found)), None)
    words = said.text if said else about(inner) if inner else ""
    made = _any_of([_kind(kind, named) for kind in found], or_nothing=takes_nothing(field.annotation))
    default = None if field.is_required() else to_jsonable_python(field.get_default(call_default_factory=True))
    more = {} if inner or default in (None, [], {}) else {"default": default}
    # Beside a reference, draft 7 has nothing count.
    made = {"allOf": [made]} if "$ref" in made else made
    return {**({"description": words.replace("``", "`")} if words else {}), **made, **more}


def _any_of(found: list[Schema], *, or_nothing: bool) -> Schema:
    if or_nothing and len(found) == 1 and "type" in found[0] and "enum" not in found[0]:
        types = found[0]["type"]
        return {**found[0], "type": [*([types] if isinstance(types, str) else types), "null"]}
    every = [*found, *([{"type": "null"}] if or_nothing else [])]
    return every[0] if len(every) == 1 else {"anyOf": every}


def _kind(kind: Kind, named: dict[str, Schema]) -> Schema:
    if kind.section:
        return _section(kind.section, named)
    if kind.item is not None:
        return _list(kind, named)
    if kind.entry:
        keys, values = ([_kind(one, named) for one in kinds(of)] for of in kind.entry)
        return {
            "type": "object",
            "propertyNames": _any_of(keys, or_nothing=False),
            "additionalProperties": _any_of(values, or_nothing=False),
        }
    if kind.plain is bool:
        return {"anyOf": [{"type": "boolean"}, {"type": ["string", "integer"], "pattern": YES_OR_NO, **_between(0, 1)}]}
    if kind.is_number:
        return _number(kind)
    return _text(kind, named)


def _list(kind: Kind, named: dict[str, Schema]) -> Schema:
    items = _any_of([_kind(one, named) for one in kinds(kind.item)], or_nothing=False)
    # Numbers that are equal can be texts that are not: 1 and 1.0.
    only_texts = items.get("type") == "string" or "$ref" in items
    return {
        "type": "array",
        "items": items,
        **({"minItems": 1} if kind.needs_one else {}),
        **({"maxItems": kind.most} if kind.most else {}),
        **({"uniqueItems": True} if kind.is_once and only_texts else {}),
    }


def _number(kind: Kind) -> Schema:
    pattern = WHOLE if kind.plain is int else NUMBER
    if kind.allowed:
        return {"anyOf": [{"enum": list(kind.allowed.values)}, {"type": "string", "pattern": pattern}]}
    bounds = {BOUNDS[name]: bound for name, bound in kind.bounds.items()}
    return {"type": ["integer" if kind.plain is int else "number", "string"], "pattern": pattern, **bounds}


def _text(kind: Kind, named: dict[str, Schema]) -> Schema:
    allowed = kind.allowed
    values = kind.choices or (allowed.values if allowed else ())
    if values:
        texts: Schema = {"enum": [*values, *_read_otherwise(values)]}
        if len(values) < LEAST_NAMED or allowed is None:
            return texts
        name = _name(allowed.words)
        # An editor would list hundreds.
        wrong = {"errorMessage": f"not {allowed.words}: docs/settings.md"}
        named[name] = {"type": "string", **texts, **wrong, "description": allowed.words}
        return {"$ref": f"#/definitions/{name}"}
    pattern = allowed.pattern if allowed else None
    types = ["string", *(kind for kind, samples in OTHER_TYPES.items() if _takes(pattern, samples))]
    found: Schema = {"type": types if len(types) > 1 else types[0]}
    if allowed is None or pattern is None:
        return found
    return {**found, "pattern": f"^({pattern})$", "patternErrorMessage": f"allowed: {allowed.words}"}


def _read_otherwise(values: tuple[str | int, ...]) -> Iterator[float | bool]:
    """Return what an editor makes of choices that are no texts in YAML 1.2."""
    for value in values:
        if re.fullmatch(r"[0-9]+", str(value)):
            yield int(value)
        elif re.fullmatch(r"[0-9]+\.[0-9]+", str(value)):
            yield float(value)


def _takes(pattern: str | None, samples: tuple[str, ...]) -> bool:
    return pattern is None or any(re.fullmatch(pattern, sample, re.ASCII) for sample in samples)


def _between(least: int, most: int) -> Mapping[str, int]:
    return {"minimum": least, "maximum": most}


def _name(words: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", words.lower()).strip("-")
