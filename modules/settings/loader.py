"""Read a settings file and report everything that is wrong with it at once."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, get_args

import yaml
from pydantic import ValidationError

from modules.settings import types
from modules.settings.draft import Draft
from modules.settings.faults import Fault, SettingsError, nearest
from modules.settings.former import FORMER_KEYS
from modules.settings.model import Settings
from modules.settings.rules import RULES

if TYPE_CHECKING:
    from pathlib import Path

    from pydantic_core import ErrorDetails

SUFFIX_VARIABLE = "ENVIRONMENT_SUFFIX"
MAPPING = "a mapping of settings, see config/prod.yaml"
KINDS = {
    "string_type": ("not a text", "a text"),
    "tuple_type": ("not a list", "a list, such as [a, b]"),
    "model_type": ("not a mapping", "keys and values below it"),
    "mapping_type": ("not a mapping", "keys and values below it"),
}
NULL_ONLY = {
    first: [resolver for resolver in resolvers if resolver[0] == "tag:yaml.org,2002:null"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


class _TextLoader(yaml.SafeLoader):
    """Reads every scalar except null as text: an account id keeps its leading zero."""

    yaml_implicit_resolvers = NULL_ONLY

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:  # noqa: FBT001, FBT002
        """Refuse a duplicate key, of which YAML would silently keep the last."""
        mapping: dict[Hashable, Any] = {}
        for key_node, value_node in node.value:
            key = self.construct_object(key_node, deep=True)
            if not isinstance(key, str):
                raise yaml.constructor.ConstructorError(None, None, "key is not text", key_node.start_mark)
            if key in mapping:
                raise yaml.constructor.ConstructorError(None, None, f"key {key!r} stands twice", key_node.start_mark)
            mapping[key] = self.construct_object(value_node, deep=deep)
        return mapping


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
        raw["environment_suffix"] = environ[SUFFIX_VARIABLE]
    faults = [*_interpolations(raw)]
    reported = {fault.path for fault in faults}
    settings = None
    try:
        settings = Settings.model_validate(raw)
    except ValidationError as error:
        faults += [fault for details in error.errors() if (fault := _fault(details)).path not in reported]
    draft = Draft(raw)
    faults += [fault for rule in RULES for fault in rule(draft) if fault.path not in {known.path for known in faults}]
    if faults or settings is None:
        raise SettingsError(faults)
    return settings


def _read(path: Path) -> dict[str, Any]:
    try:
        raw = yaml.load(path.read_text(encoding="utf-8"), Loader=_TextLoader)  # noqa: S506 - derived from SafeLoader
    except OSError as error:
        raise SettingsError([Fault(str(path), f"cannot be read ({error.strerror})", str(path), MAPPING)]) from error
    except UnicodeDecodeError as error:
        raise SettingsError([Fault(str(path), "not a text in UTF-8", str(path), MAPPING)]) from error
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f"{path}:{mark.line + 1}:{mark.column + 1}" if mark else str(path)
        problem = f"not YAML ({getattr(error, 'problem', None) or error})"
        raise SettingsError([Fault(where, problem, path.name, MAPPING)]) from error
    if not isinstance(raw, dict):
        raise SettingsError([Fault(str(path), f"not a mapping but a {type(raw).__name__}", raw, MAPPING)])
    return raw


def _interpolations(value: object, path: str = "") -> Iterator[Fault]:
    """Texts that Terraform would interpolate."""
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _interpolations(key, f"{path}.{key}".lstrip("."))
            yield from _interpolations(inner, f"{path}.{key}".lstrip("."))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from _interpolations(inner, f"{path}[{index}]")
    elif isinstance(value, str) and ("${" in value or "%{" in value):
        yield Fault(path, "Terraform would interpolate it", value, "text without ${ and %{")


def _fault(details: ErrorDetails) -> Fault:
    """Fault for an error of pydantic."""
    location, context = details["loc"], details.get("ctx", {})
    # Parts of a location that pydantic adds, such as [key], are not in the file's path.
    path = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in location if not _own(part))
    path, value = path.lstrip("."), details["input"]
    kind, problem, allowed = details["type"], "not allowed", details["msg"].lower().removeprefix("input should be ")
    if kind == types.FAULT:
        problem, allowed = context["problem"], context["allowed"]
    elif kind == "missing":
        problem, value, allowed = "missing", None, f"a value for {path}, see config/prod.yaml"
    elif kind == "extra_forbidden":
        known = _keys(location[:-1])
        if path in FORMER_KEYS:
            problem, allowed = "a key of an earlier version", FORMER_KEYS[path]
        else:
            problem, allowed = f"unknown key{nearest(str(location[-1]), known)}", ", ".join(known)
    elif kind == "literal_error":
        problem, allowed = "not one of the choices", str(context["expected"])
    elif kind in KINDS:
        problem, allowed = KINDS[kind]
    return Fault(path, problem, value, allowed)


def _own(part: int | str) -> bool:
    return isinstance(part, str) and part.startswith("[")


def _keys(location: tuple[int | str, ...]) -> list[str]:
    """Keys of the section at ``location``."""
    model: Any = Settings
    for part in location:
        # In a mapping, such as one of regions, the part is a key, and the mapping's values are of the model.
        model = model.model_fields[str(part)].annotation if hasattr(model, "model_fields") else get_args(model)[1]
    return list(model.model_fields)
