"""The rotation function's zip: the same bytes from the same inputs, on any machine and at any time."""

from __future__ import annotations

from importlib.metadata import Distribution, distributions
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from modules.blocks.functions.archive import BundleError, package, write_archive

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

#: The runtime's name as a package inside the zip, and what Lambda calls there.
PACKAGE = "rotation"
HANDLER = f"{PACKAGE}.handler.handler"
#: Where the runtime looks for it unless ``CA_BUNDLE`` names another.
CA_BUNDLE = f"{PACKAGE}/certificates.pem"
NATIVE = {".so", ".pyd", ".dylib", ".dll"}
#: Of a distribution's own notes: pg8000 reads its version from the first, and licences go where the code goes.
NOTES = ("METADATA", "LICENSE", "LICENCE", "COPYING", "NOTICE", "AUTHORS")


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
    return write_archive(target, _files(runtime, site_packages, distributions, ca_bundle))


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
    yield from package(PACKAGE, runtime)
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
