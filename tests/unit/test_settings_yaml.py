"""YAML that is none, or that has no place in a settings file."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from modules.settings import SettingsError, load_settings
from tests.support.region_sets import EIGHT_KEYS, write_settings

YAML = [
    (
        "owner: !!binary aGVsbG8=",
        "8:8: the tag !!binary of YAML, got 'owner: !!binary aGVsbG8=', allowed: values without",
    ),
    ("regions: !!set {eu-west-2}", "8:10: the tag !!set of YAML"),
    ("network: !x {a: b}", "8:10: the tag !x of YAML"),
    ("owner: !!map [a]", "8:8: the tag !!map of YAML"),
    ("owner: &a [*a]", "8:8: an alias inside of what it stands for, got 'owner: &a [*a]', allowed: values that end"),
    ("owner: " + "[" * 3000, "8:23: too many levels, got 'owner: [[["),
    (
        "a: &a [x, x]\nb: &b [*a, *a]\nc: &c [" + "*b, " * 1000 + "]",
        "8:8: too many values, got 'a: &a [x, x]'",
    ),
    ("owner: &a x\nlogs: {<<: *a}", "9:8: merges (<<) are not supported, got 'logs: {<<: *a}', allowed: an alias for"),
    (
        'owner: "a\\ud800"',
        "8:8: half of a character, got 'owner: \"a\\\\ud800\"', allowed: whole characters of Unicode",
    ),
    ("? [a]\n: b", "8:3: key is not text, got '? [a]', allowed: a name and a colon"),
    ("owner: x\nowner: y", "9:1: key 'owner' stands twice, got 'owner: y', allowed: each key once"),
    (
        "owner: [1, 2",
        "8:13: not YAML (expected ',' or ']', but got '<stream end>'), got 'owner: [1, 2', allowed: a map",
    ),
    ("owner: 'x", "8:10: not YAML (found unexpected end of stream), got"),
    ("owner: a: b", "8:9: not YAML (mapping values are not allowed here), got 'owner: a: b', allowed: a mapping of"),
]


@pytest.mark.parametrize(("text", "expected"), YAML, ids=[line for _, line in YAML])
def test_refuses_yaml_that_has_no_place_in_settings(tmp_path: Path, text: str, expected: str) -> None:
    path = tmp_path / "settings.yaml"
    keys = [f"{key}: {json.dumps(value)}" for key, value in EIGHT_KEYS.items() if key != "owner"]
    path.write_text("\n".join([*keys, text]))
    with pytest.raises(SettingsError) as caught:
        load_settings(path, {})
    assert str(caught.value).startswith(f"{path}:{expected}")


def test_an_alias_stands_for_a_value(tmp_path: Path) -> None:
    path = tmp_path / "settings.yaml"
    keys = [f"{key}: {json.dumps(value)}" for key, value in EIGHT_KEYS.items()]
    roles = "storage: {administrators: &roles [arn:aws:iam::111122223333:role/a]}\nstate: {administrators: *roles}"
    path.write_text("\n".join([*keys, roles]))
    assert load_settings(path, {}).state.administrators == ("arn:aws:iam::111122223333:role/a",)


def test_refuses_what_is_no_file_or_cannot_be_read_or_is_too_large_at_once(tmp_path: Path) -> None:
    pipe, large = tmp_path / "pipe", tmp_path / "large"
    os.mkfifo(pipe)
    large.write_text("a" * 300_000)
    for path, expected in (
        (pipe, f"not a file, got '{pipe}'"),
        (tmp_path, "not a file"),
        # Root reads files that are closed to others, but not this one.
        (Path("/proc/self/mem"), "cannot be read (Input/output error), got '/proc/self/mem', allowed: a mapping of"),
        (large, "too large a file, got '300000 bytes', allowed: at most 262144 bytes"),
    ):
        with pytest.raises(SettingsError) as caught:
            load_settings(path, {})
        assert str(caught.value).startswith(f"{path}: {expected}")


def test_many_faults_are_forty_lines_and_how_many_more(tmp_path: Path) -> None:
    path = write_settings(tmp_path, EIGHT_KEYS | {f"key{one}": "x" for one in range(1000)})
    with pytest.raises(SettingsError) as caught:
        load_settings(path, {})
    lines = str(caught.value).splitlines()
    assert len(lines) == 41
    assert lines[-1] == "and 960 more faults"
