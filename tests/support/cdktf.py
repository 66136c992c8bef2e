"""The cdktf command line, as users run it."""

from __future__ import annotations

import subprocess
from pathlib import Path

from tests.support.lives import CLEAN, SMALL, Applied
from tools.paths import ROOT


def run(command: str, *, settings: Path, out: Path, shell: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["bash", "-c", f'{shell}\nexec node_modules/.bin/cdktf {command} --output "$OUT"'],
        cwd=ROOT,
        env={**CLEAN, "MERIDIAN_SETTINGS": str(settings), "OUT": str(out), "CHECKPOINT_DISABLE": "1", "CI": "1"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=1200,
        check=False,
    )


def vpc_count(life: Applied) -> int:
    """How many VPCs the platform has; those of others have no name."""
    named = [{"Name": "tag:Name", "Values": ["PROD-*"]}]
    return len(life.client("ec2", SMALL).describe_vpcs(Filters=named)["Vpcs"])
