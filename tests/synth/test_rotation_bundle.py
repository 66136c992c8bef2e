"""The zip of the rotation function."""

import base64
import hashlib
import sysconfig
from pathlib import Path
from zipfile import ZipFile

import pytest
from cdktf import TerraformStack, Testing

from modules.areas.rotation import runtime
from modules.areas.rotation.bundle import requirements
from modules.areas.rotation.code import RotationCode
from modules.blocks.functions.archive import BundleError
from tests.support.region_sets import ONE, TWO
from tests.support.rotation import function
from tests.support.synthesized import Stack, folder_of, platform

Testing.__test__ = False


def synthesized(*regions: str) -> tuple[Path, Stack]:
    """The stack's folder, which is another one for other regions, and its JSON."""
    return folder_of(*regions) / "platform", platform(*regions)


def test_output_carries_the_zip_once_and_refers_to_it_from_inside() -> None:
    folder, stack = synthesized(*TWO)
    (name,) = {function(stack, region).body["filename"] for region in TWO}
    assert not Path(name).is_absolute()
    assert [file.relative_to(folder).as_posix() for file in folder.rglob(Path(name).name)] == [name]
    for region in TWO:
        digest = hashlib.sha256((folder / name).read_bytes()).digest()
        assert function(stack, region).body["source_code_hash"] == base64.b64encode(digest).decode()


def test_zip_and_the_paths_to_it_are_the_same_wherever_and_for_whatever_regions_they_are_made() -> None:
    one, stack = synthesized(*TWO)
    other, another = synthesized(*ONE)
    assert one.parent != other.parent
    body, same = function(stack, TWO[0]).body, function(another, ONE[0]).body
    for key in ("filename", "source_code_hash", "handler"):
        assert body[key] == same[key]
    assert (one / body["filename"]).read_bytes() == (other / same["filename"]).read_bytes()


def test_zip_holds_what_the_tests_of_the_function_run() -> None:
    folder, stack = synthesized(*ONE)
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
