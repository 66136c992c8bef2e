"""The lock files: what they hold is what is used, and all of it is in the bill of materials."""

import json
import re
from pathlib import Path

import pytest

from tests.support.synthesized import platform, state_backend
from tools.paths import PROVIDER_LOCK, ROOT
from tools.sbom import bill, sbom

MAKEFILE = (ROOT / "Makefile").read_text()
BILL = bill()
URLS = {component["purl"] for component in BILL["components"]}


@pytest.mark.parametrize("lock", ["project", "awscli", "checkov", "cdktn", "docs", "mutants"])
def test_every_locked_python_package_is_listed(lock: str) -> None:
    text = (ROOT / f"requirements/{lock}.lock").read_text()
    pinned = re.findall(r"^(\S+?)(?:\[.*\])?==(\S+)", text, re.MULTILINE)
    assert len(pinned) >= 10
    assert [name for name, version in pinned if f"pkg:pypi/{name}@{version.rstrip(';')}" not in URLS] == []


def npm_url(path: str, package: dict[str, str]) -> str:
    # An alias has the name of what it stands for.
    name = package.get("name") or path.rpartition("node_modules/")[2]
    return f"pkg:npm/{name.replace('@', '%40')}@{package['version']}"


def test_every_locked_npm_package_is_listed_with_a_hash() -> None:
    packages = json.loads((ROOT / "package-lock.json").read_text())["packages"]
    locked = {npm_url(path, package) for path, package in packages.items() if path}
    assert len(locked) > 400
    assert locked <= URLS
    # What lies in another package's archive is covered by the hash of that one.
    fetched = {npm_url(path, package) for path, package in packages.items() if path and not package.get("inBundle")}
    assert fetched <= {each["purl"] for each in BILL["components"] if each.get("hashes")}


def test_the_provider_is_listed_with_the_hashes_of_its_packages() -> None:
    (provider,) = (each for each in BILL["components"] if each["purl"].startswith("pkg:generic/"))
    assert provider["purl"] == "pkg:generic/hashicorp/terraform-provider-aws@5.100.0"
    assert len(provider["hashes"]) == 15


def test_each_component_is_listed_once() -> None:
    assert len(URLS) == len(BILL["components"])
    assert BILL["bomFormat"] == "CycloneDX"
    assert BILL["specVersion"] == "1.5"


def test_the_bill_is_written_and_the_same_each_time(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    sbom(to=tmp_path / "build/sbom.json")
    assert json.loads((tmp_path / "build/sbom.json").read_text()) == BILL == bill()
    assert f"{len(URLS)} packages" in capsys.readouterr().out


def test_packages_are_installed_by_hash_and_run_no_script() -> None:
    assert "npm ci --ignore-scripts" in MAKEFILE
    assert "npm install" not in MAKEFILE
    installed = re.findall(r"pip install .*", MAKEFILE)
    assert [line for line in installed if "--require-hashes" not in line] == ["pip install --quiet pip-tools"]


def test_the_lock_file_holds_the_provider_that_the_stacks_ask_for_and_no_other() -> None:
    locked = re.findall(r'provider "registry.terraform.io/hashicorp/(.*)" {\n +version +=', PROVIDER_LOCK.read_text())
    (version,) = re.findall(r'version +=  *"(.*)"', PROVIDER_LOCK.read_text())
    for stack in (platform("eu-west-1"), state_backend("eu-west-1")):
        needed = stack.json["terraform"]["required_providers"]
        assert {each["source"]: each["version"] for each in needed.values()} == {locked[0]: version}
        assert len(locked) == 1
