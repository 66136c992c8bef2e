"""The boot script, run for real below a folder: its certificate, its nginx, its health page."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import socket
import ssl
import subprocess
import sys
import tarfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from modules.settings.container import LARGEST_ENVIRONMENT
from tests.support.instance import Instance, script

ROOT = Path(__file__).parents[2]
IMAGE = "123456789012.dkr.ecr.{region}.amazonaws.com/team/web@sha256:" + "a" * 64
KINDS: dict[str, dict[str, Any]] = {
    "page": {},
    "artifact": {"artifact": "site/1.4.0.tar.gz"},
    "container": {"container": {"image": IMAGE}},
    "container of another registry": {"container": {"image": "public.ecr.aws/team/web:1.4"}},
    "container with variables": {
        "container": {
            "image": IMAGE,
            "environment": {"GREETING": 'it\'s "so" \\ $HOME `x` #1'},
            "secrets": {
                "TOKEN": "team/token",
                "KEY": "arn:aws:secretsmanager:{region}:123456789012:secret:team/key-AbCdEf",
            },
        }
    },
}
pytestmark = pytest.mark.slow


def nginx() -> str:
    """The server's program: the machine's own, or the one that `make build/nginx/.ready` unpacks."""
    folders = ["/usr/sbin", "/usr/local/sbin", str(ROOT / "build/nginx/usr/sbin")]
    found = shutil.which("nginx", path=os.pathsep.join([os.environ["PATH"], *folders]))
    assert found, "no nginx: apt-get install nginx, or make build/nginx/.ready, which unpacks it here (make doctor)"
    return found


class Server:
    """nginx with the configuration of an instance; only folders, port and user are others."""

    def __init__(self, instance: Instance) -> None:
        with socket.create_server(("127.0.0.1", 0)) as listening:
            self.port = int(listening.getsockname()[1])
        folder = instance.folder
        for name in ("run", "var/log/nginx", "body"):
            (folder / name).mkdir(parents=True, exist_ok=True)
        text = (folder / "etc/nginx/nginx.conf").read_text()
        text = re.sub(r"(/etc/nginx/tls|/run/|/var/log/nginx|/srv/www)", rf"{folder}\1", text)
        text = text.replace("listen 443", f"listen 127.0.0.1:{self.port}").replace("user nginx;", "")
        text = text.replace("include /etc/nginx/mime.types;", "types { text/html html; }")
        kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        temporary = "".join(f"{kind}_temp_path {folder}/body;" for kind in kinds)
        path = folder / "test.conf"
        path.write_text(text.replace("http {", f"http {{ {temporary}", 1))
        owner = "user root;" if os.geteuid() == 0 else ""
        command = [nginx(), "-c", str(path), "-p", str(folder), "-g", f"daemon off; {owner}"]
        self.process = subprocess.Popen(command)
        for _ in range(100):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            time.sleep(0.05)
        self.process.kill()
        raise AssertionError("nginx does not listen")

    def handshake(self, version: str) -> str:
        assert shutil.which("openssl"), "no openssl: apt-get install openssl (make doctor)"
        command = ["openssl", "s_client", "-connect", f"127.0.0.1:{self.port}", f"-{version}"]
        answer = subprocess.run(
            [*command, "-cipher", "ALL:@SECLEVEL=0"], input="", capture_output=True, text=True, check=False
        )
        return answer.stdout if answer.returncode == 0 else ""

    def get(self, path: str, method: str = "GET") -> tuple[int, str]:
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        with socket.create_connection(("127.0.0.1", self.port), 5) as plain, context.wrap_socket(plain) as secure:
            secure.sendall(f"{method} {path} HTTP/1.1\r\nHost: example.com\r\nConnection: close\r\n\r\n".encode())
            answer = b"".join(iter(lambda: secure.recv(65536), b"")).decode()
        return int(answer.split()[1]), answer

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(10)


@pytest.fixture
def instance(tmp_path: Path) -> Instance:
    return Instance(tmp_path)


@pytest.fixture
def server(instance: Instance) -> Iterator[Server]:
    assert instance.boot() == 0
    running = Server(instance)
    yield running
    running.stop()


@pytest.mark.parametrize("kind", KINDS)
def test_shellcheck_finds_nothing(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "boot.sh"
    path.write_text(script(**KINDS[kind]))
    scripts = [path]
    if run := re.search(r"sbin/web <<'END'\n(.*?)\nEND\n", path.read_text(), re.DOTALL):
        scripts.append(tmp_path / "run.sh")
        scripts[-1].write_text(f"{run[1]}\n")
    assert len(scripts) == (2 if "container" in kind else 1)
    program = Path(sys.executable).parent / "shellcheck"
    found = subprocess.run([program, *scripts], capture_output=True, text=True, check=False)
    assert (found.returncode, found.stdout) == (0, "")


@pytest.mark.parametrize("kind", KINDS)
def test_script_is_within_what_ec2_takes_and_always_the_same(kind: str) -> None:
    text = script(**KINDS[kind])
    assert len(text.encode()) < 16 * 1024
    assert text == script(**KINDS[kind])
    assert "{{" not in text


def test_tls_1_1_is_refused_and_1_2_and_1_3_are_accepted(server: Server) -> None:
    assert server.handshake("tls1_1") == ""
    assert "TLSv1.2" in server.handshake("tls1_2")
    assert "TLSv1.3" in server.handshake("tls1_3")


def test_probe_of_tls_1_1_succeeds_where_it_is_allowed(instance: Instance) -> None:
    assert instance.boot() == 0
    path = instance.folder / "etc/nginx/nginx.conf"
    allowed = re.sub(r"ssl_protocols [^;]+;", "ssl_protocols TLSv1.1;", path.read_text())
    path.write_text(re.sub(r"ssl_ciphers [^;]+;", "ssl_ciphers ALL:@SECLEVEL=0;", allowed))
    running = Server(instance)
    answer = running.handshake("tls1_1")
    running.stop()
    assert "TLSv1.1" in answer


def test_health_page_answers_only_while_there_is_something_to_serve(server: Server, instance: Instance) -> None:
    assert server.get("/health")[0] == 200
    assert "It works" in server.get("/")[1]
    (instance.folder / "srv/www/index.html").unlink()
    assert server.get("/health")[0] == 503


def test_answers_bear_security_headers_and_no_version(server: Server) -> None:
    for path in ("/", "/health", "/missing"):
        _, answer = server.get(path)
        for header in (
            "Strict-Transport-Security: max-age=",
            "X-Content-Type-Options: nosniff",
            "X-Frame-Options: DENY",
        ):
            assert header in answer
        assert "Server: nginx\r\n" in answer


def test_files_are_read_and_hidden_ones_are_not_there(server: Server, instance: Instance) -> None:
    (instance.folder / "srv/www/.env").write_text("x")
    assert server.get("/.env")[0] == 404
    assert server.get("/", method="DELETE")[0] == 403


def test_second_boot_changes_nothing(instance: Instance) -> None:
    assert instance.boot() == 0
    before = instance.files()
    assert instance.boot() == 0
    assert instance.files() == before
    assert "etc/nginx/tls/key.pem" in before
    assert (instance.folder / "etc/nginx/tls/key.pem").stat().st_mode & 0o077 == 0


def test_artifact_is_unpacked_and_the_old_one_is_gone(instance: Instance, tmp_path: Path) -> None:
    page = tmp_path / "index.html"
    page.write_text("release")
    with tarfile.open(tmp_path / "site.tar.gz", "w:gz") as archive:
        archive.add(page, "index.html")
    instance.answer(f'cp {tmp_path}/site.tar.gz "${{@: -1}}"')
    (instance.folder / "srv/www").mkdir(parents=True)
    (instance.folder / "srv/www/old.html").write_text("old")
    assert instance.boot(**KINDS["artifact"]) == 0
    assert [one.name for one in (instance.folder / "srv/www").iterdir()] == ["index.html"]
    assert "s3://data/releases/site/1.4.0.tar.gz" in instance.calls.read_text()


@pytest.mark.parametrize("kept", [True, False])
def test_artifact_is_served_only_if_it_is_the_one_that_was_meant(
    instance: Instance, tmp_path: Path, *, kept: bool
) -> None:
    page = tmp_path / "index.html"
    page.write_text("release")
    file = tmp_path / "site.tar.gz"
    with tarfile.open(file, "w:gz") as archive:
        archive.add(page, "index.html")
    digest = hashlib.sha256(file.read_bytes()).hexdigest()
    if not kept:
        page.write_text("another")
        with tarfile.open(file, "w:gz") as archive:
            archive.add(page, "index.html")
    instance.answer(f'cp {file} "${{@: -1}}"')
    assert (instance.boot(**KINDS["artifact"], artifact_sha256=digest) == 0) is kept
    assert ("reload-or-restart nginx" in instance.calls.read_text()) is kept
    assert (instance.folder / "srv/www/index.html").exists() is kept


def test_server_does_not_start_without_what_it_should_serve(instance: Instance) -> None:
    assert instance.boot(**KINDS["artifact"]) != 0
    assert "reload-or-restart nginx" not in instance.calls.read_text()


@pytest.mark.parametrize("kind", ["artifact", "container"])
@pytest.mark.parametrize("answer", ["exit 1", "exit 0"])
def test_server_does_not_start_without_the_parameters(instance: Instance, kind: str, answer: str) -> None:
    instance.replace("aws", f"[[ $1 == ssm ]] && {answer}\necho token")
    assert instance.boot(**KINDS[kind]) != 0
    assert not (instance.folder / "etc/web/environment").exists()


@pytest.mark.parametrize("kind", ["artifact", "container"])
def test_parameters_are_variables(instance: Instance, tmp_path: Path, kind: str) -> None:
    page = tmp_path / "index.html"
    page.write_text("release")
    with tarfile.open(tmp_path / "site.tar.gz", "w:gz") as archive:
        archive.add(page, "index.html")
    instance.answer("echo token" if kind == "container" else f'cp {tmp_path}/site.tar.gz "${{@: -1}}"')
    assert instance.boot(**KINDS[kind]) == 0
    lines = (instance.folder / "etc/web/environment").read_text().splitlines()
    expected = ["AWS_REGION=us-east-1", "SESSIONS_TABLE=table", "DATABASE_SECRET_ARN=arn:secret"]
    expected += ["PORT=8080"] if kind == "container" else []
    assert [line for line in lines if line] == expected
    assert "get-parameters-by-path --region us-east-1 --path /PROD/main --recursive" in instance.calls.read_text()


def test_container_runs_without_privileges_and_logs_to_the_group(instance: Instance) -> None:
    instance.answer("echo token")
    assert instance.boot(**KINDS["container"]) == 0
    assert "docker login" in instance.calls.read_text()
    unit = (instance.folder / "etc/systemd/system/web.service").read_text()
    assert "ExecStart=/usr/local/sbin/web\n" in unit
    arguments = instance.run_container()
    text = " ".join(arguments)
    for part in ("--cap-drop ALL", "127.0.0.1:8080:8080", "awslogs-group=logs", "awslogs-stream=i-1/container"):
        assert part in text
    assert "--read-only" not in text
    assert "--pids-limit 1024" in text
    assert arguments[-1] == IMAGE.replace("{region}", "us-east-1")
    assert f"--env-file {instance.folder}/etc/web/environment" in text
    memory, total = (
        re.search(r"--memory (\d+)k ", text),
        re.search(r"MemTotal: +(\d+)", Path("/proc/meminfo").read_text()),
    )
    assert memory
    assert total
    assert 0.74 < int(memory[1]) / int(total[1]) < 0.76


def test_container_can_be_held_to_write_nowhere(instance: Instance) -> None:
    assert instance.boot(container={"image": "public.ecr.aws/team/web:1.4", "read_only": "true"}) == 0
    assert " --read-only --tmpfs /tmp " in " ".join(instance.run_container())


def test_container_has_the_variables_of_the_settings_to_the_letter(instance: Instance) -> None:
    instance.answer("echo token")
    settings = KINDS["container with variables"]
    assert instance.boot(**settings) == 0
    lines = (instance.folder / "etc/web/environment").read_text().splitlines()
    assert lines[-1] == f"GREETING={settings['container']['environment']['GREETING']}"


def test_secrets_are_read_at_each_start_and_written_nowhere(instance: Instance) -> None:
    value = f'cat "{instance.folder}/programs/value"'
    instance.answer(f"[[ $1 == secretsmanager ]] && {value}\n[[ $1 == ecr ]] && echo token\nexit 0")
    assert instance.boot(**KINDS["container with variables"]) == 0
    for secret in ("first line\nsecond 'line' $HOME", "another"):
        (instance.folder / "programs/value").write_text(f"{secret}\n")
        text = " ".join(instance.run_container())
        assert "--env TOKEN --env KEY" in text
        assert secret not in text
        assert f"TOKEN={secret}\n" in (instance.folder / "programs/env").read_text()
        assert not [name for name, content in instance.files().items() if secret.encode() in content]
    calls = instance.calls.read_text()
    assert "get-secret-value --region us-east-1 --secret-id team/token --query" in calls
    assert "--secret-id arn:aws:secretsmanager:us-east-1:123456789012:secret:team/key-AbCdEf " in calls


def test_container_does_not_start_without_its_secrets(instance: Instance) -> None:
    instance.answer("[[ $1 == ecr ]] && echo token")
    assert instance.boot(**KINDS["container with variables"]) == 0
    with pytest.raises(subprocess.CalledProcessError):
        instance.run_container()
    assert not (instance.folder / "programs/arguments").exists()


def test_only_root_reads_how_the_container_is_started(instance: Instance) -> None:
    instance.answer("echo token")
    assert instance.boot(**KINDS["container with variables"]) == 0
    assert (instance.folder / "usr/local/sbin/web").stat().st_mode & 0o777 == 0o700


def test_the_largest_environment_fits_in_user_data() -> None:
    variables = {"ONE": "x" * (LARGEST_ENVIRONMENT - len("ONE="))}
    text = script(container={"image": IMAGE, "environment": variables, "read_only": "true"})
    assert len(text.encode()) < 16 * 1024


def test_agent_ships_logs_and_metrics(instance: Instance) -> None:
    assert instance.boot() == 0
    path = instance.folder / "opt/aws/amazon-cloudwatch-agent/etc/amazon-cloudwatch-agent.json"
    agent = json.loads(path.read_text())
    assert agent["metrics"]["namespace"] == "metrics"
    assert set(agent["metrics"]["metrics_collected"]) == {"mem", "disk"}
    files = agent["logs"]["logs_collected"]["files"]["collect_list"]
    assert {one["log_group_name"] for one in files} == {"logs"}


def test_the_server_may_open_two_descriptors_for_every_connection(server: Server) -> None:
    text = (ROOT / "modules/areas/compute/runtime/nginx.conf").read_text()
    connections, descriptors = (
        int(re.search(rf"{word} (\d+);", text)[1])  # type: ignore[index]
        for word in ("worker_connections", "worker_rlimit_nofile")
    )
    assert descriptors >= 2 * connections
    # The master listens before it starts its workers, and a worker sets its own limit once it runs.
    children = Path(f"/proc/{server.process.pid}/task/{server.process.pid}/children")
    limit = re.compile(rf"Max open files +{descriptors} ")
    deadline = time.monotonic() + 10
    while not (workers := children.read_text().split()) or not all(
        limit.search(Path(f"/proc/{worker}/limits").read_text()) for worker in workers
    ):
        assert time.monotonic() < deadline
        time.sleep(0.05)
