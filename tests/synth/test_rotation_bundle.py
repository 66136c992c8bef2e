"""The zip of the rotation function."""

import base64
import hashlib
import json
import sysconfig
from pathlib import Path
from zipfile import ZipFile

import pytest
from cdktf import TerraformStack, Testing

from modules.app import build
from modules.areas.rotation import runtime
from modules.areas.rotation.bundle import requirements
from modules.areas.rotation.code import RotationCode
from modules.blocks.functions.archive import BundleError
from modules.settings import load_settings
from tests.support.region_sets import ONE, TWO, settings_of, write_settings
from tests.support.rotation import function
from tests.support.synthesized import Stack

Testing.__test__ = False


def synthesized(folder: Path, *regions: str) -> tuple[Path, Stack]:
    """The stack's folder and its JSON."""
    folder.mkdir()
    build(load_settings(write_settings(folder, settings_of(*regions)), {}), outdir=folder / "out").synth()
    stack = folder / "out" / "stacks" / "platform"
    return stack, Stack(json.loads((stack / "cdk.tf.json").read_text()))


def test_output_carries_the_zip_once_and_refers_to_it_from_inside(tmp_path: Path) -> None:
    folder, stack = synthesized(tmp_path / "one", *TWO)
    (name,) = {function(stack, region).body["filename"] for region in TWO}
    assert not Path(name).is_absolute()
    assert [file.relative_to(folder).as_posix() for file in folder.rglob(Path(name).name)] == [name]
    for region in TWO:
        digest = hashlib.sha256((folder / name).read_bytes()).digest()
        assert function(stack, region).body["source_code_hash"] == base64.b64encode(digest).decode()


def test_zip_and_the_paths_to_it_are_the_same_wherever_and_for_whatever_regions_they_are_made(tmp_path: Path) -> None:
    one, stack = synthesized(tmp_path / "one", *TWO)
    other, another = synthesized(tmp_path / "elsewhere", *ONE)
    body, same = function(stack, TWO[0]).body, function(another, ONE[0]).body
    for key in ("filename", "source_code_hash", "handler"):
        assert body[key] == same[key]
    assert (one / body["filename"]).read_bytes() == (other / same["filename"]).read_bytes()


def test_zip_holds_what_the_tests_of_the_function_run(tmp_path: Path) -> None:
    folder, stack = synthesized(tmp_path / "one", *ONE)
    source, packages = Path(runtime.__file__).parent, Path(sysconfig.get_path("purelib"))
    body = function(stack, ONE[0]).body
    with ZipFile(folder / body["filename"]) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    ours = {f"rotation/{file.relative_to(source).as_posix()}": file.read_bytes() for file in source.rglob("*.py")}
    assert ours
    assert {name: files.get(name) for name in ours} == ours
    assert f"{body['handler'].replace('.', '/').rpartition('/')[0]}.py" in ours
    assert b"Amazon RDS eu-west-1 Root CA RSA2048 G1" in files["rotation/certificates.pem"]
    vendored = {name: content for name, content in files.items() if name not in {*ours, "rotation/certificates.pem"}}
    assert {name: (packages / name).read_bytes() for name in vendored} == vendored
    for distribution in requirements(["pg8000"], site_packages=packages):
        assert [name for name in vendored if name.startswith(distribution.name.replace("-", "_"))]


def test_rejects_a_region_whose_databases_could_not_be_trusted() -> None:
    stack = TerraformStack(Testing.app(), "platform")
    with pytest.raises(BundleError, match=r"global-bundle\.pem has no certificate of RDS for sa-west-1"):
        RotationCode(stack, "code", regions=["us-east-1", "sa-west-1"])
