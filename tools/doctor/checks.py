"""What is looked at, one function each."""

from __future__ import annotations

import os
import re
import runpy
import shutil
import subprocess
import sys
import urllib.request
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tools.doctor.finding import Finding
from tools.doctor.postgresql import GET_IT, find_postgresql
from tools.errors import ToolError

if TYPE_CHECKING:
    from collections.abc import Mapping

ROOT = Path(__file__).resolve().parents[2]
INSTALL = "make install, which everything else needs"
TERRAFORM = "every plan and apply: make try, demo, plan, deploy"
TESTS = "make test, and nothing else"
NODES = (20, 22)
REGISTRY = "https://registry.terraform.io/.well-known/terraform.json"
OWN_LANGUAGE = (3, 11)
DISK_GB, MEMORY_GB = 3, 4
GET_NODE = "Node 22 from https://nodejs.org/, `nvm install` (which reads .nvmrc), or your distribution's package"


def python(environ: Mapping[str, str]) -> Finding:
    """Look for a Python to make the environments with."""
    answer = _run("sh", "tools/doctor/python.sh", environ=environ)
    name = answer.stdout.strip()
    wrong = "; ".join(answer.stderr.split("\n")).strip("; ") or "none is on PATH"
    return Finding(
        "Python 3.11 to 3.13 with venv and ensurepip",
        shutil.which(name, path=environ.get("PATH")) or name if name else wrong,
        bool(name),
        INSTALL,
        "apt-get install python3 python3-venv, or https://www.python.org/downloads/; PYTHON names another one",
    )


def node(environ: Mapping[str, str]) -> Finding:
    """Look whether `node` is one that both the synthesis and the cdktf CLI start with."""
    said = _version("node", "--version", environ=environ)
    major = int(said.partition(".")[0]) if said else 0
    if not said:
        found = "none is on PATH"
    elif major > max(NODES):
        found = (
            f"{said} is too new: the cdktf CLI does not start with it. Its terminal library is compiled for Node 22 "
            "and older, and CDKTF is archived"
        )
    else:
        found = said if major in NODES else f"{said} is not one of those"
    return Finding("Node 20 or 22", found, major in NODES, INSTALL, GET_NODE)


def npm(environ: Mapping[str, str]) -> Finding:
    """Look for `npm`."""
    said = _version("npm", "--version", environ=environ)
    return Finding("npm", said or "none is on PATH", bool(said), INSTALL, "it comes with Node")


def disk(environ: Mapping[str, str], *, folder: Path = ROOT) -> Finding:  # noqa: ARG001 - all checks are alike
    """Look at the room for the environments, which take 1.7 GB, and for what is downloaded to make them."""
    free = shutil.disk_usage(folder).free / 10**9
    return Finding(
        f"{DISK_GB} GB of disk",
        f"{free:.1f} GB are free",
        free >= DISK_GB,
        INSTALL,
        f"make room on the disk of {folder}",
    )


def terraform(environ: Mapping[str, str]) -> Finding:
    """Look for a `terraform` that the project works with."""
    name, get_it = "Terraform 1.11 or newer, below 2", "https://developer.hashicorp.com/terraform/install"
    try:
        binary = _part("binary")["find_terraform"](environ.get("PATH"))
    except ToolError as error:
        return Finding(name, error.message, False, TERRAFORM, error.advice or get_it)
    return Finding(name, f"{binary.version} ({binary.path})", True, TERRAFORM, get_it)


def provider(environ: Mapping[str, str], *, registry: str = REGISTRY) -> Finding:
    """Look where the AWS provider can come from."""
    name = "AWS provider, from a mirror or the registry"
    get_it = "let HTTPS to registry.terraform.io through, or name a mirror: docs/supply-chain.md"
    binary = Path(shutil.which("terraform", path=environ.get("PATH")) or "terraform")
    try:
        mirror = _part("mirror")["find_mirror"](environ=environ, binary=binary)
    except ToolError as error:
        return Finding(name, error.message, False, TERRAFORM, error.advice or get_it)
    if mirror:
        return Finding(name, str(mirror), True, TERRAFORM, get_it)
    try:
        with urllib.request.urlopen(registry, timeout=5):  # noqa: S310 - the address stands above
            return Finding(name, "the registry answers", True, TERRAFORM, get_it)
    except OSError as error:
        return Finding(name, f"there is no mirror, and the registry does not answer: {error}", False, TERRAFORM, get_it)


def memory(environ: Mapping[str, str]) -> Finding:  # noqa: ARG001
    """Look at the memory of the machine."""
    size = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 10**9
    enough = size >= MEMORY_GB
    get_it = f"a machine with {MEMORY_GB} GB; for make test 16 GB, or fewer platforms at a time: make LIVES=4 test"
    return Finding(f"{MEMORY_GB} GB of memory", f"{size:.1f} GB", enough, "make try, demo and test", get_it)


def openssl(environ: Mapping[str, str]) -> Finding:
    """Look for `openssl`."""
    said = _version("openssl", "version", environ=environ)
    return Finding("openssl", said or "none is on PATH", bool(said), TESTS, "apt-get install openssl")


def postgresql(environ: Mapping[str, str]) -> Finding:  # noqa: ARG001
    """Look for a PostgreSQL server with TLS."""
    name = "PostgreSQL 15 or newer, its server programs, with TLS"
    try:
        return Finding(name, str(find_postgresql()), True, TESTS, GET_IT)
    except FileNotFoundError as error:
        return Finding(name, str(error).partition(":")[0], False, TESTS, GET_IT)


def nginx(environ: Mapping[str, str]) -> Finding:
    """Look for `nginx`, or for what it is unpacked with."""
    folders = [environ.get("PATH", ""), "/usr/sbin", "/usr/local/sbin", str(ROOT / "build/nginx/usr/sbin")]
    path = os.pathsep.join(folders)
    found = shutil.which("nginx", path=path)
    fetched = shutil.which("apt-get", path=path) and shutil.which("dpkg", path=path)
    return Finding(
        "nginx",
        found or ("none, but make test fetches it with apt-get" if fetched else "none is on PATH"),
        bool(found or fetched),
        TESTS,
        "apt-get install nginx, dnf install nginx or brew install nginx; it need not run",
    )


def _part(name: str) -> dict[str, Any]:
    """Names of a file of tools/terraform, without the packages that the others there import."""
    if sys.version_info < OWN_LANGUAGE:
        raise ToolError("not looked at yet", advice="get a Python from 3.11 on first, and run this again")
    return runpy.run_path(str(ROOT / "tools/terraform" / f"{name}.py"))


def _version(*command: str, environ: Mapping[str, str]) -> str:
    """The first version number that a program says, an empty text if it does not run."""
    try:
        answer = _run(*command, environ=environ)
    except OSError:
        return ""
    match = re.search(r"\d+\.\d+\.\d+\S*", answer.stdout) if answer.returncode == 0 else None
    return match[0] if match else ""


def _run(*command: str, environ: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    path = shutil.which(command[0], path=environ.get("PATH"))
    if path is None:
        raise FileNotFoundError(command[0])
    return subprocess.run(  # noqa: S603 - the machine's own programs
        [path, *command[1:]],
        cwd=str(ROOT),
        env=dict(environ),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
