"""The state backend, and what happens to those who do not wait for its lock."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.lives import Applied
from tests.support.part import only
from tools.bootstrap import bootstrap
from tools.errors import ToolError
from tools.lock import find_lock, unlock
from tools.paths import ROOT
from tools.terraform import Terraform
from tools.terraform.events import Stream
from tools.terraform.state import addresses

pytestmark = pytest.mark.emulator


def test_bootstrap_leaves_its_own_state_in_the_bucket_and_none_at_home(life: Applied) -> None:
    state = life.target.state("state-backend")
    assert state
    assert {one["type"] for one in state["resources"]} >= {"aws_s3_bucket", "aws_dynamodb_table", "aws_kms_key"}
    assert list((life.build / "state-backend").glob("*.tfstate*")) == []


def test_bootstrap_again_changes_nothing(life: Applied) -> None:
    assert bootstrap(life.target) == 0


def test_state_is_encrypted_with_the_backends_key_and_versioned(life: Applied) -> None:
    s3, bucket = life.client("s3", "us-east-1"), life.target.bucket
    head = s3.head_object(Bucket=bucket, Key="platform/terraform.tfstate")
    assert head["ServerSideEncryption"] == "aws:kms"
    assert s3.get_bucket_versioning(Bucket=bucket)["Status"] == "Enabled"
    (rule,) = s3.get_bucket_replication(Bucket=bucket)["ReplicationConfiguration"]["Rules"]
    assert rule["Destination"]["Bucket"].endswith("-us-west-2")


def test_state_bucket_refuses_plain_http(life: Applied) -> None:
    s3 = life.client("s3", "us-east-1")
    s3.meta.events.register(
        "before-sign.s3", lambda request, **_: request.headers.add_header("x-meridian-secure-transport", "false")
    )
    with pytest.raises(s3.exceptions.ClientError, match="AccessDenied"):
        s3.get_object(Bucket=life.target.bucket, Key="platform/terraform.tfstate")


def waiting_stack(life: Applied, folder: Path) -> str:
    """Copy the working directory, add a resource that is made while ``folder/ready`` exists, and return its address."""
    shutil.copytree(life.build / "platform", folder / "platform", symlinks=True)
    ready = folder / "ready"
    command = f"touch {ready}; while test -e {ready}; do sleep 0.1; done"
    # Of the test's own name, since what another test has made is not made again.
    wait = {"resource": {"terraform_data": {folder.name: {"provisioner": [{"local-exec": {"command": command}}]}}}}
    (folder / "platform" / "wait.tf.json").write_text(json.dumps(wait))
    return f"terraform_data.{folder.name}"


def wait_until_ready(process: subprocess.Popen[bytes], folder: Path) -> None:
    deadline = time.monotonic() + 900
    while not (folder / "ready").exists():
        assert process.poll() is None
        assert time.monotonic() < deadline
        time.sleep(0.1)


def slow_apply(life: Applied, folder: Path) -> subprocess.Popen[bytes]:
    """An apply from another working directory that holds the lock while ``folder/ready`` exists."""
    address = waiting_stack(life, folder)
    terraform = subprocess.Popen(
        ["terraform", "apply", "-auto-approve", "-input=false", f"-target={address}"],
        cwd=folder / "platform",
        env=dict(life.target.environment),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    wait_until_ready(terraform, folder)
    return terraform


@pytest.fixture(scope="module")
def prepared(spare_life: Applied) -> Iterator[Applied]:
    """The least that is a platform, planned: what is in it makes no difference to the lock."""
    with pytest.MonkeyPatch.context() as monkeypatch:
        only(monkeypatch, "aws_route53_health_check")
        spare_life.target.plan("platform")
        yield spare_life


def test_of_two_applies_at_once_one_is_refused_by_the_lock(prepared: Applied, tmp_path: Path) -> None:
    first = slow_apply(prepared, tmp_path)
    lock = find_lock(prepared.target, "platform")
    try:
        with pytest.raises(ToolError, match="lock") as refused:
            prepared.life.apply(prepared.target)
    finally:
        (tmp_path / "ready").unlink()
        assert first.wait(60) == 0
    assert lock
    assert lock.lock_id in f"{refused.value.message} {refused.value.advice}"
    # A plan takes the lock as well.
    prepared.target.plan("platform")


def test_a_lock_left_by_a_killed_apply_is_reported_with_what_to_do(prepared: Applied, tmp_path: Path) -> None:
    killed = slow_apply(prepared, tmp_path)
    os.killpg(killed.pid, signal.SIGKILL)
    killed.wait(30)
    lock = find_lock(prepared.target, "platform")
    assert lock
    with pytest.raises(ToolError, match="lock") as reported:
        prepared.life.apply(prepared.target)
    assert lock.lock_id in f"{reported.value.message} {reported.value.advice}"
    assert "make local-unlock" in str(reported.value.advice)
    assert [one.lock_id for one in unlock(prepared.target)] == [lock.lock_id]
    assert find_lock(prepared.target, "platform") is None
    prepared.target.plan("platform")


def test_an_apply_whose_wrapper_is_killed_ends_well_and_releases_its_lock(prepared: Applied, tmp_path: Path) -> None:
    address, plan = waiting_stack(prepared, tmp_path), tmp_path / "wait.tfplan"
    environment = dict(prepared.target.environment)
    Terraform(tmp_path / "platform", environment).plan(plan, only=[address])
    program = (
        "import os\n"
        "from pathlib import Path\n"
        "from tools.terraform import Terraform\n"
        f"Terraform(Path({str(tmp_path / 'platform')!r}), os.environ).apply(Path({str(plan)!r}))"
    )
    wrapper = subprocess.Popen([sys.executable, "-c", program], cwd=ROOT, env=environment)
    try:
        wait_until_ready(wrapper, tmp_path)
    finally:
        wrapper.kill()
        wrapper.wait(30)
    assert find_lock(prepared.target, "platform")
    (tmp_path / "ready").unlink()
    deadline = time.monotonic() + 900
    while find_lock(prepared.target, "platform"):
        assert time.monotonic() < deadline
        time.sleep(0.2)
    state = prepared.target.state("platform")
    assert state
    assert address in addresses(state)
    told = Stream.of_log(tmp_path / "logs/platform-apply.log")
    assert (told.done, told.running) == (1, {})


def test_an_apply_whose_terminal_goes_ends_in_order_with_what_was_made_in_the_state(
    prepared: Applied, tmp_path: Path
) -> None:
    address, plan = waiting_stack(prepared, tmp_path), tmp_path / "wait.tfplan"
    made = f"{tmp_path.name}_before"
    file = tmp_path / "platform" / "wait.tf.json"
    resources = json.loads(file.read_text())["resource"]["terraform_data"]
    resources[tmp_path.name]["depends_on"] = [f"terraform_data.{made}"]
    file.write_text(json.dumps({"resource": {"terraform_data": resources | {made: {}}}}))
    environment = dict(prepared.target.environment)
    Terraform(tmp_path / "platform", environment).plan(plan, only=[address])
    program = (
        "import os, sys\n"
        "from pathlib import Path\n"
        "from tools.errors import Interrupted\n"
        "from tools.interrupts import raise_on_signals\n"
        "from tools.terraform import Terraform\n"
        "raise_on_signals()\n"
        "try:\n"
        f"    Terraform(Path({str(tmp_path / 'platform')!r}), os.environ).apply(Path({str(plan)!r}))\n"
        "except Interrupted as interrupt:\n"
        "    sys.exit(interrupt.exit_code)"
    )
    with subprocess.Popen([sys.executable, "-c", program], cwd=ROOT, env=environment) as wrapper:
        wait_until_ready(wrapper, tmp_path)
        wrapper.send_signal(signal.SIGHUP)
    assert wrapper.returncode == 129
    assert find_lock(prepared.target, "platform") is None
    state = prepared.target.state("platform")
    assert state
    assert f"terraform_data.{made}" in addresses(state)
