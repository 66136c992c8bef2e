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
from types import SimpleNamespace
from typing import Any, get_args

import pytest
import yaml
from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st

import main
from modules.settings import Settings, load_settings
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
        for value in leaves(load_settings(folder / "settings.yaml", {}).model_dump()):
            is_sound(value)
        return True
    assert code == 1
    assert 1 <= len(lines) <= MOST_LINES + 1
    for line in lines:
        assert line.isprintable(), line
        assert len(line) <= LONGEST_LINE, line
        assert LINE.fullmatch(line) or (line == lines[-1] and REST.fullmatch(line)), line
    return False


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


def places(model: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Path of every key that the models know; a region or a number stands for what is below a mapping or a list."""
    for name, field in model.model_fields.items():
        here = (*path, name)
        yield here
        inner = [field.annotation, *get_args(field.annotation)]
        sections = [one for one in inner if hasattr(one, "model_fields")]
        for section in sections:
            below = here if section is field.annotation else (*here, "us-east-1")
            yield from places(section, below)
        if not sections and len(inner) > 1:
            yield (*here, "us-east-1")


PLACES = sorted(set(places(Settings)))


def put(content: dict[str, Any], path: tuple[str, ...], value: object) -> None:
    for key in path[:-1]:
        inner = content.get(key)
        content[key] = dict(inner) if isinstance(inner, dict) else {}
        content = content[key]
    content[path[-1]] = value


changed_files = st.tuples(
    st.sampled_from([EIGHT_KEYS, yaml.safe_load(FULL)]),
    st.lists(st.tuples(st.sampled_from(PLACES), values), min_size=1, max_size=4),
    st.lists(st.tuples(st.sampled_from(PLACES), words), max_size=2),
)


@seed(SEED)
@fuzz
@given(changed_files)
def test_any_value_at_any_key(nothing_is_made: Path, capsys: pytest.CaptureFixture[str], drawn: Any) -> None:
    base, changes, typos = drawn
    content = dict(base)
    for path, value in changes:
        put(content, path, value)
    for path, word in typos:
        put(content, (*path[:-1], word), "x")
    text = yaml.dump(content, allow_unicode=True, sort_keys=False)
    judged(nothing_is_made, text.encode("utf-8", "surrogatepass"), capsys)


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
    for value in (None, [[]], {"x": {}}, "${x}", ["us-east-1", "us-east-1"]):
        content = dict(EIGHT_KEYS)
        put(content, path, value)
        judged(nothing_is_made, yaml.safe_dump(content).encode(), capsys)
