"""The next version as an update of the last release: what stands keeps its address."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from cdktf import App, TerraformStack
from cdktf_cdktf_provider_aws.kms_key import KmsKey
from cdktf_cdktf_provider_aws.provider import AwsProvider

from tests.support import releases
from tests.support.golden import SETTINGS, STACKS, output_of, sums_of
from tests.support.releases import (
    CHANGELOG,
    UPGRADING,
    last_release,
    missing,
    named_as_leaving,
    record,
    released_addresses,
    unreleased,
)
from tools.danger import HOLD_DATA


def recorded(name: str) -> Path:
    """The settings of the release; the present ones where they are the same, since those are synthesized anyway."""
    kept, present = last_release() / f"{name}.yaml", SETTINGS[name]
    return present if yaml.safe_load(kept.read_text()) == yaml.safe_load(present.read_text()) else kept


@pytest.mark.parametrize("name", SETTINGS)
def test_what_the_last_release_made_keeps_its_address_or_is_named_as_leaving(name: str) -> None:
    text = unreleased(UPGRADING.read_text(encoding="utf-8"))
    gone = missing(released_addresses(name), output_of(recorded(name)))
    unnamed = sorted(address for address in gone if not named_as_leaving(text, address))
    assert unnamed == [], "addresses of the last release are gone: keep them, move them, or name them in UPGRADING.md"
    assert [address for address in gone if address.partition(": ")[2].partition(".")[0] in HOLD_DATA] == []


def test_the_changelog_says_what_of_the_next_version_reaches_aws() -> None:
    kept = (last_release() / "default.sums").read_text(encoding="utf-8").splitlines()
    section = unreleased(CHANGELOG.read_text(encoding="utf-8"))
    in_aws = section.partition("### Changes in AWS\n")[2].partition("\n### ")[0].strip()
    assert in_aws or kept == sums_of(SETTINGS["default"]), "say in Changes in AWS what a plan shows"


def test_an_address_is_there_moved_or_missing() -> None:
    output: dict[str, dict[str, Any]] = {
        "platform": {
            "resource": {"aws_vpc": {"same": {}, "new": {}}},
            "moved": [{"from": "aws_vpc.old", "to": "aws_vpc.new"}],
        }
    }
    released = {"platform: aws_vpc.same", "platform: aws_vpc.old", "platform: aws_vpc.gone"}
    assert missing(released, output) == {"platform: aws_vpc.gone"}
    assert missing({"state-backend: aws_vpc.same"}, output) == {"state-backend: aws_vpc.same"}


def test_the_output_has_a_moved_block_for_a_resource_with_another_address(tmp_path: Path) -> None:
    app = App(outdir=str(tmp_path))
    stack = TerraformStack(app, "moves")
    AwsProvider(stack, "aws", region="us-east-1")
    key = KmsKey(stack, "new")
    key.move_from_id("aws_kms_key.old")
    app.synth()
    output = json.loads((tmp_path / "stacks" / "moves" / "cdk.tf.json").read_text())
    assert missing({"moves: aws_kms_key.old"}, {"moves": output}) == set()


def test_what_leaves_is_named_for_one_region_or_for_any() -> None:
    text = "- `aws_vpc.REGION_network_vpc_1A2B` and `aws_sns_topic.us-east-1_page`: not needed"
    assert named_as_leaving(text, "platform: aws_vpc.ap-south-1_network_vpc_1A2B")
    assert named_as_leaving(text, "platform: aws_sns_topic.us-east-1_page")
    assert not named_as_leaving(text, "platform: aws_sns_topic.us-west-2_page")
    assert not named_as_leaving(text, "platform: aws_vpc.ap-south-1_network_vpc_1A2B_more")


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project with the release 0.1.0, whose output is a line."""
    for name, content in {
        "CHANGELOG": "# Changelog\n\n## Unreleased\n\n- A line.\n\n## 0.1.0 (2026-11-30)\n\n- The first.\n",
        "UPGRADING": "# Upgrading\n\n## Unreleased\n\n`aws_vpc.a` leaves.\n\n## 0.1.0\n\nThe first.\n",
        "PROJECT": '[project]\nname = "meridian"\nversion = "0.1.0"\n',
    }.items():
        (tmp_path / name).write_text(content, encoding="utf-8")
        monkeypatch.setattr(releases, name, tmp_path / name)
    monkeypatch.setattr(releases, "RELEASES", tmp_path / "releases")
    monkeypatch.setattr(releases, "lines_of", lambda _: ["platform: aws_vpc.a = vpc"])
    monkeypatch.setattr(releases, "sums_of", lambda _: ["platform: resource.aws_vpc.a = 0a"])
    monkeypatch.setattr(releases, "_deployed", lambda: {stack: {"resource": {}} for stack in STACKS})
    (tmp_path / "releases" / "0.1.0").mkdir(parents=True)
    return tmp_path


def test_a_release_takes_the_place_of_the_last_one(project: Path) -> None:
    record("0.2.0")
    assert last_release() == project / "releases" / "0.2.0"
    assert released_addresses("default") == {"platform: aws_vpc.a"}
    assert {path.name for path in last_release().iterdir()} >= {"platform.json", "state-backend.json", "default.yaml"}
    changelog, upgrading = ((project / name).read_text(encoding="utf-8") for name in ("CHANGELOG", "UPGRADING"))
    assert unreleased(changelog) == "### Changes in AWS\n\n### Tools and documentation"
    assert "- A line." in changelog.partition("## 0.2.0 (")[2].partition("## 0.1.0")[0]
    assert unreleased(upgrading) == "Nothing leaves."
    assert "`aws_vpc.a` leaves." in upgrading.partition("## 0.2.0\n")[2].partition("## 0.1.0")[0]
    assert 'version = "0.2.0"' in (project / "PROJECT").read_text(encoding="utf-8")


@pytest.mark.parametrize("version", ["0.1.0", "0.0.9", "v0.2.0", "0.2", ""])
def test_a_version_that_is_not_higher_is_refused(project: Path, version: str) -> None:
    with pytest.raises(SystemExit, match="VERSION is"):
        record(version)
    assert last_release() == project / "releases" / "0.1.0"


def test_a_release_of_nothing_is_refused(project: Path) -> None:
    record("0.2.0")
    with pytest.raises(SystemExit, match="nothing to release"):
        record("0.3.0")
    assert last_release() == project / "releases" / "0.2.0"
