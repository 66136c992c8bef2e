from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from policies.__main__ import main
from policies.gate import judge
from policies.outcomes import CENSUS
from policies.scan import Framework, Report, Scan, Scanner

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from policies.gate import Verdict

TODAY = date(2030, 1, 15)
LOGS = "aws_cloudwatch_log_group.logs_us-east-1_AA11BB22"
TOPIC = "aws_sns_topic.alerts_us-east-1_CC33DD44"
DOCUMENT = "data.aws_iam_policy_document.access_EE55FF66"


def small_document() -> dict[str, Any]:
    return {
        "provider": {"aws": [{"region": "us-east-1"}]},
        "resource": {
            "aws_cloudwatch_log_group": {"logs_us-east-1_AA11BB22": {"name": "logs", "retention_in_days": 30}},
            "aws_sns_topic": {"alerts_us-east-1_CC33DD44": {"name": "alerts"}},
        },
        "data": {"aws_iam_policy_document": {"access_EE55FF66": {"statement": [{"actions": ["s3:GetObject"]}]}}},
    }


def plan_of(document: dict[str, Any]) -> dict[str, Any]:
    """Return what `terraform show -json` would hold for the JSON, as far as the gate and checkov read it."""
    configured, planned, changes = [], [], []
    for mode, kinds in (("managed", document.get("resource", {})), ("data", document.get("data", {}))):
        for kind, named in kinds.items():
            for name, block in named.items():
                address = f"{'data.' if mode == 'data' else ''}{kind}.{name}"
                entry = {"address": address, "mode": mode, "type": kind, "name": name, "provider_config_key": "aws"}
                known = _known(block)
                configured.append(entry | {"expressions": _expressions(block)})
                if mode == "data" and known == block:
                    # Terraform has read it already: what it says is not part of what is planned.
                    continue
                planned.append(entry | {"provider_name": "aws", "values": known, "sensitive_values": {}})
                change = {"actions": ["create"], "before": None, "after": known, "after_unknown": {}}
                changes.append(entry | {"change": change})
    for check in document.get("check", {}).values():
        for kind, named in check.get("data", {}).items():
            configured += [
                {"address": f"data.{kind}.{name}", "mode": "data", "expressions": _expressions(block)}
                for name, block in named.items()
            ]
    return {
        "format_version": "1.2",
        "terraform_version": "1.11.4",
        "planned_values": {"root_module": {"resources": planned}},
        "resource_changes": changes,
        "configuration": {"root_module": {"resources": configured}},
    }


def _known(value: Any) -> Any:
    """Return what a plan knows: it leaves out the arguments that refer to something, however deep."""
    if isinstance(value, dict):
        return {key: _known(inner) for key, inner in value.items() if not _refers(inner)}
    return [_known(inner) for inner in value] if isinstance(value, list) else value


def _refers(value: object) -> bool:
    leaves = value if isinstance(value, list) else [value]
    return any(isinstance(leaf, str) and "${" in leaf for leaf in leaves)


def _expressions(block: dict[str, Any]) -> dict[str, Any]:
    expressions: dict[str, Any] = {}
    for key, value in block.items():
        blocks = value if isinstance(value, list) else [value]
        if all(isinstance(inner, dict) for inner in blocks):
            expressions[key] = [_expressions(inner) for inner in blocks]
        else:
            expressions[key] = {"constant_value": value}
            if isinstance(value, str) and value.startswith("${"):
                reference = value[2:-1]
                expressions[key]["references"] = [reference, reference.rpartition(".")[0]]
    return expressions


def _write_stack(*, root: Path, name: str, document: object, plan: object = None) -> None:
    for path, content in (
        (root / "stacks" / name / "cdk.tf.json", document),
        (root / "plans" / name / "plan.json", plan_of(document) if plan is None else plan),
    ):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(content, indent=2))


def record(check: str, resource: str, **more: object) -> dict[str, Any]:
    return {"check_id": check, "check_name": f"title of {check}", "resource": resource, "guideline": None} | more


