"""The tables of docs/controls.md: from the controls, and from what the output, AWS Config and the gate say of them."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

import yaml

from modules.settings.choice import Exemption
from modules.settings.choice_table import CHOICES
from modules.settings.managed_rules import GLOBAL, REGIONAL
from tools.controls.control import AREAS, HELD, STATUSES, Control, controls
from tools.numbers import replaced
from tools.paths import ROOT

PAGE = ROOT / "docs" / "controls.md"
WAIVERS = ROOT / "policies" / "waivers.yaml"
RULES = {name: identifier for name, (identifier, _) in {**REGIONAL, **GLOBAL}.items()}
HEADER = "| Control | What it wants | Status | Held by | Resources |\n|---|---|---|---|---|"
Resources = Mapping[str, Mapping[str, Any]]


def page(platform: Resources) -> str:
    """Return the page with its tables written anew.

    Parameters
    ----------
    platform : mapping
        The resources of the platform's stack, by type and name.
    """
    rows = controls()
    text = replaced(PAGE.read_text(encoding="utf-8"), "counts", _counts(rows))
    text = replaced(text, "standards", _standards(platform))
    for area in AREAS:
        lines = [_row(row) for row in rows if row.area == area]
        text = replaced(text, area, "\n".join([HEADER, *lines]))
    named = {rule for row in rows for rule in row.config}
    others = [f"| `{name}` | `{RULES[name]}` |" for name in RULES if name not in named]
    return replaced(text, "rules", "\n".join(["| Rule | AWS's rule |", "|---|---|", *others]))


def choices_of(control: Control) -> list[str]:
    """Return the choices of the settings that waive one of the checks which hold a control."""

    def concerns(one: Exemption) -> bool:
        return one.check in control.gate and one.resource.partition(".")[0] in control.types

    return [choice.name for choice in CHOICES.values() if any(map(concerns, choice.exemptions))]


def waived(control: Control) -> list[str]:
    """Return the resource types for which the file of waivers waives one of the checks which hold a control."""
    waivers = yaml.safe_load(WAIVERS.read_text(encoding="utf-8"))
    types = {one["resource"].partition(".")[0] for one in waivers if one["check"] in control.gate}
    return [kind for kind in control.types if kind in types]


def _counts(rows: Iterable[Control]) -> str:
    # A recommendation of CIS can be two controls, and a row can be several.
    found: dict[str, dict[str, set[str]]] = {status: {"CIS": set(), "FSBP": set()} for status in STATUSES}
    for row in rows:
        found[row.status]["CIS"].update([row.cis] if row.cis else [])
        found[row.status]["FSBP"].update(row.ids if row.fsbp else [])
    lines = [f"| {status} | {len(found[status]['CIS'])} | {len(found[status]['FSBP'])} |" for status in STATUSES]
    return "\n".join(["| Status | CIS v3.0.0 | FSBP |", "|---|---:|---:|", *lines])


def _standards(platform: Resources) -> str:
    arns = {str(one["standards_arn"]) for one in platform["aws_securityhub_standards_subscription"].values()}
    found = sorted({re.sub(r"^.*standards/", "", arn).replace("/v/", " v") for arn in arns})
    associations = platform["aws_securityhub_standards_control_association"].values()
    off = sorted({str(one["security_control_id"]) for one in associations})
    return "\n".join([*(f"- `{one}`" for one in found), f"- off outside of the home region: {_codes(off)}"])


def _row(row: Control) -> str:
    standards = [*([f"CIS {row.cis}"] if row.cis else []), *(["FSBP"] if row.fsbp else [])]
    cells = (
        " ".join([*([_codes(row.ids)] if row.ids else []), ", ".join(standards)]),
        row.wants,
        _status(row),
        ", ".join(_means(row)) or "—",
        ", ".join(_resource(row, kind) for kind in row.types) or "—",
    )
    return "| " + " | ".join(cells) + " |"


def _resource(row: Control, kind: str) -> str:
    arguments = [
        f"`{path.partition('.')[2]}`: `{str(value).lower() if isinstance(value, bool) else value}`"
        for path, value in row.made.items()
        if path.startswith(f"{kind}.") and value is not None
    ]
    return f"`{kind}`" + (f" ({', '.join(arguments)})" if arguments else "")


def _means(row: Control) -> list[str]:
    means = [f"`{check}`" for check in row.gate]
    means += [f"Config `{RULES[rule]}`" for rule in row.config]
    means += [f"alarm `{alarm}`" for alarm in row.alarms]
    return means + [f"[{test.rpartition('/')[2]}](../tests/{test}.py)" for test in row.tests]


def _status(row: Control) -> str:
    said = [f"**{row.status}**"]
    if chosen := choices_of(row):
        said.append(f"[choice](policy.md#choices): {_codes(chosen)}")
    if row.settings:
        said.append(f"setting: {_codes(row.settings)}")
    if row.status == HELD and (kinds := waived(row)):
        said.append(f"[waived](policy.md#waiving-a-finding) for {_codes(kinds)}")
    if row.note:
        said.append(row.note)
    return "; ".join(said)


def _codes(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)
