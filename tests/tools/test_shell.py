import shutil
import subprocess
from types import SimpleNamespace
from typing import cast

from tools.shell import shell_lines
from tools.target import Target

TARGET = SimpleNamespace(
    environment={
        "AWS_ENDPOINT_URL": "http://127.0.0.1:1",
        "HTTP_PROXY": "http://127.0.0.1:1",
        "TF_CLI_CONFIG_FILE": "/a b/terraform.rc",
        "HOME": "/home",
    },
    settings=SimpleNamespace(primary_region="eu-west-1"),
    backend_arguments=lambda: ["-backend-config=bucket=b"],
)


def test_a_shell_that_reads_the_lines_points_at_the_emulator_and_nowhere_else() -> None:
    environ = {
        "AWS_PROFILE": "mine",
        "HTTP_PROXY": "http://proxy",
        "AWS_ENDPOINT_URL_S3": "https://elsewhere",
        "AWS_ENDPOINT_URL": "x",
    }
    lines = shell_lines(cast("Target", TARGET), environ=environ)
    script = f"{lines}\nenv"
    answer = subprocess.run(
        [shutil.which("sh") or "sh", "-c", script], env=environ, capture_output=True, text=True, check=True
    )
    seen = dict(line.split("=", 1) for line in answer.stdout.splitlines() if "=" in line)
    assert {
        name: value for name, value in seen.items() if name.startswith(("AWS_", "HTTP_", "TF_", "CI", "CHECK"))
    } == {
        "AWS_ENDPOINT_URL": "http://127.0.0.1:1",
        "AWS_DEFAULT_REGION": "eu-west-1",
        "HTTP_PROXY": "http://127.0.0.1:1",
        "TF_CLI_CONFIG_FILE": "/a b/terraform.rc",
        "TF_CLI_ARGS_init": "-reconfigure -lockfile=readonly -backend-config=bucket=b",
        "CI": "1",
        "CHECKPOINT_DISABLE": "1",
    }
