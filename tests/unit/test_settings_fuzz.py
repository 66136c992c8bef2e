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
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, event, given, seed, settings
from hypothesis import strategies as st

import main
from modules.settings import Settings, load_settings
from modules.settings.addressing import region_blocks
from modules.settings.connections import nearly_all
from modules.settings.faults import MOST_LINES
from tests.support.odd_settings import FULL, MARKS, PLACES, changed_files, words
from tests.support.region_sets import EIGHT_KEYS

FILES, SEED = int(os.environ.get("MERIDIAN_FUZZ") or 100), int(os.environ.get("SEED") or 1)
#: Where, what is wrong, what stands there, what is allowed.
LINE = re.compile(r"(?P<where>[^\s:].*?): \S.*, got .+, allowed: \S.*")
REST = re.compile(r"and \d+ more faults")
#: A terminal shows no more of a line, and nobody reads it.
LONGEST_LINE = 1200

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
    monkeypatch.setitem(sys.modules, "modules.app", SimpleNamespace(synthesize=lambda _settings, **_: 0))
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


def put(content: dict[str, Any], path: tuple[str, ...], value: object) -> None:
    for key in path[:-1]:
        inner = content.get(key)
        content[key] = dict(inner) if isinstance(inner, dict) else {}
        content = content[key]
    content[path[-1]] = value


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
