"""Addresses and physical names of everything that is made: what a change of the code may not move by accident.

``python -m tests.support.golden`` writes the lists anew, from the repository's root.
"""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any

from modules.app import build
from modules.settings import load_settings

GOLDEN = Path(__file__).parent.parent / "golden"
ROOT = GOLDEN.parent.parent
#: Settings by the name of their list.
SETTINGS = {"default": ROOT / "config" / "prod.yaml", "every_option": GOLDEN / "every_option.yaml"}
STACKS = ("platform", "state-backend")
#: Arguments that name a resource, the first that it has counts; of others the tag ``Name`` does.
NAMES = ("name", "bucket", "identifier", "alarm_name", "function_name", "dashboard_name", "identifier_prefix")


def lines_of(settings: Path) -> list[str]:
    """One line for each resource of both stacks: its address, and its physical name if it has one."""
    with tempfile.TemporaryDirectory() as folder:
        build(load_settings(settings, {}), outdir=Path(folder)).synth()
        return sorted(line for stack in STACKS for line in _lines(stack, Path(folder) / "stacks" / stack))


def golden(name: str) -> list[str]:
    """The committed list."""
    return (GOLDEN / f"{name}.txt").read_text().splitlines()


def differences(before: list[str], after: list[str]) -> list[str]:
    """What has become of the resources, in words, one line each; none if nothing has moved."""
    old, new = (dict(line.partition(" = ")[::2] for line in lines) for lines in (before, after))
    gone = [f"{address} is gone: Terraform would destroy it ({old[address]})" for address in sorted(old.keys() - new)]
    come = [f"{address} is new: Terraform would create it ({new[address]})" for address in sorted(new.keys() - old)]
    renamed = [
        f"{address} has another name: {old[address]} became {new[address]}"
        for address in sorted(old.keys() & new)
        if old[address] != new[address]
    ]
    return [*gone, *come, *renamed]


def _lines(stack: str, folder: Path) -> list[str]:
    resources: dict[str, dict[str, dict[str, Any]]] = json.loads((folder / "cdk.tf.json").read_text())["resource"]
    return [
        f"{stack}: {kind}.{id_} = {_name(body)}" for kind, blocks in resources.items() for id_, body in blocks.items()
    ]


def _name(body: dict[str, Any]) -> str:
    own = next((body[key] for key in NAMES if key in body), None)
    return str(own or body.get("tags", {}).get("Name", "without a name"))


if __name__ == "__main__":
    for name, settings in SETTINGS.items():
        (GOLDEN / f"{name}.txt").write_text("\n".join(lines_of(settings)) + "\n")
