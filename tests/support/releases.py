"""The last release, kept so that the next version can be tried as an update: what it named, and what of it holds data.

``make release VERSION=0.2.0`` calls this module from the repository's root. It is kept as text, and not read from the
tag: a checkout may have no history, and the code of a release needs the packages of that release.
"""

from __future__ import annotations

import json
import re
import shutil
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from modules.settings import load_settings
from tests.support.databases import SMALL
from tests.support.golden import ROOT, SETTINGS, STACKS, lines_of, sums_of
from tests.support.region_sets import THREE, settings_of, write_settings
from tools.danger import HOLD_DATA
from tools.part import part_of
from tools.paths import PLATFORM

RELEASES = Path(__file__).parent.parent / "releases"
CHANGELOG, UPGRADING, PROJECT = ROOT / "CHANGELOG.md", ROOT / "UPGRADING.md", ROOT / "pyproject.toml"
#: What is deployed as the release, and then updated: two regions, and of them what holds data.
DEPLOYED: dict[str, Any] = settings_of(*THREE[:2], **SMALL)
#: Stands for any region in what UPGRADING.md names.
REGION = "REGION"
_UNRELEASED = "## Unreleased\n"
_EMPTY = f"{_UNRELEASED}\n### Changes in AWS\n\n### Tools and documentation\n"
_ADDRESS = re.compile(r"`(aws_[a-z0-9_]+\.[A-Za-z0-9_-]+)`")


def last_release() -> Path:
    """The folder of the release that is kept."""
    (folder,) = (path for path in RELEASES.iterdir() if path.is_dir())
    return folder


def released_addresses(name: str) -> set[str]:
    """The addresses that the platform and the state backend of the release have with the settings of this name."""
    lines = (last_release() / f"{name}.txt").read_text(encoding="utf-8").splitlines()
    return {line.partition(" = ")[0] for line in lines}


def missing(released: set[str], output: dict[str, dict[str, Any]]) -> set[str]:
    """Addresses of a release that the output has neither as they were nor by a ``moved`` block."""
    known = {
        f"{stack}: {kind}.{id_}"
        for stack, content in output.items()
        for kind, blocks in content["resource"].items()
        for id_ in blocks
    }
    moved = {f"{stack}: {one['from']}" for stack, content in output.items() for one in content.get("moved", ())}
    return released - known - moved


def named_as_leaving(upgrading: str, address: str) -> bool:
    """Whether a text names the address, with ``REGION`` for any region."""
    _, _, resource = address.partition(": ")
    patterns = (re.escape(named).replace(REGION, "[a-z]+-[a-z]+-[0-9]") for named in _ADDRESS.findall(upgrading))
    return any(re.fullmatch(pattern, resource) for pattern in patterns)


def unreleased(text: str) -> str:
    """The section of the next version, of CHANGELOG.md or UPGRADING.md."""
    return text.partition(_UNRELEASED)[2].partition("\n## ")[0].strip()


def record(version: str) -> None:
    """Keep the present output as that of a release, in place of the one that was kept.

    Parameters
    ----------
    version
        Three numbers, higher than those of the last release.

    Raises
    ------
    SystemExit
        When the version is not higher, or CHANGELOG.md says nothing about it; nothing is written then.
    """
    text, project = CHANGELOG.read_text(encoding="utf-8"), PROJECT.read_text(encoding="utf-8")
    previous = [path for path in RELEASES.glob("*") if path.is_dir()]
    if not re.fullmatch(r"\d+\.\d+\.\d+", version):
        raise SystemExit(f"VERSION is {version!r}: allowed are three numbers such as 0.2.0")
    for path in previous:
        if _numbers(version) <= _numbers(path.name):
            raise SystemExit(f"VERSION is {version}: the last release is {path.name}, so a higher one")
    if not re.search(r"(?m)^- ", unreleased(text)):
        raise SystemExit("CHANGELOG.md has nothing under Unreleased, so there is nothing to release")
    folder = RELEASES / version
    folder.mkdir(parents=True)
    for name, settings in SETTINGS.items():
        shutil.copyfile(settings, folder / f"{name}.yaml")
        (folder / f"{name}.txt").write_text("\n".join(lines_of(settings)) + "\n", encoding="utf-8")
    (folder / "default.sums").write_text("\n".join(sums_of(SETTINGS["default"])) + "\n", encoding="utf-8")
    for stack, content in _deployed().items():
        (folder / f"{stack}.json").write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")
    for path in previous:
        shutil.rmtree(path)
    heading = f"## {version} ({datetime.now(tz=UTC):%Y-%m-%d})\n"
    CHANGELOG.write_text(text.replace(_UNRELEASED, f"{_EMPTY}\n{heading}", 1), encoding="utf-8")
    upgrading = UPGRADING.read_text(encoding="utf-8")
    UPGRADING.write_text(
        upgrading.replace(_UNRELEASED, f"{_UNRELEASED}\nNothing leaves.\n\n## {version}\n", 1), encoding="utf-8"
    )
    PROJECT.write_text(re.sub(r'(?m)^version = ".*"$', f'version = "{version}"', project), encoding="utf-8")


def _deployed() -> dict[str, dict[str, Any]]:
    # Slow to import, and every process of the lives imports this file.
    from modules.app import build  # noqa: PLC0415

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        build(load_settings(write_settings(folder, DEPLOYED), {}), outdir=folder / "out").synth()
        files = {stack: folder / "out" / "stacks" / stack / "cdk.tf.json" for stack in STACKS}
        output = {stack: json.loads(file.read_text(encoding="utf-8")) for stack, file in files.items()}
    return output | {PLATFORM: part_of(output[PLATFORM], HOLD_DATA)}


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split("."))


if __name__ == "__main__":
    record(sys.argv[1])
