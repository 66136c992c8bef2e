"""The reference of the settings and the schema for editors say what the models say, and are fresh."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, event, example, given, settings
from hypothesis import strategies as st

from modules.settings import SettingsError, load_settings
from modules.settings.types import Section
from tests.support.editor import complaints, read
from tests.support.odd_settings import changed_files
from tests.support.region_sets import EIGHT_KEYS
from tests.unit.test_settings import REJECTED
from tests.unit.test_settings_values import REFUSED, TAKEN
from tools.paths import ROOT
from tools.reference import page, schema
from tools.reference.described import described
from tools.reference.keys import Key, every_key, section_of_items
from tools.reference.words import bounds, markdown

KEYS = list(every_key())
#: Text of a file, and what is in it.
FILES = [*sorted((ROOT / "config").glob("**/*.yaml")), ROOT / "tests/golden/every_option.yaml"]
LINE = re.compile(r"^# yaml-language-server: \$schema=(.+)$", re.MULTILINE)
#: The domain comes from the environment.
TEMPLATE = ROOT / "config" / "prove.yaml"


def loads(folder: Path, text: str) -> bool:
    (folder / "settings.yaml").write_bytes(text.encode("utf-8", "surrogatepass"))
    try:
        load_settings(folder / "settings.yaml", {})
    except SettingsError:
        return False
    return True


def put(content: dict[str, Any], path: tuple[str, ...], value: object) -> None:
    for key in path[:-1]:
        inner = content.get(key)
        content[key] = dict(inner) if isinstance(inner, dict) else {}
        content = content[key]
    content[path[-1]] = value


def sections() -> Iterator[type[Section]]:
    """Every section, those of the items of lists among them."""
    for key in KEYS:
        yield key.section
        yield from filter(None, map(section_of_items, key.kinds))


@pytest.mark.parametrize("key", KEYS, ids=lambda key: key.name)
def test_every_key_is_described(key: Key) -> None:
    where = f"in the docstring of {key.section.__name__} ({key.section.__module__}), below Parameters"
    assert key.entry.text, f"say what {key.name} means {where}, then run `make tables`"
    if any(kind.plain in (int, float) for kind in key.kinds):
        name = key.name.rpartition(".")[2]
        counted = key.entry.unit or name == "port"
        assert counted, f"say what {key.name} counts {where}: `{name} : in UNIT`, then run `make tables`"


def test_every_key_of_the_items_of_lists_is_described() -> None:
    for section in {one for key in KEYS for one in map(section_of_items, key.kinds) if one}:
        missing = set(section.model_fields) - set(described(section))
        assert missing == set(), f"say what they mean in the docstring of {section.__name__}, below Parameters"


def test_nothing_is_described_that_is_no_key() -> None:
    for section in sections():
        assert set(described(section)) - set(section.model_fields) == set(), section.__name__


def test_a_default_that_stands_in_the_model_is_not_said_again() -> None:
    """It would go out of date; the page has it from the model."""
    assert [key.name for key in KEYS if re.search(r"\bby default\b", key.entry.text)] == []
    said = [key.name for key in KEYS if key.entry.default and key.default not in (None, [], {})]
    assert said == []


def test_the_page_is_made_of_the_models() -> None:
    assert page.PAGE.read_text(encoding="utf-8") == page.page(), "`make tables` writes docs/settings.md anew"


def test_the_schema_is_made_of_the_models() -> None:
    assert schema.FILE.read_text(encoding="utf-8") == schema.text(), "`make tables` writes config/settings.schema.json"


def test_the_page_has_a_heading_for_every_key_and_says_what_it_is() -> None:
    text = page.PAGE.read_text(encoding="utf-8")
    headings = re.findall(r"^### `(.+)`$", text, re.MULTILINE)
    assert headings == [key.name for key in sorted(KEYS, key=lambda one: headings.index(one.name))]
    for key in KEYS:
        entry = text.partition(f"### `{key.name}`\n")[2].partition("\n#")[0]
        assert "- **Value:** " in entry, key.name
        assert ("- **Default:** " in entry) is not key.is_required, key.name
        assert "- **Change:** " in entry, key.name
        assert "- **Example:** " in entry, key.name


def test_words_of_bounds_and_links() -> None:
    by_name = {key.name: key for key in KEYS}
    assert bounds(by_name["network.vpc_prefix_length"].kinds[0]) == "16 to 22"
    assert bounds(by_name["alarms.database_cpu_percent"].kinds[0]) == "above 0 to 100"
    assert bounds(by_name["database.iops"].kinds[0]) == "1,000 to 256,000"
    assert markdown("as ``a*`` in docs/a-b.md#c, * and <x>") == r"as `a*` in [a-b.md](a-b.md#c), \* and \<x\>"


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_the_schema_takes_the_files_of_the_repository(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    missing = ["domain"] if path == TEMPLATE else []
    assert complaints(text) == [f": {name!r} is a required property" for name in missing]
    for link in LINE.findall(text):
        assert (path.parent / link).resolve() == schema.FILE


def test_the_files_to_edit_name_their_schema() -> None:
    named = {path for path in FILES if LINE.search(path.read_text(encoding="utf-8"))}
    assert named == {path for path in FILES if path.is_relative_to(ROOT / "config")} - {TEMPLATE}


@pytest.mark.parametrize("changes", TAKEN, ids=str)
def test_the_schema_takes_what_the_loader_takes(changes: Mapping[str, Any]) -> None:
    assert complaints(yaml.safe_dump(EIGHT_KEYS | changes)) == []


@pytest.mark.parametrize(
    ("key", "text"),
    [
        ("account_id", "111122223333"),
        ("account_id", "001122223333"),
        ("cost_center", "0042"),
        ("owner", "true"),
        ("owner", ".inf"),
        ("owner", "2026-11-30"),
        ("owner", "1e3"),
        ("environment", "True"),
        ("database", "{version: 17}"),
        ("database", "{version: 17.4}"),
        ("database", "{version: '17.10'}"),
        ("database", "{monitoring_interval_seconds: 30}"),
        ("database", "{multi_az: no, minor_upgrades: 'off', apply_immediately: 1, extended_support: Y}"),
        ("database", "{backup_window: 03:00-04:00, maintenance_window: sun:00:00-sun:00:30}"),
        ("entry", "{health_check_interval: 10, firewall: {common: off}}"),
        ("entry", "{client_cidrs: [10.0.0.0/255.0.0.0, 192.0.2.1]}"),
        ("logs", "{retention_days: ' 365 '}"),
        ("network", "{vpc_prefix_length: +16, availability_zones: '3.0'}"),
        ("network", "{readable_buckets: [100, 100.0, 'on-1']}"),
        ("compute", "{requests_target: 1_000, min_size: null, max_size: 0012}"),
        (
            "alarms",
            "{load_balancer_error_percent: .5, load_balancer_latency_seconds: '2e1', database_cpu_percent: 99.}",
        ),
        ("backup", "{start: 20:00}"),
        ("configuration", "{frequency: DAILY, recorder: {us-east-1: existing}}"),
        ("home_region", "~"),
    ],
)
def test_the_schema_takes_what_yaml_makes_of_it(tmp_path: Path, key: str, text: str) -> None:
    lines = [f"{name}: {json.dumps(value)}" for name, value in EIGHT_KEYS.items() if name != key]
    content = "\n".join([*lines, f"{key}: {text}", ""])
    assert loads(tmp_path, content)
    assert complaints(content) == []


@pytest.mark.parametrize(
    ("key", "text", "path"),
    [
        ("network", "{nat_gatways: none}", "network"),
        ("network", "{vpc_prefix_length: 24}", "network.vpc_prefix_length"),
        ("network", "{cidr: everything}", "network.cidr"),
        ("network", "", "network"),
        ("regions", "[]", "regions"),
        ("regions", "[us-east-1, mars]", "regions.1"),
        ("database", "{instance_class: db.m7g.huge}", "database.instance_class"),
        ("database", "{multi_az: maybe}", "database.multi_az"),
        ("compute", "{instance_types: [m6g.lage]}", "compute.instance_types.0"),
        ("logs", "{retention_days: 366}", "logs.retention_days"),
        ("account_id", "1234", None),
        ("account_id", "'1234'", "account_id"),
        ("alerts", "{page: [{protocol: email}]}", "alerts.page.0"),
        ("configuration", "{recorder: {us-east-1: off}}", "configuration.recorder"),
        ("findings", "{guardduty: existant}", "findings.guardduty"),
    ],
)
def test_the_schema_finds_what_an_editor_can_find(key: str, text: str, path: str | None) -> None:
    content = yaml.safe_dump({name: value for name, value in EIGHT_KEYS.items() if name != key})
    found = [line.partition(": ")[0] for line in complaints(f"{content}{key}: {text}\n")]
    assert found == ([path] if path else [])


def test_half_of_the_wrong_files_are_found_while_they_are_written() -> None:
    """The rest are rules about several keys, and validators that only the loader has: docs/settings.md says so."""
    wrong = [changes for changes, _ in (*REJECTED, *REFUSED)]
    found = [changes for changes in wrong if complaints(yaml.safe_dump(EIGHT_KEYS | changes))]
    assert len(found) > len(wrong) / 2


@settings(
    max_examples=150,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(drawn=changed_files, style=st.sampled_from([None, "'"]))
@example(drawn=(EIGHT_KEYS, [(("account_id",), 111122223333)], [], []), style=None)
def test_what_the_schema_refuses_the_loader_refuses(tmp_path: Path, drawn: Any, style: str | None) -> None:
    base, fits, others, typos = drawn
    content = dict(base)
    for path, value in [*fits, *others]:
        put(content, path, value)
    for path, word in typos:
        put(content, (*path[:-1], word), "x")
    text = yaml.dump(content, allow_unicode=True, sort_keys=False, default_style=style)
    if style is None:
        # As people write it, without the quotes by which YAML 1.1 keeps a text from being something else.
        text = re.sub(r"'([\w.:+-]+)'", r"\1", text)
    if loads(tmp_path, text):
        event("taken")
        assert complaints(text) == []


def test_javascript_has_the_regular_expressions(tmp_path: Path) -> None:
    """Editors read them as ECMAScript, with the flag for Unicode."""
    node = shutil.which("node")
    assert node
    program = (
        "const walk = (o) => Object.entries(o).forEach(([k, v]) => k === 'pattern' && typeof v === 'string'"
        " ? (new RegExp(v, 'u'), count++) : v && typeof v === 'object' && walk(v)); let count = 0;"
        f"walk(JSON.parse(require('fs').readFileSync({json.dumps(str(schema.FILE))}))); console.log(count)"
    )
    ended = subprocess.run([node, "-e", program], capture_output=True, text=True, check=False, cwd=tmp_path)
    assert (ended.returncode, ended.stderr) == (0, "")
    assert int(ended.stdout) > 50


def test_an_editor_reads_yaml_of_today() -> None:
    assert read("a: off\nb: 06:00\nc: 0042\nd: 1_0\ne: True\nf: .5\ng:\n1: x") == {
        "a": "off",
        "b": "06:00",
        "c": 42,
        "d": "1_0",
        "e": True,
        "f": 0.5,
        "g": None,
        "1": "x",
    }
