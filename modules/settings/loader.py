"""Read a settings file and report everything that is wrong with it at once."""

from __future__ import annotations

import stat
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import yaml
from pydantic import ValidationError

from modules.settings import types
from modules.settings.draft import Draft
from modules.settings.faults import Fault, SettingsError, joined, nearest
from modules.settings.former import FORMER_KEYS
from modules.settings.model import Settings
from modules.settings.rules import RULES
from modules.settings.shape import MADE_BY_PYDANTIC, bounds, keys_of
from modules.settings.text import RefusedError, TextLoader

if TYPE_CHECKING:
    from pathlib import Path

    from pydantic_core import ErrorDetails

SUFFIX_VARIABLE, SUFFIX_KEY = "ENVIRONMENT_SUFFIX", "environment_suffix"
MAPPING = "a mapping of settings, see config/prod.yaml"
#: More than any settings file has.
LARGEST_BYTES = 256 * 1024
#: By kind of an error of pydantic: what is wrong, and what is allowed. Numbers also have bounds.
KINDS = {
    "string_type": ("not a text", "a text"),
    "string_unicode": ("half of a character", "a text"),
    "tuple_type": ("not a list", "a list, such as [a, b]"),
    "model_type": ("not a mapping", "keys and values below it"),
    "dict_type": ("not a mapping", "keys and values below it"),
    "mapping_type": ("not a mapping", "keys and values below it"),
    "bool_type": ("neither true nor false", "true or false"),
    "bool_parsing": ("neither true nor false", "true or false"),
}
_NUMBERS = {"int": "whole number", "float": "number", "finite": "number"}
_BOUNDS = frozenset({"greater_than", "greater_than_equal", "less_than", "less_than_equal"})


def load_settings(path: Path, environ: Mapping[str, str]) -> Settings:
    """Settings of the file at ``path``.

    Parameters
    ----------
    path
        A YAML file.
    environ
        Environment variables. ``ENVIRONMENT_SUFFIX`` overrides the file's ``environment_suffix``.

    Raises
    ------
    SettingsError
        With every fault that the file has.
    """
    raw = _read(path)
    if environ.get(SUFFIX_VARIABLE):
        raw[SUFFIX_KEY] = environ[SUFFIX_VARIABLE]
    faults = [*_interpolations(raw)]
    reported = {fault.path for fault in faults}
    settings = None
    try:
        settings = Settings.model_validate(raw)
    except ValidationError as error:
        faults += [fault for details in error.errors() if (fault := _fault(details)).path not in reported]
    draft, known = Draft(raw), {fault.path for fault in faults}
    faults += [fault for rule in RULES for fault in rule(draft) if fault.path not in known]
    if faults or settings is None:
        if environ.get(SUFFIX_VARIABLE):
            # What the file says is overridden, and may be right.
            faults = [replace(one, path=SUFFIX_VARIABLE) if one.path == SUFFIX_KEY else one for one in faults]
        raise SettingsError(faults)
    return settings


def _read(path: Path) -> dict[str, Any]:
    try:
        text = _text(path)
    except OSError as error:
        raise _refused(path, f"cannot be read ({error.strerror})", str(path)) from error
    except UnicodeDecodeError as error:
        raise _refused(path, "not a text in UTF-8", str(path)) from error
    try:
        raw = yaml.load(text, Loader=TextLoader)  # noqa: S506 - derived from SafeLoader
    except RefusedError as error:
        raise SettingsError([_at(path, text, error, error.problem or "", error.note or "")]) from error
    except yaml.MarkedYAMLError as error:
        problem = f"not YAML ({error.problem or error.context})"
        raise SettingsError([_at(path, text, error, problem, MAPPING)]) from error
    except yaml.YAMLError as error:
        raise _refused(path, f"not YAML ({error})", path.name) from error
    if raw is None:
        raise _refused(path, "an empty file", None)
    if not isinstance(raw, dict):
        raise _refused(path, f"not a mapping but a {'list' if isinstance(raw, list) else 'text'}", raw)
    return raw


def _text(path: Path) -> str:
    """What the file says. A pipe or a device may never end."""
    about = path.stat()
    if not stat.S_ISREG(about.st_mode):
        raise _refused(path, "not a file", str(path))
    if about.st_size > LARGEST_BYTES:
        raise _refused(path, "too large a file", f"{about.st_size} bytes", f"at most {LARGEST_BYTES} bytes")
    return path.read_text(encoding="utf-8")


def _refused(path: Path, problem: str, value: object, allowed: str = MAPPING) -> SettingsError:
    return SettingsError([Fault(str(path), problem, value, allowed)])


def _at(path: Path, text: str, error: yaml.MarkedYAMLError, problem: str, allowed: str) -> Fault:
    """Fault at a line of the file."""
    mark = error.problem_mark or error.context_mark
    if mark is None:
        return Fault(str(path), problem, path.name, allowed)
    line = text[: mark.index].rpartition("\n")[2] + text[mark.index :].partition("\n")[0]
    return Fault(f"{path}:{mark.line + 1}:{mark.column + 1}", problem, line.strip(), allowed)


def _interpolations(value: object, path: str = "") -> Iterator[Fault]:
    """Texts that Terraform would interpolate."""
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _interpolations(key, joined(path, key))
            yield from _interpolations(inner, joined(path, key))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from _interpolations(inner, joined(path, index))
    elif isinstance(value, str) and ("${" in value or "%{" in value):
        yield Fault(path, "Terraform would interpolate it", value, "text without ${ and %{")


def _fault(details: ErrorDetails) -> Fault:
    """Fault for an error of pydantic."""
    kind, location, context = details["type"], details["loc"], details.get("ctx", {})
    path = ""
    for place, part in enumerate(location):
        # An unknown key is the file's own, whatever it looks like.
        if part not in MADE_BY_PYDANTIC or (kind == "extra_forbidden" and place == len(location) - 1):
            path = joined(path, part)
    if kind == types.FAULT:
        problem, allowed = context["problem"], context["allowed"]
    elif kind == "missing":
        return Fault(path, "missing", None, f"a value for {path}, see docs/settings.md")
    elif kind == "extra_forbidden":
        problem, allowed = _unknown_key(path, str(location[-1]), keys_of(location[:-1]))
    elif kind == "literal_error":
        problem, allowed = "not one of the choices", str(context["expected"])
    elif kind == "too_long":
        problem, allowed = f"{context['actual_length']} items", f"at most {context['max_length']}"
    elif kind in KINDS:
        problem, allowed = KINDS[kind]
    else:
        problem, allowed = _number(kind, bounds(location)) or ("not allowed", details["msg"].lower())
    return Fault(path, problem, details["input"], allowed)


def _unknown_key(path: str, key: str, known: Sequence[str]) -> tuple[str, str]:
    if path in FORMER_KEYS:
        return "a key of an earlier version", FORMER_KEYS[path]
    return f"unknown key{nearest(key, known)}", ", ".join(known)


def _number(kind: str, limits: str) -> tuple[str, str] | None:
    """Problem and what is allowed, if an error is one of numbers."""
    if kind in _BOUNDS:
        return "not allowed", limits
    name = _NUMBERS.get(kind.partition("_")[0])
    return (f"not a {name}", f"a {name}, {limits}".removesuffix(", ")) if name else None
