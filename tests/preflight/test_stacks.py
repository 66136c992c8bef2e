import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from tests.support.aws_answers import ACCOUNT_ID, REGION, settings, stack
from tests.support.region_sets import THREE
from tests.support.synthesized import stacks
from tools.errors import ToolError
from tools.paths import PLATFORM, Paths
from tools.preflight import subject_of
from tools.preflight.stacks import Held, Wanted

STATE = {
    "resources": [
        {"mode": "managed", "type": "aws_vpc", "name": "stands", "instances": [{}]},
        {"mode": "managed", "type": "aws_vpc", "name": "gone", "instances": []},
        {"mode": "data", "type": "aws_vpc", "name": "looked-up", "instances": [{}]},
    ]
}


def wanted(*made: dict[str, Any]) -> Wanted:
    return Wanted(stacks=made, account_id=ACCOUNT_ID)


def test_what_stands_is_what_the_states_hold_instances_of() -> None:
    assert Held.of([STATE, None]).addresses == {"aws_vpc.stands"}


def test_a_resource_that_is_moved_stands_under_its_former_address() -> None:
    made = stack(aws_vpc=2) | {"moved": [{"from": "aws_vpc.stands", "to": "aws_vpc.aws_vpc-1"}]}
    first, second = wanted(made).of("aws_vpc")
    held = Held.of([STATE])
    assert held.has(first)
    assert not held.has(second)


def test_every_name_that_is_looked_for_is_known_before_a_plan() -> None:
    found = wanted(*(one.json for one in stacks(*THREE).values()))
    kinds = {
        "aws_s3_bucket": "bucket",
        "aws_kms_alias": "name",
        "aws_cloudwatch_log_group": "name",
        "aws_secretsmanager_secret": "name",
    }
    for kind, argument in kinds.items():
        names = [found.text(one.body[argument]) for one in found.of(kind)]
        assert names
        assert all(names), kind
    assert all(ACCOUNT_ID in str(found.text(one.body["bucket"])) for one in found.of("aws_s3_bucket"))


def test_everything_that_is_made_is_in_a_region() -> None:
    found = wanted(*(one.json for one in stacks(*THREE).values()))
    for kind in ("aws_s3_bucket", "aws_vpc", "aws_eip", "aws_db_instance", "aws_guardduty_detector"):
        assert {one.region for one in found.of(kind)} <= set(THREE)
        assert found.of(kind)


def test_texts_that_only_terraform_knows_are_left_alone() -> None:
    assert wanted().text("plain") == "plain"
    assert wanted().text("${aws_vpc.x.id}") is None
    assert wanted().text(None) is None
    assert wanted().text(f"${{data.aws_caller_identity.{REGION}_account_1.account_id}}") == ACCOUNT_ID


def target(tmp_path: Path, state: Any) -> Any:
    for name in ("platform", "state-backend"):
        folder = tmp_path / "out/stacks" / name
        folder.mkdir(parents=True)
        (folder / "cdk.tf.json").write_text(json.dumps(stack(aws_vpc=1) if name == PLATFORM else {}))

    def read(_stack: str) -> Any:
        if isinstance(state, Exception):
            raise state
        return state

    return SimpleNamespace(
        settings=settings(),
        account_id=ACCOUNT_ID,
        clients=lambda _service, _region: None,
        paths=Paths(settings=tmp_path / "s.yaml", build=tmp_path / "build", out=tmp_path / "out"),
        state=read,
        workspace=lambda _stack: SimpleNamespace(local_state=lambda: None),
        local=False,
    )


def test_a_state_that_may_not_be_read_is_not_taken_for_none(tmp_path: Path) -> None:
    assert subject_of(target(tmp_path, ToolError("refused")), environ={}).held.known is False


def test_a_state_that_is_not_there_holds_nothing(tmp_path: Path) -> None:
    found = subject_of(target(tmp_path, None), environ={})
    assert found.held == Held()
    assert len(found.wanted.of("aws_vpc")) == 1


@pytest.mark.parametrize(("environ", "asked"), [({}, True), ({"AWS_ENDPOINT_URL": "http://127.0.0.1:1"}, False)])
def test_dns_is_asked_only_where_this_is_aws(tmp_path: Path, environ: dict[str, str], *, asked: bool) -> None:
    assert (subject_of(target(tmp_path, None), environ=environ).name_servers is not None) is asked
