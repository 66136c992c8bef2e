"""What a bootstrap and an emulator that are killed leave, and the way on from there."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from time import monotonic, sleep

import pytest

from tests.support.lives import CLEAN, Applied, new_life
from tests.support.region_sets import settings_of
from tools.bootstrap import bootstrap
from tools.errors import ToolError
from tools.local import LocalPlatform
from tools.part import part_of
from tools.paths import BACKEND, PLATFORM, ROOT
from tools.recovery.recovery import working_in
from tools.synth import synthesize
from tools.terraform.state import addresses
from tools.workspace import CONFIGURATION

pytestmark = pytest.mark.emulator
REGION = "eu-west-1"
#: A key is under way for a quarter of a minute, which the provider waits for its policy.
SLOW = "aws_kms_key"


def keep(life: LocalPlatform, stack: str, *kinds: str) -> None:
    """Take out of a synthesized stack what is neither of these types nor needed by them."""
    file = life.paths.stack_output(stack) / CONFIGURATION
    file.write_text(json.dumps(part_of(json.loads(file.read_text()), kinds)))


@pytest.fixture(scope="module")
def started(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Applied]:
    """An account with nothing in it, and output with what the state needs and the keys of one region."""
    life = new_life(tmp_path_factory.mktemp("faults"), settings_of(REGION))
    synthesize(life.paths, environ=CLEAN)
    keep(life, BACKEND, "aws_s3_bucket", "aws_s3_bucket_versioning", "aws_dynamodb_table", "aws_kms_alias")
    keep(life, PLATFORM, SLOW)
    with life.emulator_session.temporary() as emulator:
        yield Applied(life, emulator, life.target(emulator))


def when_begun(life: LocalPlatform, stack: str, then: Callable[[], None]) -> None:
    """Do something once a key of a stack is under way."""
    log, deadline = life.paths.logs / f"{stack}-apply.log", monotonic() + 900
    while not (log.exists() and any("apply_start" in line and SLOW in line for line in log.read_text().splitlines())):
        assert monotonic() < deadline
        sleep(0.1)
    # Its id is there after one call.
    sleep(4)
    then()


def own_keys(started: Applied) -> list[str]:
    """The ids of the keys that bear tags, which those of AWS do not."""
    kms = started.client("kms", REGION)
    ids = [str(one["KeyId"]) for one in kms.list_keys()["Keys"]]
    return [key_id for key_id in ids if kms.list_resource_tags(KeyId=key_id)["Tags"]]


def test_a_bootstrap_that_is_killed_is_recovered_and_gone_on_with(started: Applied) -> None:
    life, target = started.life, started.target
    directory = life.paths.build / BACKEND
    step = [sys.executable, "-m", "tools.chaos.step", "bootstrap", str(started.settings.parent)]
    with subprocess.Popen(step, cwd=ROOT, env=CLEAN) as wrapper:
        when_begun(life, BACKEND, lambda: os.killpg(working_in(directory)[0], signal.SIGKILL))
    assert wrapper.returncode != 0
    assert target.state(BACKEND) is None
    known = addresses(json.loads((directory / "terraform.tfstate").read_text()))
    assert not [address for address in known if address.startswith(SLOW)]
    (stands,) = own_keys(started)

    left = life.recover_on(target)
    assert f"move the state into {target.bucket}" in left
    assert not [line for line in left if SLOW in line and line.startswith("create")]
    assert bootstrap(target) > 0
    assert bootstrap(target) == 0
    assert own_keys(started) == [stands]


def test_an_emulator_that_is_killed_is_told_and_another_one_begins_with_nothing(started: Applied) -> None:
    life = started.life
    bootstrap(started.target)
    killing = threading.Thread(
        target=when_begun, args=(life, PLATFORM, lambda: os.kill(started.emulator.pid, signal.SIGKILL))
    )
    killing.start()
    with pytest.raises(ToolError) as told:
        life.apply(started.target)
    killing.join()
    assert "the emulator has ended, and all that it held went with it" in str(told.value.advice)
    assert "`make local-down`" in str(told.value.advice)
    life.down()
    with life.emulator_session.temporary() as another:
        target = life.target(another)
        assert bootstrap(target) > 0
        assert bootstrap(target) == 0
        # Nothing of the one that is gone is in the way.
        assert target.plan(PLATFORM)[0]
