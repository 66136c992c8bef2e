"""The rotation function's zip: the same bytes from the same inputs, on any machine and at any time."""

from __future__ import annotations

import base64
import hashlib
import os
import stat
from importlib.metadata import Distribution, distributions
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING
from zipfile import ZIP_STORED, ZipFile, ZipInfo

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

#: The runtime's name as a package inside the zip, and what Lambda calls there.
PACKAGE = "rotation"
HANDLER = f"{PACKAGE}.handler.handler"
#: Where the runtime looks for it unless ``CA_BUNDLE`` names another.
CA_BUNDLE = f"{PACKAGE}/certificates.pem"
#: A zip cannot hold an earlier time.
TIMESTAMP = (1980, 1, 1, 0, 0, 0)
MODE = stat.S_IFREG | 0o644
UNIX = 3
NATIVE = {".so", ".pyd", ".dylib", ".dll"}
#: Of a distribution's own notes: pg8000 reads its version from the first, and licences go where the code goes.
NOTES = ("METADATA", "LICENSE", "LICENCE", "COPYING", "NOTICE", "AUTHORS")


class BundleError(ValueError):
    """Something that cannot be shipped; its text is one line."""


def build_bundle(
    target: Path, *, runtime: Path, site_packages: Path, distributions: Sequence[str], ca_bundle: Path
) -> str:
    """Write the zip.

    Parameters
    ----------
    target
        The file to write or replace; its folder is made.
    runtime
        Folder of the function's modules.
    site_packages
        Folder in which the distributions are installed.
    distributions
        Names of what the runtime imports. What these require is found by itself.
    ca_bundle
        PEM file of the certificates to trust.

    Returns
    -------
    str
        The zip's SHA-256 in base64, as Terraform's ``source_code_hash`` takes it.

    Raises
    ------
    BundleError
        If a distribution is not installed or is not pure Python, a file is missing, or two have the same name.
    """
    files: dict[str, bytes] = {}
    for name, file in _files(runtime, site_packages, distributions, ca_bundle):
        if name in files:
            raise BundleError(f"{name}: shipped twice")
        if not file.is_file():
            raise BundleError(f"{name}: {file} is missing")
        files[name] = file.read_bytes()
    target.parent.mkdir(parents=True, exist_ok=True)
    # Whoever reads the target meanwhile has the old zip or the new one, never half of it.
    partial = target.with_name(f"{target.name}.{os.getpid()}.partial")
    with ZipFile(partial, "w") as archive:
        for name in sorted(files):
            archive.writestr(_entry(name), files[name])
    partial.replace(target)
    return base64.b64encode(hashlib.sha256(target.read_bytes()).digest()).decode("ascii")


def requirements(names: Sequence[str], *, site_packages: Path) -> list[Distribution]:
    """Find distributions and all that they require, among what is installed.

    Parameters
    ----------
    names
        Distribution names, in any spelling.
    site_packages
        Folder in which they are installed.

    Returns
    -------
    list of Distribution
        Each once, sorted by name.

    Raises
    ------
    BundleError
        If one is not installed.
    """
    installed = {canonicalize_name(found.name): found for found in distributions(path=[str(site_packages)])}
    closure: dict[str, Distribution] = {}
    wanted = [canonicalize_name(name) for name in names]
    while wanted:
        name = wanted.pop()
        if name in closure:
            continue
        if name not in installed:
            raise BundleError(f"{name}: not installed in {site_packages}")
        closure[name] = installed[name]
        for line in installed[name].requires or []:
            requirement = Requirement(line)
            if requirement.marker is None or requirement.marker.evaluate({"extra": ""}):
                if requirement.extras:
                    raise BundleError(f"{name}: requires {line}, and extras are not followed")
                wanted.append(canonicalize_name(requirement.name))
    return [closure[name] for name in sorted(closure)]


def _files(runtime: Path, site_packages: Path, names: Sequence[str], ca_bundle: Path) -> Iterator[tuple[str, Path]]:
    for module in sorted(runtime.rglob("*.py")):
        yield f"{PACKAGE}/{module.relative_to(runtime).as_posix()}", module
    yield CA_BUNDLE, ca_bundle
    for distribution in requirements(names, site_packages=site_packages):
        for file in distribution.files or []:
            path = PurePosixPath(file)
            if path.suffix in NATIVE:
                raise BundleError(f"{distribution.name}: {path} is not python, it would not run on every architecture")
            if _shipped(path):
                yield str(path), Path(str(distribution.locate_file(file)))


def _shipped(path: PurePosixPath) -> bool:
    # Programs are listed outside the folder. Compiled modules, and notes of the installer, differ between machines.
    if ".." in path.parts or "__pycache__" in path.parts or path.suffix == ".pyc":
        return False
    if path.parts[0].endswith(".dist-info"):
        return path.name.upper().startswith(NOTES)
    return True


def _entry(name: str) -> ZipInfo:
    entry = ZipInfo(name, TIMESTAMP)
    entry.create_system = UNIX
    entry.external_attr = MODE << 16
    # What deflate writes depends on the zlib of the machine.
    entry.compress_type = ZIP_STORED
    return entry
