"""The table of regions, held to the pinned provider and to Terraform themselves."""

from __future__ import annotations

import json
import os
import re
import subprocess
from pathlib import Path

import pytest

from modules.settings.region_table import REFUSED_BY_BACKEND, REFUSED_BY_PROVIDER, REGIONS
from tools.terraform import cli_configuration, find_terraform

pytestmark = [pytest.mark.emulator, pytest.mark.slow]

PROVIDER = "5.100.0"
ALL = sorted(REGIONS | REFUSED_BY_PROVIDER)
#: So that nothing is asked of AWS.
ALONE = {
    "access_key": "none",
    "secret_key": "none",
    "skip_credentials_validation": True,
    "skip_metadata_api_check": True,
    "skip_requesting_account_id": True,
}


def terraform(folder: Path, content: dict[str, object], *arguments: str) -> str:
    (folder / "main.tf.json").write_text(json.dumps(content))
    binary = find_terraform().path
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "TF_"))}
    file = cli_configuration(environ=clean, file=folder / "terraform.rc", binary=binary, version=PROVIDER)
    done = subprocess.run(
        [binary, *arguments, "-input=false", "-no-color"],
        cwd=folder,
        env=clean | ({"TF_CLI_CONFIG_FILE": str(file)} if file else {}),
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    return done.stdout + done.stderr


def test_the_provider_takes_the_regions_of_the_table_and_no_others(tmp_path: Path) -> None:
    content = {
        "terraform": {"required_providers": {"aws": {"source": "hashicorp/aws", "version": PROVIDER}}},
        "provider": {"aws": [{"alias": region, "region": region, **ALONE} for region in ALL]},
        "data": {"aws_region": {f"in_{region}": {"provider": f"aws.{region}"} for region in ALL}},
    }
    assert "successfully initialized" in terraform(tmp_path, content, "init")
    said = terraform(tmp_path, content, "plan", "-parallelism=2")
    assert set(re.findall(r"invalid AWS Region: (\S+)", said)) == REFUSED_BY_PROVIDER
    assert said.count("Error:") == len(REFUSED_BY_PROVIDER)


def test_the_backend_takes_the_regions_that_may_be_home_and_no_others(tmp_path: Path) -> None:
    place = {"bucket": "none", "key": "none", "max_retries": 1, "use_path_style": True}
    # Nobody listens there: what the backend takes for a region it fails to reach.
    backend = {**place, **ALONE, "endpoints": {"s3": "http://127.0.0.1:9"}}
    # It configures the backend as `init` does, of many regions in one command:
    # https://developer.hashicorp.com/terraform/language/state/remote-state-data
    states = {f"in_{region}": {"backend": "s3", "config": {**backend, "region": region}} for region in ALL}
    assert "successfully initialized" in terraform(tmp_path, {"data": {"terraform_remote_state": states}}, "init")
    said = terraform(tmp_path, {"data": {"terraform_remote_state": states}}, "plan")
    found = {
        re.search(r"terraform_remote_state\.in_([a-z0-9-]+)", one)[1]: "Invalid AWS Region" in one  # type: ignore[index]
        for one in said.split("Error: ")[1:]
    }
    # Of each region something is said: it is refused, or not reached.
    assert sorted(found) == ALL
    assert {region for region, refused in found.items() if refused} == REFUSED_BY_PROVIDER | REFUSED_BY_BACKEND
