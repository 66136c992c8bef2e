"""Values that docs/policy.md says need a waiver: the gate refuses them, and what is written there lets them stand."""

from __future__ import annotations

import json
import re
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from policies.gate import judge
from policies.waivers import Waiver
from tests.support.synthesized import platform
from tools.paths import ROOT

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from policies.outcomes import Outcome

pytestmark = pytest.mark.emulator

REGION = "eu-west-1"
TODAY = date(2030, 1, 15)
PAGE = (ROOT / "docs" / "policy.md").read_text(encoding="utf-8")
SECTION = PAGE.partition("## Settings that need a waiver")[2].partition("\n## ")[0]
#: Every value that the table names.
SETTINGS: dict[str, Any] = {
    "alarms": {"actions": False},
    "database": {"deletion_protection": False, "minor_upgrades": False, "multi_az": False},
    "entry": {"deletion_protection": False, "firewall": {"known_bad_inputs": "off"}},
    "logs": {"retention_days": 30},
}
KINDS = (
    "aws_cloudwatch_log_group",
    "aws_cloudwatch_metric_alarm",
    "aws_db_instance",
    "aws_lb",
    "aws_wafv2_web_acl",
    "aws_wafv2_web_acl_association",
)
WHY = {"stack": "platform", "reason": "as the documentation says", "expires": TODAY + timedelta(days=7)}


def waiver(**fields: Any) -> Waiver:
    return Waiver.model_validate(WHY | fields, context={"today": TODAY})


def table() -> list[Waiver]:
    """A waiver for each check and resource of a row of the table."""
    rows = [line.split(" | ") for line in SECTION.splitlines() if line.startswith("| `")]
    return [
        waiver(check=check, resource=resource)
        for _, checks, resources in rows
        for check in re.findall(r"`(\w+)`", checks)
        for resource in re.findall(r"`([^`]+)`", resources)
    ]


def pasted() -> list[Waiver]:
    """The waivers that the section on taking the platform down has ready."""
    block = SECTION.partition("```yaml\n")[2].partition("```")[0]
    return [waiver(**entry | {"expires": WHY["expires"]}) for entry in yaml.safe_load(block)]


def refused(root: Path, write_stack: Callable[..., None], *regions: str, **more: Any) -> list[Outcome]:
    """What the gate refuses of these settings, as far as the table speaks of it."""
    made = platform(*regions, **more).json
    resources = {kind: made["resource"][kind] for kind in KINDS}
    write_stack(root=root, name="platform", document={"provider": made["provider"], "resource": resources, "data": {}})
    (root / "waivers.yaml").write_text("[]\n")
    verdict = judge(
        names=("platform",),
        stacks_dir=root / "stacks",
        plans_dir=root / "plans",
        waivers_path=root / "waivers.yaml",
        today=TODAY,
    )
    assert verdict.errors == ()
    return verdict.findings


@pytest.fixture(scope="module")
def findings(tmp_path_factory: pytest.TempPathFactory, write_stack: Callable[..., None]) -> list[Outcome]:
    """What the gate refuses of these settings, with the waivers of the project."""
    return refused(tmp_path_factory.mktemp("settings"), write_stack, REGION, **SETTINGS)


def test_the_smallest_settings_need_no_waiver_of_the_table(tmp_path: Path, write_stack: Callable[..., None]) -> None:
    settings = yaml.safe_load((ROOT / "config" / "smallest.yaml").read_text(encoding="utf-8"))
    found = refused(tmp_path, write_stack, *settings.pop("regions"), **settings)
    assert {finding.check for finding in found} & {each.check for each in table()} == set()


def test_the_gate_refuses_each_value_and_the_table_names_the_resources(findings: list[Outcome]) -> None:
    listed = table()
    refused = [finding for finding in findings if finding.check in {each.check for each in listed}]
    assert {finding.check for finding in refused} == {each.check for each in listed}
    for finding in refused:
        assert any(each.covers(finding) for each in listed), finding


def test_what_is_to_be_pasted_lets_the_platform_be_taken_down(findings: list[Outcome]) -> None:
    ready = pasted()
    assert all(each.optional for each in ready)
    concerned = [finding for finding in findings if finding.check in {"CKV_AWS_150", "CKV_AWS_293", "CKV_AWS_319"}]
    assert len(concerned) > len(ready)
    for finding in concerned:
        assert any(each.covers(finding) for each in ready), finding
    assert {each.check for each in ready} == {finding.check for finding in concerned}


def test_settings_that_need_a_waiver_say_so() -> None:
    names = re.findall(r"`([a-z_]+\.[a-z_.]+)", json.dumps([line.split(" | ")[0] for line in SECTION.splitlines()]))
    rows = (ROOT / "docs" / "settings.md").read_text(encoding="utf-8").splitlines()
    for name in names:
        key = name.replace("entry.firewall.known_bad_inputs", "entry.firewall.common")
        (row,) = [line for line in rows if line.startswith("| ") and f"`{key}`" in line.split(" | ")[0]]
        assert "*waiver*" in row, name
