"""Whatever a settings file says, it is taken, or refused with lines that each name a key; nothing else happens.

``MERIDIAN_FUZZ`` is the number of files for each test, and ``SEED`` another number than 1 makes other files.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator, Mapping
from math import isfinite
from pathlib import Path
from types import SimpleNamespace, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

import pytest
import yaml
from hypothesis import HealthCheck, event, given, seed, settings
from hypothesis import strategies as st

import main
from modules.settings import Settings, load_settings
from modules.settings.addressing import region_blocks
from modules.settings.connections import nearly_all
from modules.settings.faults import MOST_LINES
from modules.settings.region_table import REFUSED_BY_PROVIDER, REGIONS
from tests.support.golden import SETTINGS
from tests.support.region_sets import EIGHT_KEYS

FILES, SEED = int(os.environ.get("MERIDIAN_FUZZ") or 100), int(os.environ.get("SEED") or 1)
#: Where, what is wrong, what stands there, what is allowed.
LINE = re.compile(r"(?P<where>[^\s:].*?): \S.*, got .+, allowed: \S.*")
REST = re.compile(r"and \d+ more faults")
#: A terminal shows no more of a line, and nobody reads it.
LONGEST_LINE = 1200


def choices_of(model: Any) -> Iterator[str]:
    """Every choice that the models offer somewhere."""
    for part in get_args(model) or [field.annotation for field in getattr(model, "model_fields", {}).values()]:
        if isinstance(part, str):
            yield part
        else:
            yield from choices_of(part)


FULL = SETTINGS["every_option"].read_text(encoding="utf-8")
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

fuzz = settings(
    max_examples=FILES,
    deadline=None,
    database=None,
    print_blob=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
)


@pytest.fixture(autouse=True)
def told() -> None:
    """Say how to see the same again; pytest shows it when a test fails, and always with ``-s``."""
    sys.stdout.write(f"SEED={SEED} MERIDIAN_FUZZ={FILES}\n")


@pytest.fixture
def nothing_is_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder to work in; what the settings would be made into is left out."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setitem(sys.modules, "modules.app", SimpleNamespace(synthesize=lambda _: 0))
    monkeypatch.setenv("MERIDIAN_SETTINGS", "settings.yaml")
    monkeypatch.delenv("ENVIRONMENT_SUFFIX", raising=False)
    return tmp_path


def judged(folder: Path, content: bytes, capsys: pytest.CaptureFixture[str]) -> bool:
    """Whether the program takes a file; if not, look at what it says."""
    (folder / "settings.yaml").write_bytes(content)
    capsys.readouterr()
    code = main.main()
    out, err = capsys.readouterr()
    assert out == ""
    assert [file.name for file in folder.iterdir()] == ["settings.yaml"]
    lines = err.splitlines()
    if code == 0:
        assert lines == []
        taken = load_settings(folder / "settings.yaml", {})
        for value in leaves(taken.model_dump()):
            is_sound(value)
        asked(taken)
        return True
    assert code == 1
    assert 1 <= len(lines) <= MOST_LINES + 1
    for line in lines:
        assert line.isprintable(), line
        assert len(line) <= LONGEST_LINE, line
        assert LINE.fullmatch(line) or (line == lines[-1] and REST.fullmatch(line)), line
    return False


def asked(taken: Settings) -> None:
    """Ask the settings what follows from them: whatever is taken has an answer."""
    network, database = taken.network, taken.database
    blocks = region_blocks(
        taken.regions, pool=network.cidr, prefix_length=network.vpc_prefix_length, fixed=network.region_cidrs
    )
    assert {member.region for member in taken.topology.in_order} == set(taken.regions) == set(blocks)
    assert taken.home in taken.regions
    for region in taken.regions:
        zones = network.zone_count(region)
        assert 2 <= zones <= 6
        assert taken.compute.smallest_size(zones=zones) <= taken.compute.max_size
        assert nearly_all(database.class_in(region)) > 0
        assert database.family_of(region).removeprefix("postgres").isdecimal()
        assert region not in {taken.backups_in(region), taken.backup_copies_of(region)}
        assert region not in taken.replication_destinations(region)
        taken.compute.container.image_in(region)


def leaves(value: object) -> Iterator[object]:
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield key
            yield from leaves(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from leaves(inner)
    else:
        yield value


def is_sound(value: object) -> None:
    """Nothing that Terraform or JSON would read as something else."""
    if isinstance(value, str):
        assert value.isprintable()
        assert "${" not in value
        assert "%{" not in value
    elif isinstance(value, int | float):
        assert isfinite(value)
        assert abs(value) <= 2**53


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
    patterns = [
        cell.cell_contents
        for one in metadata
        for cell in getattr(getattr(one, "func", None), "__closure__", None) or ()
        if isinstance(cell.cell_contents, re.Pattern)
    ]
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


def put(content: dict[str, Any], path: tuple[str, ...], value: object) -> None:
    for key in path[:-1]:
        inner = content.get(key)
        content[key] = dict(inner) if isinstance(inner, dict) else {}
        content = content[key]
    content[path[-1]] = value


changes = st.sampled_from(PLACES).flatmap(lambda path: st.tuples(st.just(path), KEYS[path]))
changed_files = st.tuples(
    st.sampled_from([EIGHT_KEYS, yaml.safe_load(FULL)]),
    st.lists(changes, max_size=5),
    st.one_of(st.just([]), st.lists(st.tuples(st.sampled_from(PLACES), values), max_size=2)),
    st.one_of(st.just([]), st.lists(st.tuples(st.sampled_from(PLACES), words), max_size=1)),
)


@seed(SEED)
@fuzz
@given(changed_files)
def test_any_value_at_any_key(nothing_is_made: Path, capsys: pytest.CaptureFixture[str], drawn: Any) -> None:
    base, fits, others, typos = drawn
    content = dict(base)
    for path, value in [*fits, *others]:
        put(content, path, value)
    for path, word in typos:
        put(content, (*path[:-1], word), "x")
    text = yaml.dump(content, allow_unicode=True, sort_keys=False)
    event("taken" if judged(nothing_is_made, text.encode("utf-8", "surrogatepass"), capsys) else "refused")


@seed(SEED)
@fuzz
@given(
    st.lists(
        st.tuples(st.integers(0, len(FULL)), st.integers(0, 30), st.one_of(st.sampled_from(MARKS), words)), max_size=6
    )
)
def test_any_change_of_the_text(nothing_is_made: Path, capsys: pytest.CaptureFixture[str], edits: Any) -> None:
    text = FULL
    for begin, length, new in edits:
        text = text[:begin] + new + text[begin + length :]
    taken = judged(nothing_is_made, text.encode("utf-8", "surrogatepass"), capsys)
    assert taken or edits


@seed(SEED)
@fuzz
@given(st.one_of(st.binary(max_size=200), st.lists(st.one_of(st.sampled_from(MARKS), words), max_size=30).map("".join)))
def test_any_text(nothing_is_made: Path, capsys: pytest.CaptureFixture[str], text: Any) -> None:
    content = text if isinstance(text, bytes) else text.encode("utf-8", "surrogatepass")
    assert not judged(nothing_is_made, content, capsys)


@pytest.mark.parametrize("path", PLACES, ids=".".join)
def test_another_kind_of_value_at_every_key(
    nothing_is_made: Path, capsys: pytest.CaptureFixture[str], path: tuple[str, ...]
) -> None:
    strange: dict[str, Any] = {"x": {}, "\x1b": "x", "": "x", "${x}": "x"}
    for value in (None, "${x}", strange, [[], strange], {"us-east-1": strange}, ["us-east-1", "us-east-1"]):
        content = dict(EIGHT_KEYS)
        put(content, path, value)
        judged(nothing_is_made, yaml.safe_dump(content).encode(), capsys)
