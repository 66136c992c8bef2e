"""The way out of CDKTF, which is archived: with its successor the same program gives the same output."""

from __future__ import annotations

import json
import os
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.golden import SETTINGS, STACKS, output_of
from tools.paths import ROOT

PYTHON = ROOT / ".venv-cdktn/bin/python"
EVERY_OPTION = SETTINGS["every_option"]
#: What differs, in each stack: who synthesized it, and the provider that the bindings are made for.
DIFFERING = {
    "//.metadata.version": ("0.21.0", "0.24.0"),
    "terraform.required_providers.aws.source": ("aws", "hashicorp/aws"),
    "terraform.required_providers.aws.version": ("5.100.0", "6.69.1"),
}
MISSING = object()


def differences(one: Any, other: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[str, Any, Any]]:
    """Where two outputs differ, and what stands there in each."""
    if isinstance(one, dict) and isinstance(other, dict):
        for key in one.keys() | other.keys():
            yield from differences(one.get(key, MISSING), other.get(key, MISSING), (*path, key))
    elif isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        for number, pair in enumerate(zip(one, other, strict=True)):
            yield from differences(*pair, (*path, str(number)))
    elif one != other:
        yield ".".join(path), one, other


@pytest.mark.slow
def test_with_cdktn_nothing_differs_but_the_provider(tmp_path: Path) -> None:
    assert PYTHON.exists(), "there is no environment with cdktn: make .venv-cdktn/.ready"
    # Without -O: each argument is compared with the types that the bindings of provider 6 declare.
    ended = subprocess.run(
        [PYTHON, "-m", "tools.cdktn"],
        cwd=ROOT,
        env={**os.environ, "MERIDIAN_SETTINGS": str(EVERY_OPTION), "CDKTF_OUTDIR": str(tmp_path / "out")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (ended.returncode, ended.stderr) == (0, "")
    before = output_of(EVERY_OPTION)
    for stack in STACKS:
        after = json.loads((tmp_path / "out/stacks" / stack / "cdk.tf.json").read_text(encoding="utf-8"))
        assert {path: found for path, *found in differences(before[stack], after)} == {
            path: list(expected) for path, expected in DIFFERING.items()
        }


def test_every_kind_of_difference_is_found() -> None:
    one = {"same": [{"a": 1}], "value": {"a": 1}, "gone": 1, "longer": [1], "other": [1, 2]}
    other = {"same": [{"a": 1}], "value": {"a": 2}, "come": 1, "longer": [1, 2], "other": [1, 3]}
    found = {path for path, *_ in differences(one, other)}
    assert found == {"value.a", "gone", "come", "longer", "other.1"}


def test_what_the_output_is_made_with_has_one_version_in_both_environments() -> None:
    """Drivers become a part of the output, and the AWS regions come from botocore."""
    project, cdktn = (
        dict(re.findall(r"^([\w-]+)==(\S+)", (ROOT / f"requirements/{name}.lock").read_text(), re.MULTILINE))
        for name in ("project", "cdktn")
    )
    shared = project.keys() & cdktn.keys()
    assert {"botocore", "pg8000", "pydantic", "scramp"} <= shared
    # cdktn does not work with the newest one yet.
    assert {name for name in shared if project[name] != cdktn[name]} <= {"constructs"}
