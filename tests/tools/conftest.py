import json
import os
from pathlib import Path
from typing import Protocol

import pytest


class FakeTerraform(Protocol):
    def __call__(self, body: str = "", *, version: str = "1.11.4") -> dict[str, str]: ...


@pytest.fixture
def fake_terraform(tmp_path: Path) -> FakeTerraform:
    """Put a shell script that stands in for terraform on a PATH, and return an environment with that PATH."""

    def make(body: str = "", *, version: str = "1.11.4") -> dict[str, str]:
        directory = tmp_path / "bin"
        directory.mkdir(exist_ok=True)
        program = directory / "terraform"
        answer = json.dumps({"terraform_version": version})
        program.write_text(f"#!/bin/sh\nif [ \"$1\" = version ]; then echo '{answer}'; exit 0; fi\n{body}\n")
        program.chmod(0o755)
        return {"PATH": f"{directory}{os.pathsep}{os.environ['PATH']}", "HOME": str(tmp_path)}

    return make
