"""A software bill of materials: every package of the lock files, in CycloneDX.

What is listed is what `make install` installs and `terraform init` takes, with its hashes; what lies in the archive of
another npm package is covered by the hash of that one. Nothing is asked of any
registry, and the same lock files give the same bill.

https://cyclonedx.org/docs/1.5/json/
"""

import base64
import json
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

from tools.files import write_text
from tools.paths import PROVIDER_LOCK, ROOT

Component = dict[str, Any]

BILL = ROOT / "build" / "sbom.json"
#: As pip-compile writes a package: its name and version, and a hash of each of its files on lines of their own.
PYTHON = re.compile(r"^([A-Za-z0-9._-]+)(?:\[[^\]]*\])?==(\S+)((?: \\\n +--hash=sha256:[0-9a-f]{64})+)$", re.MULTILINE)
SHA256 = re.compile(r"[0-9a-f]{64}")
PROVIDER = re.compile(r'^provider "([^"]+)" \{\n +version += "([^"]+)"\n((?: .*\n)*)\}$', re.MULTILINE)
PACKAGES = "node_modules/"


def sbom(root: Path = ROOT, *, to: Path = BILL) -> None:
    """Write the bill of materials of the project, and tell how much is in it."""
    content = bill(root)
    write_text(to, json.dumps(content, indent=2) + "\n")
    print(f"{len(content['components'])} packages: {to}")  # noqa: T201 - what the command is for


def bill(root: Path = ROOT) -> dict[str, Any]:
    """Return the bill of materials of the lock files below a directory.

    Parameters
    ----------
    root : Path
        The project's directory, by default this one.
    """
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    found: dict[str, Component] = {}
    for component in sorted((*_python(root), *_npm(root), *_providers(root)), key=lambda each: "hashes" not in each):
        found.setdefault(component["purl"], component)
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        "version": 1,
        "metadata": {
            "component": {"type": "application", "name": project["name"], "version": project["version"]},
        },
        "components": [found[purl] for purl in sorted(found)],
    }


def _python(root: Path) -> Iterator[Component]:
    for file in sorted((root / "requirements").glob("*.lock")):
        for name, version, hashes in PYTHON.findall(file.read_text(encoding="utf-8")):
            yield _component("library", name, version, kind="pypi", sha256=SHA256.findall(hashes))


def _npm(root: Path) -> Iterator[Component]:
    locked = json.loads((root / "package-lock.json").read_text(encoding="utf-8"))["packages"]
    for path, package in locked.items():
        if not path:
            continue
        name = package.get("name") or path.rpartition(PACKAGES)[2]
        component = _component("library", name, package["version"], kind="npm")
        algorithm, _, digest = package.get("integrity", "").partition("-")
        if algorithm == "sha512":
            component["hashes"] = [{"alg": "SHA-512", "content": base64.b64decode(digest).hex()}]
        yield component


def _providers(root: Path) -> Iterator[Component]:
    text = (root / PROVIDER_LOCK.name).read_text(encoding="utf-8")
    for address, version, rest in PROVIDER.findall(text):
        _, owner, name = address.split("/")
        # Hashes of packages as the registry serves them, one a platform; `h1:` is Terraform's own of what is in them.
        packages = re.findall(r'"zh:([0-9a-f]{64})"', rest)
        yield _component("application", f"{owner}/terraform-provider-{name}", version, kind="generic", sha256=packages)


def _component(what: str, name: str, version: str, *, kind: str, sha256: list[str] | None = None) -> Component:
    """Return a component with its package URL: https://github.com/package-url/purl-spec."""
    component: Component = {"type": what, "name": name, "version": version}
    component["purl"] = f"pkg:{kind}/{quote(name, safe='/')}@{quote(version, safe='')}"
    component["bom-ref"] = component["purl"]
    if sha256:
        component["hashes"] = [{"alg": "SHA-256", "content": digest} for digest in sha256]
    return component
