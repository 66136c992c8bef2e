"""`docs/permissions.md`: what the policies allow, for who has to attach or approve them."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from tools.permissions.recording import ROLES

TEXT = Path(__file__).with_name("page.md")
RUNS = {
    "bootstrap": "`make bootstrap`",
    "planner": "`make plan-only`, `make drift`",
    "deployer": "`make preflight`, `make plan`, `make deploy`, `make upgrade-database`, `make destroy`",
}


def page(folder: Path) -> str:
    """Return the page for the policies in a folder."""
    by_role = {role: sorted(folder.glob(f"{role}-*.json")) for role in ROLES}
    roles = "\n".join(
        f"| {role} | {RUNS[role]} | {', '.join(f'`{path.name}`' for path in paths)} |"
        for role, paths in by_role.items()
    )
    tables = "\n\n".join("\n".join(_table(role, paths)) for role, paths in by_role.items())
    text = TEXT.read_text(encoding="utf-8")
    return text.replace("{roles}", roles).replace("{tables}", tables)


def _table(role: str, paths: list[Path]) -> Iterator[str]:
    yield f"## {role.capitalize()}"
    yield ""
    yield "| Policy | Statement | Actions | On | When |"
    yield "|---|---|---|---|---|"
    for path in paths:
        for statement in json.loads(path.read_text(encoding="utf-8"))["Statement"]:
            actions = statement.get("Action") or statement["NotAction"]
            names = [
                f"`{action.partition(':')[2]}`" if "Action" in statement else f"all but `{action}`"
                for action in actions
            ]
            yield (
                f"| {path.stem} | {statement['Sid']} | {', '.join(names)} | {_resources(statement)} | "
                f"{_conditions(statement.get('Condition', {}))} |"
            )


def _resources(statement: Mapping[str, Any]) -> str:
    resources = statement["Resource"]
    return ", ".join(f"`{arn}`" for arn in ([resources] if isinstance(resources, str) else resources)).replace(
        "arn:aws:", ""
    )


def _conditions(condition: Mapping[str, Mapping[str, Any]]) -> str:
    return "; ".join(
        f"`{key}` {operator} {', '.join([values] if isinstance(values, str) else values)}"
        for operator, keys in condition.items()
        for key, values in keys.items()
    )
