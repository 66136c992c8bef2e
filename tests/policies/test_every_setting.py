"""Every key of the settings, at every value that matters, passes the gate or is refused when the settings are read."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from modules.app import build
from modules.settings import Settings, load_settings
from modules.settings.choice_table import CHOICES
from policies.choices import ChoiceWaiver
from policies.gate import STACKS, Verdict, judge
from policies.scan import Framework, Scan, run_checkov
from policies.waivers import load_waivers
from tests.policies.conftest import plan_of
from tests.support.region_sets import settings_of, write_settings
from tests.support.walk import BESIDE, EXAMPLES, REGION, File, keys, walk
from tools.paths import ROOT

if TYPE_CHECKING:
    from policies.outcomes import Outcome

WAIVERS = ROOT / "policies" / "waivers.yaml"
#: What the files of the repository choose, each by its key.
CHOSEN = {
    "smallest.yaml": ["regions"],
    "prove.yaml": [],
    "examples/dev.yaml": [
        "database.deletion_protection",
        "database.multi_az",
        "entry.deletion_protection",
        "logs.retention_days",
        "regions",
    ],
    "examples/prod.yaml": [],
    "examples/global.yaml": [],
    "examples/account-in-use.yaml": ["network.peers"],
}
SHIPPED = [
    File({"domain": "example.com"} | yaml.safe_load((ROOT / "config" / name).read_text(encoding="utf-8")))
    for name in CHOSEN
]


@dataclass(frozen=True)
class Judged:
    """A file, what was synthesized from it, and what the gate says."""

    file: File
    resources: dict[str, Any]
    verdict: Verdict


def synthesized(folder: Path, file: File) -> dict[str, Any]:
    """The resources of both stacks by stack and address, left in the folder with a plan that says the same."""
    folder.mkdir()
    build(load_settings(write_settings(folder, file.content), {}), outdir=folder / "out").synth()
    resources = {}
    for stack in STACKS:
        document = json.loads((folder / "out" / "stacks" / stack / "cdk.tf.json").read_text(encoding="utf-8"))
        plan = folder / "plans" / stack / "plan.json"
        plan.parent.mkdir(parents=True)
        plan.write_text(json.dumps(plan_of(document)), encoding="utf-8")
        resources |= {
            f"{stack}/{kind}.{name}": block
            for kind, blocks in document["resource"].items()
            for name, block in blocks.items()
        }
    return resources


@pytest.fixture(scope="module")
def judged(tmp_path_factory: pytest.TempPathFactory) -> list[Judged]:
    """What the gate says of the JSON of the default platform and of each file; checkov reads them all at once."""
    root = tmp_path_factory.mktemp("walk")
    files = [File(), *walk().whole, *walk().partial, *SHIPPED]
    made = [synthesized(root / str(number), file) for number, file in enumerate(files)]
    paths = [root / str(number) / "out" / "stacks" / stack for number in range(len(files)) for stack in STACKS]
    scans = [Scan(path=path / "cdk.tf.json", framework=Framework.JSON) for path in paths]
    reports = dict(zip(scans, run_checkov(scans), strict=True))
    return [
        Judged(
            file,
            resources,
            judge(
                names=STACKS,
                stacks_dir=root / str(number) / "out" / "stacks",
                plans_dir=root / str(number) / "plans",
                waivers_path=WAIVERS,
                today=datetime.now(tz=UTC).date(),
                scan=lambda wanted: [reports[scan] for scan in wanted],
                frameworks=(Framework.JSON,),
            ),
        )
        for number, (file, resources) in enumerate(zip(files, made, strict=True))
    ]


def told(finding: Outcome, found: Judged, default: Judged) -> str:
    """A finding that no choice covers, with what may have caused it."""
    address = f"{finding.stack}/{finding.address}"
    before, now = (one.resources.get(address, {}) for one in (default, found))
    changed = {key: now.get(key) for key in before | now if key != "//" and before.get(key) != now.get(key)}
    causes = ", ".join(f"{name}: {value}" for name, value in found.file.walked.items())
    return f"{finding.check} on {address} ({finding.title}); its arguments {changed}; one of these causes it: {causes}"


def test_every_key_is_walked() -> None:
    """A key whose type names no values needs an example."""
    assert [key.name for key in keys() if not key.values] == []
    names = {key.name for key in keys()}
    assert (EXAMPLES.keys() | BESIDE.keys()) - names == set()
    assert set(walk().whole[0].walked) <= names


def test_examples_of_lists_have_every_choice_of_their_items() -> None:
    schema = Settings.model_json_schema()
    for item in (one for one in schema["$defs"].values() if one["title"] == "Subscription"):
        for name, each in item["properties"].items():
            for key in ("alerts.page", "alerts.ticket"):
                stated = {subscription[name] for example in EXAMPLES[key] for subscription in example}
                assert set(each.get("enum", ())) <= stated


def test_each_value_is_in_a_file_or_is_refused_by_name() -> None:
    walked = {(name, repr(value)) for file in (*walk().whole, *walk().partial) for name, value in file.walked.items()}
    for key in keys():
        for value in key.values:
            place = (key.name, repr(value))
            assert place in walked or any(key.path[-1] in str(fault) for fault in walk().refused[place]), place
    assert len(walk().refused) < len(walked) / 10


@pytest.mark.slow
def test_the_gate_accepts_what_the_settings_accept(judged: list[Judged]) -> None:
    assert [error for one in judged for error in (*one.verdict.errors, *one.verdict.waiver_faults)] == []
    findings = [told(finding, one, judged[0]) for one in judged for finding in one.verdict.findings]
    assert not findings, "\n".join(findings)


@pytest.mark.slow
def test_the_files_of_the_repository_make_the_choices_that_they_say_and_no_others(judged: list[Judged]) -> None:
    found = [[one.choice.name for one in each.verdict.choices] for each in judged[-len(SHIPPED) :]]
    assert dict(zip(CHOSEN, found, strict=True)) == CHOSEN
    what = "one region, and no copy of data in another"
    assert [str(one) for one in judged[0].verdict.choices] == [f'{what} (regions: ["{REGION}"])']


def test_every_file_of_the_repository_is_judged() -> None:
    files = {path.relative_to(ROOT / "config").as_posix() for path in (ROOT / "config").rglob("*.yaml")}
    assert files - CHOSEN.keys() == {"prod.yaml"}  # the default platform


@pytest.mark.slow
def test_each_finding_of_the_table_is_one(judged: list[Judged]) -> None:
    def waived() -> Iterator[tuple[str, str, str]]:
        for one in judged:
            for waiver in one.verdict.waived.values():
                if isinstance(waiver, ChoiceWaiver):
                    yield waiver.chosen.choice.name, waiver.exemption.stack, waiver.exemption.check

    listed = {(name, each.stack, each.check) for name, choice in CHOICES.items() for each in choice.exemptions}
    assert set(waived()) == listed


@pytest.mark.slow
def test_a_waiver_that_has_to_cover_something_has_its_resource_in_every_file(judged: list[Judged]) -> None:
    """With other settings its finding may be gone, and the gate refuses a waiver that covers nothing."""
    waivers, _ = load_waivers(path=WAIVERS, today=datetime.now(tz=UTC).date())
    without = {
        (waiver.check, waiver.resource)
        for one in judged
        for stack in one.verdict.stacks
        for waiver in waivers.values()
        if waiver.stack == stack.name and not waiver.optional and not any(map(waiver.matches, stack.addresses))
    }
    assert without == set()


@pytest.mark.slow
def test_no_key_hides_the_findings_of_another(judged: list[Judged], tmp_path: Path) -> None:
    """What a file leaves out of the default platform of its regions has no findings: such keys are walked apart."""
    defaults: dict[str, dict[str, Any]] = {}
    for one in judged[1 : len(walk().whole) + 1]:
        stated = {name: one.file.content[name] for name in ("regions", "primary_region")}
        key = json.dumps(stated)
        if key not in defaults:
            content = settings_of(*stated["regions"]) | stated
            defaults[key] = synthesized(tmp_path / str(len(defaults)), File(content))
        # Another routing and a wildcard do not leave records out: theirs have other names.
        needed = {address for address in defaults[key] if "/aws_route53_record." not in address}
        missing = sorted(needed - one.resources.keys())
        assert missing == [], f"{missing} are left out by one of {one.file.walked}"
