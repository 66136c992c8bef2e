"""Synthesize with CDK Terrain, the successor of CDKTF: ``.venv-cdktn/bin/python -m tools.cdktn``.

The program is the same, ``main.py``: where it imports ``cdktf`` it gets ``cdktn``, and the bindings of AWS provider 6
where it imports those of version 5. It runs in an environment of its own, so this file uses nothing but Python.

The output goes to ``build/cdktn``, or where ``CDKTF_OUTDIR`` says.
See https://github.com/open-constructs/cdk-terrain.
"""

from __future__ import annotations

import json
import os
import sys
from importlib import import_module
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import ModuleType

SUCCESSORS = {"cdktf": "cdktn", "cdktf_cdktf_provider_aws": "cdktn_provider_aws"}
ROOT = Path(__file__).resolve().parents[1]
OUT = ROOT / "build" / "cdktn"


class _Successors(MetaPathFinder, Loader):
    """Finds a module of a successor under the name of the module that it succeeds."""

    def find_spec(
        self,
        fullname: str,
        path: Sequence[str] | None,  # noqa: ARG002 - what importlib declares
        target: ModuleType | None = None,  # noqa: ARG002
    ) -> ModuleSpec | None:
        package, _, submodule = fullname.partition(".")
        return ModuleSpec(fullname, self, is_package=not submodule) if package in SUCCESSORS else None

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        package, dot, submodule = spec.name.partition(".")
        return import_module(SUCCESSORS[package] + dot + submodule)

    def exec_module(self, module: ModuleType) -> None:
        """Do nothing: its own import has executed it."""


def main() -> int:
    """Synthesize what ``main.py`` does, and return its exit code."""
    out = Path(os.environ.setdefault("CDKTF_OUTDIR", str(OUT)))
    out.parent.mkdir(parents=True, exist_ok=True)
    # They know the bindings of CDKTF alone, and those of CDK Terrain are quick without them.
    os.environ["MERIDIAN_FAST_BINDINGS"] = "0"
    # Otherwise write-only arguments are refused, which older versions of Terraform and OpenTofu do not have. The CLI
    # of CDK Terrain passes on what cdktf.json says in the same way.
    project = json.loads((ROOT / "cdktf.json").read_text(encoding="utf-8"))
    os.environ["CDKTF_CONTEXT_JSON"] = json.dumps({"targetVersions": project["targetVersions"]})
    sys.meta_path.insert(0, _Successors())
    ended = int(import_module("main").main())
    if ended == 0:
        print(f"synthesized to {out} with cdktn {version('cdktn')} (docs/cdktn.md)")  # noqa: T201 - what the command is for
    return ended


if __name__ == "__main__":
    sys.exit(main())
