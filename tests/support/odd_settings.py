"""Strategies of hypothesis for settings files: what fits a key, what does not, and marks of YAML."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

import yaml
from hypothesis import strategies as st

from modules.settings import Settings
from modules.settings.region_table import REFUSED_BY_PROVIDER, REGIONS
from modules.settings.types import Matching
from tests.support.region_sets import EIGHT_KEYS

#: A settings file with every option.
FULL = (Path(__file__).parent.parent / "golden" / "every_option.yaml").read_text(encoding="utf-8")


def choices_of(model: Any) -> Iterator[str]:
    """Every choice that the models offer somewhere."""
    for part in get_args(model) or [field.annotation for field in getattr(model, "model_fields", {}).values()]:
        if isinstance(part, str):
            yield part
        else:
            yield from choices_of(part)


WORDS = sorted(
    {
        "",
        "none",
        "off",
        "true",
        "False",
        "NaN",
        "-inf",
        "1e400",
        "0",
        "-1",
        "1_0",
        "9" * 400,
        "0x10",
        "~",
        "<<",
        "[key]",
    }
    | {
        "${x}",
        "%{if}",
        "aws:x",
        "a\nb",
        "\ud800",
        "٣",
        "平台",
        "\x1b[31m",
        "x" * 300,
        "*",
        "[one]",
        ".",
        "a.b",
        "cn-north-1",
    }
    | {"10.0.0.0/8", "0.0.0.0/0", "127.0.0.0/8", "::/0", "10.0.0.1/8", "sun:23:30-mon:00:30", "23:30-00:30", "24:00"}
    | {
        "arn:aws:iam::111122223333:role/a",
        "arn:aws:sqs:eu-wets-1:111122223333:q",
        "db.m7g.3xlarge",
        "m6g.lage",
        "17.99",
    }
    | REGIONS
    | REFUSED_BY_PROVIDER
    | set(choices_of(Settings))
    | {str(number) for power in range(20) for number in (2**power, 3**power, 10**power)}
    | {word for word in re.split(r"[\s\[\]{},]+|: ", FULL) if word}
)
#: What YAML means by more than text.
MARKS = (
    *(
        "&a ",
        "*a",
        "!!set ",
        "!!binary ",
        "!!python/name:os.system ",
        "!x ",
        "!!str ",
        "!!map ",
        "!!seq ",
        "!<x> ",
        "!!null ",
    ),
    *(
        "[",
        "]",
        "{",
        "}",
        "? ",
        ": ",
        ":",
        "- ",
        ",",
        "#",
        "|\n",
        ">-\n",
        "---\n",
        "...\n",
        "%YAML 1.2\n",
        "'",
        '"',
        "\\",
    ),
    *(
        "<<: *a",
        "<<: [*a, *a]",
        "\t",
        "\x00",
        "\x85",
        "\u2028",
        "\ufeff",
        "&a [*a]",
        "[" * 50,
        "{a: " * 30,
        "= ",
        "@",
        "`",
    ),
)
words = st.one_of(st.sampled_from(WORDS), st.text(max_size=12))
values = st.recursive(
    st.one_of(words, st.none(), st.integers(), st.floats(), st.booleans()),
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(words, inner, max_size=4)),
    max_leaves=8,
)


def fitting(kind: Any, metadata: tuple[Any, ...] = ()) -> st.SearchStrategy[Any]:  # noqa: PLR0911
    """Values that a type may well take, its limits among them."""
    arguments = get_args(kind)
    if get_origin(kind) is Annotated:
        return fitting(arguments[0], (*metadata, *arguments[1:]))
    if get_origin(kind) in {Union, UnionType}:
        return st.one_of([fitting(one) for one in arguments if one is not type(None)])
    if get_origin(kind) is Literal:
        return st.sampled_from(arguments)
    if get_origin(kind) is tuple:
        return st.lists(fitting(arguments[0]), min_size=1, max_size=3)
    if get_origin(kind) is Mapping:
        return st.dictionaries(st.sampled_from(EIGHT_KEYS["regions"]), fitting(arguments[1]), max_size=3)
    if hasattr(kind, "model_fields"):
        needed = {name: one for name, one in kind.model_fields.items() if one.is_required()}
        rest = {name: one for name, one in kind.model_fields.items() if name not in needed}
        fields = [
            {name: fitting(one.annotation, tuple(one.metadata)) for name, one in part.items()}
            for part in (needed, rest)
        ]
        return st.fixed_dictionaries(fields[0], optional=fields[1])
    if kind is bool:
        return st.sampled_from(["true", "false"])
    if kind in {int, float}:
        return numbers(metadata)
    found = [one.func for one in metadata if isinstance(getattr(one, "func", None), Matching)]
    patterns = [re.compile(one.pattern, one.flags) for one in found]
    return st.one_of(words, st.from_regex(patterns[0], fullmatch=True)) if patterns else words


def numbers(metadata: tuple[Any, ...]) -> st.SearchStrategy[str]:
    inner = [one for part in metadata for one in getattr(part, "metadata", [part])]
    least = max((int(getattr(one, "ge", None) or getattr(one, "gt", None) or 0) for one in inner), default=0)
    most = min((int(one.le) for one in inner if getattr(one, "le", None)), default=4000)
    edges = [least - 1, least, least + 1, most - 1, most, most + 1]
    return st.one_of(st.sampled_from(edges), st.integers(least, most)).map(str)


def places(model: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], st.SearchStrategy[Any]]]:
    """Every key that the models know, with what may stand there."""
    for name, field in model.model_fields.items():
        yield (*path, name), fitting(field.annotation, tuple(field.metadata))
        if hasattr(field.annotation, "model_fields"):
            yield from places(field.annotation, (*path, name))


KEYS = dict(places(Settings))
PLACES = sorted(KEYS)

changes = st.sampled_from(PLACES).flatmap(lambda path: st.tuples(st.just(path), KEYS[path]))
changed_files = st.tuples(
    st.sampled_from([EIGHT_KEYS, yaml.safe_load(FULL)]),
    st.lists(changes, max_size=5),
    st.one_of(st.just([]), st.lists(st.tuples(st.sampled_from(PLACES), values), max_size=2)),
    st.one_of(st.just([]), st.lists(st.tuples(st.sampled_from(PLACES), words), max_size=1)),
)
