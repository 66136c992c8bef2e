"""The rotation function's zip file: the same inputs give the same bytes, on any machine and at any time."""

from __future__ import annotations

import csv
from importlib.metadata import Distribution, distributions
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from modules.blocks.functions.archive import BundleError, package, write_archive

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

#: The package name of the runtime inside the zip file, and the handler that Lambda calls.
PACKAGE = "rotation"
HANDLER = f"{PACKAGE}.handler.handler"
#: Path of the CA bundle in the zip file. The runtime uses it unless ``CA_BUNDLE`` names another.
CA_BUNDLE = f"{PACKAGE}/certificates.pem"
NATIVE = {".so", ".pyd", ".dylib", ".dll"}
#: Packaged files of ``.dist-info``: pg8000 reads its version from ``METADATA``, and the licences belong to the code.
DIST_INFO_FILES = ("METADATA", "LICENSE", "LICENCE", "COPYING", "NOTICE", "AUTHORS")


def build_bundle(
    target: Path, *, runtime: Path, site_packages: Path, distributions: Sequence[str], ca_bundle: Path
) -> str:
    """Write the zip file.

    Parameters
    ----------
    target
        The file to write or replace. Its folder is created.
    runtime
        Folder of the function's modules.
    site_packages
        Folder in which the distributions are installed.
    distributions
        Names of the distributions that the runtime imports. Their requirements are added automatically.
    ca_bundle
        PEM file of the certificates to trust.

    Returns
    -------
    str
        The zip's SHA-256 in base64, the format of Terraform's ``source_code_hash``.

    Raises
    ------
    BundleError
        If a distribution is not installed or is not pure Python, a file is missing, or two have the same name.
    """
    return write_archive(target, _files(runtime, site_packages, distributions, ca_bundle))


def requirements(names: Sequence[str], *, site_packages: Path) -> list[Distribution]:
    """Find installed distributions with all their requirements.

    Parameters
    ----------
    names
        Distribution names, in any spelling.
    site_packages
        Folder in which they are installed.

    Returns
    -------
    list of Distribution
        Each distribution once, sorted by name.

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
    yield from package(PACKAGE, runtime)
    yield CA_BUNDLE, ca_bundle
    for distribution in requirements(names, site_packages=site_packages):
        # From Python 3.12 on `distribution.files` leaves out what is missing.
        for file, *_ in csv.reader((distribution.read_text("RECORD") or "").splitlines()):
            path = PurePosixPath(file)
            if path.suffix in NATIVE:
                raise BundleError(f"{distribution.name}: {path} is not python, it would not run on every architecture")
            if _is_packaged(path):
                yield str(path), Path(str(distribution.locate_file(file)))


def _is_packaged(path: PurePosixPath) -> bool:
    # Scripts are outside site-packages. Compiled modules and the installer's own files differ between machines.
    if ".." in path.parts or "__pycache__" in path.parts or path.suffix == ".pyc":
        return False
    if path.parts[0].endswith(".dist-info"):
        return path.name.upper().startswith(DIST_INFO_FILES)
    return True