@dataclass
class FakeCheckov:
    """Reports like checkov: every resource passes the census and one check, and what a test wants fails."""

    failing: list[tuple[Framework, str, str]] = field(default_factory=list)
    edit: Callable[[Framework, dict[str, Any]], Any] = lambda _framework, report: report
    scanned: list[tuple[str, Framework]] = field(default_factory=list)

    def __call__(self, scans: Sequence[Scan], /) -> list[Report]:
        return [self._report_on(path=scan.path, framework=scan.framework) for scan in scans]

    def _report_on(self, *, path: Path, framework: Framework) -> Report:
        self.scanned.append((path.parent.name, framework))
        content = json.loads(path.read_text())
        if framework is Framework.JSON:
            addresses = [(kind, name) for kind, named in content["resource"].items() for name in named]
        else:
            entries = content["planned_values"]["root_module"]["resources"]
            addresses = [(entry["type"], entry["name"]) for entry in entries if entry["mode"] == "managed"]
        passed = []
        for kind, name in addresses:
            attribute_name = f"resource.{name}" if framework is Framework.JSON else f"{kind}.{name}"
            passed += [record(CENSUS[0], attribute_name), record("CKV_AWS_1", attribute_name)]
            passed += [record(CENSUS[1], f"{kind}.{name}")]
        failed = [record(check, resource) for where, check, resource in self.failing if where is framework]
        results = {"passed_checks": passed, "failed_checks": failed, "skipped_checks": [], "parsing_errors": []}
        report = {"results": results, "summary": {"parsing_errors": 0}}
        edited = self.edit(framework, report)
        return report if edited is None else edited


@dataclass(kw_only=True)
class Project:
    """A folder with sound stacks, no waivers, and a checkov that finds what a test wants."""

    root: Path
    checkov: FakeCheckov = field(default_factory=FakeCheckov)
    today: date = TODAY
    logs: str = LOGS
    topic: str = TOPIC
    access: str = DOCUMENT
    document: dict[str, Any] = field(default_factory=small_document)

    @property
    def json_path(self) -> Path:
        return self.root / "stacks" / "platform" / "cdk.tf.json"

    @property
    def plan_path(self) -> Path:
        return self.root / "plans" / "platform" / "plan.json"

    def write(self, *, document: object = None, plan: object = None, name: str = "platform") -> None:
        _write_stack(root=self.root, name=name, document=self.document if document is None else document, plan=plan)

    def plan(self, document: dict[str, Any] | None = None) -> dict[str, Any]:
        return plan_of(self.document if document is None else document)

    def waive(self, **changes: object) -> None:
        waiver = {
            "check": "CKV_AWS_158",
            "stack": "platform",
            "resource": "aws_cloudwatch_log_group.logs_*",
            "reason": "the key of this log group comes with the next release",
            "expires": self.today + timedelta(days=30),
        }
        kept = {key: value for key, value in (waiver | changes).items() if value is not None}
        path = self.root / "waivers.yaml"
        path.write_text(yaml.safe_dump([*yaml.safe_load(path.read_text()), kept]))

    def judge(self, *names: str, scan: Scanner | None = None, **more: Any) -> Verdict:
        return judge(
            names=names or ("platform",),
            stacks_dir=self.root / "stacks",
            plans_dir=self.root / "plans",
            waivers_path=self.root / "waivers.yaml",
            today=self.today,
            scan=scan or self.checkov,
            **more,
        )

    def run(self, *names: str, scan: Scanner | None = None) -> int:
        folders = (("stacks-dir", "stacks"), ("plans-dir", "plans"), ("waivers", "waivers.yaml"), ("report-dir", "out"))
        options = [part for option, path in folders for part in (f"--{option}", str(self.root / path))]
        return main(arguments=[*options, *(names or ("platform",))], today=self.today, scan=scan or self.checkov)


@pytest.fixture
def project(tmp_path: Path) -> Project:
    (tmp_path / "waivers.yaml").write_text("[]\n")
    made = Project(root=tmp_path)
    made.write()
    return made


@pytest.fixture(scope="session")
def write_stack() -> Callable[..., None]:
    return _write_stack
