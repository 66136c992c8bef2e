"""What a machine is said to lack, on machines that have only what a test puts on PATH."""

from __future__ import annotations

import http.server
import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tools.doctor import checks, postgresql
from tools.paths import ROOT

Put = Callable[..., dict[str, str]]


@pytest.fixture
def put(tmp_path: Path) -> Put:
    """Put programs that say something on a PATH with nothing else but what the shell scripts use."""
    folder = tmp_path / "bin"
    folder.mkdir()
    for name in ("dirname", "head", "sh"):
        (folder / name).symlink_to(shutil.which(name) or name)

    def make(**programs: str) -> dict[str, str]:
        for name, body in programs.items():
            (folder / name.replace("_", ".")).write_text(f"#!/bin/sh\n{body}\n")
            (folder / name.replace("_", ".")).chmod(0o755)
        return {"PATH": str(folder), "HOME": str(tmp_path)}

    return make


def real_python(*, old: str = "") -> str:
    """A Python that runs what it is told, but says to the probe of the environments what an old one would."""
    probe = f"case $2 in *ensurepip*) echo '{old}' >&2; exit 1;; esac; " if old else ""
    return f'{probe}exec {sys.executable} "$@"'


def run(environ: dict[str, str], *names: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["/bin/sh", "tools/doctor/doctor.sh", *names],
        cwd=ROOT,
        env=environ | {"PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_machine_with_nothing_is_told_of_python_alone(put: Put) -> None:
    ended = run(put())
    assert ended.returncode == 1
    assert ended.stdout == ""
    assert ended.stderr.startswith("missing  Python 3.11 to 3.13: no Python from 3.8 on is on PATH")
    assert "apt-get install python3 python3-venv" in ended.stderr


def test_a_bare_machine_is_told_what_install_needs_and_how_to_get_it(put: Put) -> None:
    ended = run(put(python3=real_python(old="is Python 3.9")))
    assert ended.returncode == 1
    lines = ended.stdout.splitlines()
    for needed in (
        "Python 3.11 to 3.13 with venv and ensurepip: python3 is Python 3.9",
        "Node 20 or 22: none",
        "npm: none",
    ):
        (number,) = [number for number, line in enumerate(lines) if line.startswith(f"missing  {needed}")]
        assert "For make install" in lines[number]
        assert lines[number + 1].startswith("         get it: ")
    assert lines[-1] == "make install lacks 3 of these"


def test_what_only_tests_and_plans_need_is_told_and_no_failure(put: Put) -> None:
    ended = run(put(python3=real_python(), node="echo v22.1.0", npm="echo 10.9.0"))
    assert ended.returncode == 0
    assert "missing  Terraform 1.11 or newer, below 2: no terraform on PATH. For every plan" in ended.stdout
    assert "missing  openssl: none is on PATH. For make test" in ended.stdout
    assert ended.stdout.splitlines()[-1] == "make install has what it needs"
    assert {line[:9] for line in ended.stdout.splitlines()[:-1]} <= {"ok       ", "missing  ", "         "}


@pytest.mark.parametrize(
    ("said", "fault"),
    [
        ("v20.20.2", ""),
        ("v22.23.5", ""),
        ("v18.20.1", "18.20.1 is not one of those"),
        ("v21.7.3", "21.7.3 is not one of those"),
        ("v24.22.3", "24.22.3 is too new: the cdktf CLI does not start with it"),
    ],
)
def test_install_asks_for_a_node_that_the_cdktf_cli_starts_with(put: Put, said: str, fault: str) -> None:
    ended = run(put(python3=real_python(), node=f"echo {said}", npm="echo 10.9.0"), "node", "npm")
    assert (ended.returncode, ended.stdout) == (1 if fault else 0, "")
    assert ended.stderr.startswith(f"missing  Node 20 or 22: {fault}" if fault else "")
    assert bool(ended.stderr) == bool(fault)


def test_a_program_that_does_not_run_is_none(put: Put) -> None:
    assert checks.node(put(node="exit 1")).found == "none is on PATH"
    assert not checks.openssl(put(openssl="exit 127")).present


def test_the_first_python_that_can_make_environments_is_taken(put: Put) -> None:
    environ = put(python3_11="echo has no module ensurepip >&2; exit 1", python3_12="exit 0", python3_13="exit 0")
    ended = subprocess.run(
        ["/bin/sh", ROOT / "tools/doctor/python.sh"], env=environ, capture_output=True, text=True, check=False
    )
    assert (ended.returncode, ended.stdout) == (0, "python3.12\n")
    assert ended.stderr == "python3.11 has no module ensurepip\n"


def test_no_other_python_is_taken_than_the_one_that_is_named(put: Put) -> None:
    environ = put(python3_11="exit 0", python3_14="echo is Python 3.14 >&2; exit 1")
    for name, said in (("python3.14", "python3.14 is Python 3.14"), ("python9", "python9 is not on PATH")):
        found = checks.python(environ | {"PYTHON": name})
        assert (found.present, found.found) == (False, said)
    assert checks.python(environ).present


def test_the_probe_judges_this_python_by_its_version() -> None:
    program = (ROOT / "tools/doctor/python.sh").read_text().split("'")[1]
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert (ended.returncode, ended.stderr) == (0, "")
    old = program.replace("sys.version_info[:2]", "(3, 10)")
    ended = subprocess.run([sys.executable, "-c", old], capture_output=True, text=True, check=False)
    assert (ended.returncode, ended.stderr) == (1, "is Python 3.10\n")
    without = program.replace("import ensurepip,", "import ensurepip_,")
    ended = subprocess.run([sys.executable, "-c", without], capture_output=True, text=True, check=False)
    assert (ended.returncode, ended.stderr) == (1, "has no module ensurepip_\n")


def test_terraform_is_judged_as_the_tools_judge_it(put: Put) -> None:
    old = checks.terraform(put(terraform="""echo '{"terraform_version": "1.10.5"}'"""))
    assert not old.present
    assert "is terraform 1.10.5; allowed is 1.11 or newer, below 2" in old.found
    assert checks.terraform(put(terraform="""echo '{"terraform_version": "1.11.0"}'""")).present


def test_with_an_old_python_terraform_waits(put: Put, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "version_info", (3, 9, 2))
    for check in (checks.terraform, checks.provider):
        found = check(put())
        assert (found.present, found.found) == (False, "not looked at yet")
        assert "Python from 3.11" in found.get_it


def test_the_provider_comes_from_a_mirror_that_is_named(put: Put, tmp_path: Path) -> None:
    mirror = tmp_path / "mirror"
    named = put() | {"MERIDIAN_PROVIDER_MIRROR": str(mirror)}
    assert "holds no registry.terraform.io/hashicorp/aws" in checks.provider(named).found
    (mirror / "registry.terraform.io/hashicorp/aws/5.100.0").mkdir(parents=True)
    found = checks.provider(named)
    assert (found.present, found.found) == (True, str(mirror))


@pytest.fixture
def registry() -> Iterator[str]:
    class Answers(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Answers) as server:
        threading.Thread(target=server.serve_forever).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


def test_without_a_mirror_the_registry_is_asked(put: Put, monkeypatch: pytest.MonkeyPatch, registry: str) -> None:
    monkeypatch.setattr(checks, "_part", lambda _name: {"find_mirror": lambda **_: None})
    assert checks.provider(put(), registry=registry).found == "the registry answers"
    found = checks.provider(put(), registry="http://127.0.0.1:1/")
    assert not found.present
    assert found.found.startswith("there is no mirror, and the registry does not answer: ")


def test_room_on_the_disk_and_memory_are_measured(put: Put, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    free = shutil.disk_usage(tmp_path)
    monkeypatch.setattr(shutil, "disk_usage", lambda _folder: free._replace(free=2_900_000_000))
    assert (checks.disk(put()).present, checks.disk(put()).found) == (False, "2.9 GB are free")
    monkeypatch.setattr(shutil, "disk_usage", lambda _folder: free._replace(free=3_000_000_000))
    assert checks.disk(put()).present
    monkeypatch.setattr(os, "sysconf", {"SC_PHYS_PAGES": 500_000, "SC_PAGE_SIZE": 4096}.__getitem__)
    assert (checks.memory(put()).present, checks.memory(put()).found) == (False, "2.0 GB")


@pytest.mark.parametrize(
    ("said", "content", "present"),
    [("15.19", "libssl", True), ("17.2", "libssl", True), ("14.13", "libssl", False), ("15.19", "", False)],
)
def test_a_postgresql_server_is_recent_and_has_tls(
    put: Put, monkeypatch: pytest.MonkeyPatch, said: str, content: str, *, present: bool
) -> None:
    environ = put(initdb="", postgres=f"echo 'postgres (PostgreSQL) {said}' # {content}")
    monkeypatch.setattr(postgresql, "_folders", lambda: iter([Path(environ["PATH"])]))
    found = checks.postgresql(environ)
    assert found.present == present
    assert (found.found == environ["PATH"]) == present
    if not present:
        assert found.found == "no PostgreSQL server from version 15 on with TLS"
        assert "apt-get install postgresql" in found.get_it


def test_nginx_is_there_or_can_be_fetched(put: Put, monkeypatch: pytest.MonkeyPatch) -> None:
    there: set[str] = set()
    monkeypatch.setattr(shutil, "which", lambda name, **_: f"/x/{name}" if name in there else None)
    assert not checks.nginx(put()).present
    there |= {"apt-get", "dpkg"}
    assert checks.nginx(put()).found == "none, but make test fetches it with apt-get"
    there |= {"nginx"}
    assert checks.nginx(put()).found == "/x/nginx"
