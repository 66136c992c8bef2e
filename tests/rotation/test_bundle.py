"""The zip: the same bytes from the same inputs, whole, and nothing that does not belong into it."""

from __future__ import annotations

import base64
import hashlib
import os
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path
from typing import TYPE_CHECKING
from zipfile import ZipFile

import pytest

from modules.areas.rotation import runtime
from modules.areas.rotation.bundle import build_bundle, requirements
from modules.blocks.functions.archive import BundleError

if TYPE_CHECKING:
    from collections.abc import Sequence

SITE_PACKAGES = Path(sysconfig.get_path("purelib"))
RUNTIME = Path(runtime.__file__).parent


@pytest.fixture(scope="module")
def bundle(ca_bundle: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("bundle") / "not there yet" / "rotation.zip"
    _build(target, ca_bundle=ca_bundle)
    return target


def test_the_same_inputs_give_the_same_bytes(bundle: Path, ca_bundle: Path, tmp_path: Path) -> None:
    moved = tmp_path / "moved"
    shutil.copytree(RUNTIME, moved, ignore=shutil.ignore_patterns("__pycache__"))
    for file in moved.iterdir():
        os.utime(file, (1, 1))
        file.chmod(0o600)
    (moved / "__pycache__").mkdir()
    (moved / "__pycache__" / "steps.cpython-311.pyc").write_bytes(b"compiled")
    again = tmp_path / "again.zip"
    _build(again, ca_bundle=ca_bundle, runtime=moved)
    assert again.read_bytes() == bundle.read_bytes()


def test_another_input_gives_another_hash(bundle: Path, ca_bundle: Path, tmp_path: Path) -> None:
    other = tmp_path / "certificates.pem"
    other.write_text(f"# edited\n{ca_bundle.read_text()}")
    assert _build(tmp_path / "other.zip", ca_bundle=other) != _hash(bundle)


def test_the_answer_is_terraforms_source_code_hash(bundle: Path, ca_bundle: Path, tmp_path: Path) -> None:
    assert _build(tmp_path / "again.zip", ca_bundle=ca_bundle) == _hash(bundle)


def test_entries_are_sorted_and_carry_neither_time_nor_owner_nor_compression(bundle: Path) -> None:
    with ZipFile(bundle) as archive:
        entries = archive.infolist()
    assert [entry.filename for entry in entries] == sorted({entry.filename for entry in entries})
    assert {
        (entry.date_time, entry.external_attr >> 16, entry.compress_type, entry.create_system) for entry in entries
    } == {((1980, 1, 1, 0, 0, 0), 0o100644, 0, 3)}


def test_nothing_of_the_machine_or_the_installer_is_inside(bundle: Path) -> None:
    with ZipFile(bundle) as archive:
        names = archive.namelist()
        content = b"".join(archive.read(name) for name in names)
    assert not [name for name in names if name.endswith((".pyc", "RECORD", "INSTALLER", "direct_url.json"))]
    assert not [name for name in names if name.startswith(("/", ".."))]
    assert str(SITE_PACKAGES).encode() not in content


def test_licences_are_shipped_with_what_they_cover(bundle: Path) -> None:
    with ZipFile(bundle) as archive:
        names = archive.namelist()
    for distribution in requirements(["pg8000"], site_packages=SITE_PACKAGES):
        folder = f"{distribution.name.replace('-', '_')}-{distribution.version}.dist-info/"
        assert [name for name in names if name.startswith(folder) and "LICENSE" in name], distribution.name


def test_requirements_are_followed_to_the_end() -> None:
    names = [found.name for found in requirements(["PG8000"], site_packages=SITE_PACKAGES)]
    assert names == ["asn1crypto", "pg8000", "python-dateutil", "scramp", "six"]
    again = requirements(["scramp", "pg8000", "pg8000"], site_packages=SITE_PACKAGES)
    assert [found.name for found in again] == names


def test_the_function_runs_from_the_zip_alone(bundle: Path, tmp_path: Path) -> None:
    """Unpacked as Lambda does, with no other packages but the standard library's, boto3's part apart."""
    with ZipFile(bundle) as archive:
        archive.extractall(tmp_path)
    program = (
        "import sys; sys.path.insert(0, sys.argv[1])\n"
        "import rotation.database, rotation.settings, rotation.scram, six, dateutil\n"
        "settings = rotation.settings.Settings.from_environment({})\n"
        "print(len(rotation.database.tls_context(settings.ca_bundle).get_ca_certs()))\n"
    )
    assert _run("-S", "-c", program, str(tmp_path)) == "1\n"


def test_the_handler_can_be_imported_from_the_zip(bundle: Path) -> None:
    program = (
        "import sys; sys.path.insert(0, sys.argv[1])\n"
        "import rotation.handler, pg8000, scramp, asn1crypto, dateutil, six\n"
        "assert all(it.__file__.startswith(sys.argv[1]) for it in (pg8000, scramp, asn1crypto, dateutil, six))\n"
        "print(rotation.handler.handler.__module__)\n"
    )
    assert _run("-c", program, str(bundle)) == "rotation.handler\n"


def test_an_interrupted_build_leaves_the_old_zip(
    bundle: Path, ca_bundle: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    target = tmp_path / "rotation.zip"
    shutil.copy(bundle, target)
    monkeypatch.setattr(ZipFile, "writestr", interrupt)
    with pytest.raises(KeyboardInterrupt):
        _build(target, ca_bundle=ca_bundle)
    assert target.read_bytes() == bundle.read_bytes()


def test_rejects_a_missing_ca_bundle_before_it_writes_anything(tmp_path: Path) -> None:
    with pytest.raises(BundleError, match=r"rotation/certificates\.pem: .*nowhere\.pem is missing"):
        _build(tmp_path / "rotation.zip", ca_bundle=tmp_path / "nowhere.pem")
    assert not list(tmp_path.iterdir())


def test_rejects_a_distribution_that_is_not_installed(ca_bundle: Path, tmp_path: Path) -> None:
    with pytest.raises(BundleError, match="no-such-thing: not installed in "):
        _build(tmp_path / "bundle.zip", ca_bundle=ca_bundle, distributions=["pg8000", "no-such-thing"])


@pytest.mark.parametrize(
    ("requires", "file", "reason"),
    [
        ("absent", "fake.py", "absent: not installed"),
        ('absent; python_version < "3"', "fake.so", r"fake: fake\.so is not python"),
        ("fake[more]", "fake.py", r"fake: requires fake\[more\], and extras are not followed"),
        ('absent; extra == "more"', "rotation/handler.py", r"rotation/handler\.py: shipped twice"),
        ('absent; extra == "more"', "unlisted.py", r"unlisted\.py: .* is missing"),
    ],
)
def test_rejects_a_distribution_that_cannot_be_shipped(
    ca_bundle: Path, tmp_path: Path, requires: str, file: str, reason: str
) -> None:
    notes = tmp_path / "site" / "fake-1.0.dist-info"
    notes.mkdir(parents=True)
    (notes / "METADATA").write_text(f"Metadata-Version: 2.1\nName: fake\nVersion: 1.0\nRequires-Dist: {requires}\n")
    (notes / "RECORD").write_text(f"{file},,\nfake-1.0.dist-info/METADATA,,\n../../bin/fake,,\n")
    if file != "unlisted.py":
        (tmp_path / "site" / file).parent.mkdir(exist_ok=True)
        (tmp_path / "site" / file).write_text("")
    with pytest.raises(BundleError, match=reason):
        _build(tmp_path / "x.zip", ca_bundle=ca_bundle, distributions=["fake"], site_packages=tmp_path / "site")


def _build(
    target: Path,
    *,
    ca_bundle: Path,
    runtime: Path = RUNTIME,
    site_packages: Path = SITE_PACKAGES,
    distributions: Sequence[str] = ("pg8000",),
) -> str:
    return build_bundle(
        target, runtime=runtime, site_packages=site_packages, distributions=distributions, ca_bundle=ca_bundle
    )


def _hash(file: Path) -> str:
    return base64.b64encode(hashlib.sha256(file.read_bytes()).digest()).decode()


def _run(*arguments: str) -> str:
    return subprocess.run([sys.executable, "-I", *arguments], capture_output=True, text=True, check=True).stdout
