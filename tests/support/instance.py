"""An instance of the web tier: its boot script, run below a folder that stands for the instance."""

from __future__ import annotations

import os
import subprocess
from ipaddress import IPv4Network
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from modules.areas.compute.user_data import boot_script
from modules.core.naming import Names
from modules.settings.compute import ComputeSettings

#: What the program `aws` answers for the parameters of the platform.
PARAMETERS = "/PROD/main/sessions/table\ttable\n/PROD/main/database/secret-arn\tarn:secret\n"


def script(**compute: Any) -> str:
    region: Any = SimpleNamespace(
        name="us-east-1",
        cidr=IPv4Network("10.1.0.0/16"),
        names=Names(environment="prod", suffix="main", region="us-east-1"),
        settings=SimpleNamespace(compute=ComputeSettings.model_validate(compute)),
    )
    return boot_script(region, bucket="data", log_group="logs", namespace="metrics", group="group").text


class Instance:
    """A folder that stands for an instance, and programs that stand for those that need one."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.calls = folder / "calls"
        programs = folder / "programs"
        programs.mkdir()
        for name in ("dnf", "systemctl", "amazon-cloudwatch-agent-ctl", "nginx", "docker"):
            self.replace(name, f'echo "{name} $*" >>"{self.calls}"')
        self.replace("sleep", "")
        self.answer()
        (folder / "var/lib/cloud/data").mkdir(parents=True)
        (folder / "var/lib/cloud/data/instance-id").write_text("i-1")
        self.environment = {**os.environ, "PATH": f"{programs}:{os.environ['PATH']}", "DESTDIR": str(folder)}

    def replace(self, program: str, body: str) -> None:
        path = self.folder / "programs" / program
        path.write_text(f"#!/bin/bash\n{body}\n")
        path.chmod(0o755)

    def answer(self, otherwise: str = "exit 1") -> None:
        """Have the program `aws` answer for the parameters, and do `otherwise` for everything else."""
        (self.folder / "programs/parameters").write_text(PARAMETERS)
        known = f'[[ $1 == ssm ]] && exec cat "{self.folder}/programs/parameters"'
        self.replace("aws", f'echo "aws $*" >>"{self.calls}"\n{known}\n{otherwise}')

    def run_container(self) -> list[str]:
        """Start the container as its unit does, and return what docker was called with."""
        self.replace(
            "docker", f'printf "%s\\n" "$@" >"{self.folder}/programs/arguments"; env >"{self.folder}/programs/env"'
        )
        subprocess.run([self.folder / "usr/local/sbin/web"], env=self.environment, check=True)
        return (self.folder / "programs/arguments").read_text().splitlines()

    def boot(self, **compute: Any) -> int:
        text = script(**compute)
        return subprocess.run(["bash", "-c", text], env=self.environment, check=False).returncode

    def files(self) -> dict[str, bytes]:
        own = {"calls", "programs"}
        return {
            str(one.relative_to(self.folder)): one.read_bytes()
            for one in sorted(self.folder.rglob("*"))
            if one.is_file() and one.relative_to(self.folder).parts[0] not in own
        }
