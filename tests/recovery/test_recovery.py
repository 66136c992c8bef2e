"""The order of a recovery: who works here, the lock, the errored state, the search, the imports, and what is left."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from rich.console import Console

from tests.support.fake_aws import FakeAws, denied
from tools.console import Reporter
from tools.errors import ToolError
from tools.paths import BACKEND, PLATFORM, Paths
from tools.recovery import recovery as module
from tools.recovery.recovery import Recovery

STACK: dict[str, Any] = {
    "terraform": {},
    "provider": {"aws": [{"alias": "home", "region": "eu-west-1"}]},
    "resource": {"aws_sns_topic": {"page": {"provider": "aws.home", "name": "page"}}},
}
MISSING = {"address": "aws_sns_topic.page", "mode": "managed", "change": {"actions": ["create"]}}
IMPORTED = {"address": "aws_sns_topic.page", "mode": "managed", "change": {"actions": ["no-op"]}}
TOPIC = "arn:aws:sns:eu-west-1:123456789012:page"
LOCK = {"ID": "lock-1", "Who": "somebody@somewhere", "Created": "yesterday"}


class Account:
    """A target whose Terraform does nothing and is written down."""

    def __init__(self, folder: Path) -> None:
        self.paths = Paths(settings=folder / "settings.yaml", build=folder / "build", out=folder / "out")
        self.local, self.account_id, self.bucket = True, "123456789012", "bucket"
        self.did: list[str] = []
        self.fault: ToolError | None = None
        self.held: dict[str, Any] | None = None
        self.plans = [{"resource_changes": [MISSING]}, {"resource_changes": [IMPORTED]}]
        self.of_imports: dict[str, Any] = {"resource_changes": [IMPORTED]}
        self.clients = FakeAws(
            {
                ("s3", "get_object"): denied("GetObject", "NoSuchKey"),
                ("sns", "list_topics"): {"Topics": [{"TopicArn": TOPIC}]},
            }
        )
        self.location = SimpleNamespace(
            region="eu-west-1",
            kept_in="eu-west-1",
            is_elsewhere=False,
            lock_table="table",
            key=lambda stack: f"{stack}/state",
        )

    def plan(self, _stack: str, *, name: str) -> tuple[bool, Any]:
        self.did.append(name)
        return True, self.plans.pop(0)

    def plan_file(self, stack: str) -> Path:
        return self.paths.build / stack / "plan.tfplan"

    def state(self, _stack: str) -> Any:
        return self.held

    def backend_arguments(self) -> list[str]:
        return []

    def workspace(self, _stack: str) -> Any:
        return SimpleNamespace(configuration=lambda: STACK, prepare=lambda: None, prepared=True)

    def terraform(self, stack: str) -> Any:
        def did(what: str) -> Callable[..., Any]:
            def call(*arguments: object, **__: object) -> None:
                self.did.append(f"{what} {stack}")
                if what == "plan" and self.fault:
                    raise self.fault
                if what == "plan":
                    Path(str(arguments[0])).write_text("plan")

            return call

        def show(_: Path, *, to: Path) -> dict[str, Any]:
            to.write_text(json.dumps(self.of_imports))
            return self.of_imports

        return SimpleNamespace(
            log=lambda command: self.paths.logs / f"{stack}-{command}.log",
            show=show,
            **{
                name: did(name)
                for name in ("init", "plan", "apply", "refresh", "push_state", "force_unlock", "import_", "untaint")
            },
        )


@pytest.fixture
def account(tmp_path: Path) -> Account:
    return Account(tmp_path)


def recover(account: Any, *, questions: list[str] | None = None) -> tuple[list[str], str]:
    out = io.StringIO()
    reporter = Reporter(Console(file=out, width=200))
    asked = questions if questions is not None else []
    return Recovery(account, reporter=reporter, approve=asked.append, wait=lambda _: None).run(), out.getvalue()


def test_what_stands_is_shown_asked_about_and_imported(account: Account) -> None:
    questions: list[str] = []
    left, said = recover(account, questions=questions)
    assert "aws_sns_topic.page" in said
    assert TOPIC in said
    assert [question for question in questions if "write these 1 into the state" in question]
    assert account.did == [
        "before-recovery",
        "init recovery",
        "plan recovery",
        "apply recovery",
        "refresh platform",
        "after-recovery",
    ]
    assert left == []


def test_where_nothing_is_missing_nothing_is_imported(account: Account) -> None:
    account.clients.answers[("sns", "list_topics")] = {}
    _, said = recover(account)
    assert "everything that stands is in the state" in said
    assert account.did == ["before-recovery", "after-recovery"]


def test_a_no_changes_nothing(account: Account) -> None:
    def refuse(_: str) -> None:
        raise ToolError("not approved")

    with pytest.raises(ToolError, match="not approved"):
        Recovery(account, reporter=Reporter(Console(file=io.StringIO())), approve=refuse).run()  # type: ignore[arg-type]
    assert "apply recovery" not in account.did


def test_what_the_plan_would_change_as_well_is_imported_without_a_plan(account: Account) -> None:
    account.of_imports = {"resource_changes": [IMPORTED | {"change": {"actions": ["update"]}}]}
    recover(account)
    assert "apply recovery" not in account.did
    assert account.did[-3:] == ["import_ platform", "refresh platform", "after-recovery"]


def test_what_its_provider_refuses_to_plan_is_imported_without_a_plan(account: Account) -> None:
    account.fault = ToolError("the plan failed: no count is allowed (aws_sns_topic.page)")
    recover(account)
    assert "apply recovery" not in account.did
    assert "import_ platform" in account.did


def test_rejects_a_plan_that_fails_for_another_reason(account: Account) -> None:
    account.fault = ToolError("the plan failed: no credentials")
    with pytest.raises(ToolError, match="no credentials"):
        recover(account)
    assert "import_ platform" not in account.did


def test_the_errored_state_is_written_first_and_once(account: Account) -> None:
    folder = account.paths.build / PLATFORM
    folder.mkdir(parents=True)
    (folder / "errored.tfstate").write_text("{}")
    recover(account)
    assert account.did[:3] == ["init platform", "push_state platform", "before-recovery"]
    assert not (folder / "errored.tfstate").exists()
    assert (folder / "errored.tfstate.pushed").exists()


def test_the_errored_state_of_the_backend_is_written_to_where_its_state_is(account: Account) -> None:
    folder = account.paths.build / BACKEND
    folder.mkdir(parents=True)
    (folder / "errored.tfstate").write_text("{}")
    recover(account)
    assert account.did[:2] == [f"init {BACKEND}", f"push_state {BACKEND}"]


def test_what_is_damaged_in_the_state_alone_is_held_for_whole(account: Account) -> None:
    instance = {"status": "tainted", "attributes": {"id": "db"}}
    resource = {"mode": "managed", "type": "aws_db_instance", "name": "main", "instances": [instance]}
    account.held = {"resources": [resource]}
    questions: list[str] = []
    recover(account, questions=questions)
    assert "hold these 1 for whole" in questions[0]
    assert account.did[:3] == ["init platform", "untaint platform", "before-recovery"]


@pytest.mark.parametrize("stack", ["platform", "state-backend"])
def test_a_lock_is_shown_asked_about_and_taken_away(account: Account, stack: str) -> None:
    def answer(*, Key: str, **_: Any) -> dict[str, Any]:  # noqa: N803 - boto3's name
        if Key != f"{stack}/state.tflock":
            raise denied("GetObject", "NoSuchKey")
        return {"Body": io.BytesIO(json.dumps(LOCK).encode())}

    account.clients.answers[("s3", "get_object")] = answer
    questions: list[str] = []
    _, said = recover(account, questions=questions)
    assert f"the state of {stack} is locked by somebody@somewhere since yesterday (lock-1)" in said
    assert "take the lock away" in questions[0]
    assert account.did[:2] == [f"init {stack}", f"force_unlock {stack}"]


def test_rejects_while_terraform_still_works_here(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "working_in", lambda directory: [17] if directory.name == PLATFORM else [])
    with pytest.raises(ToolError, match=r"still works in .*platform \(process 17\)"):
        recover(account)
    assert account.did == []


def test_what_is_not_ready_is_waited_for(account: Account) -> None:
    body = {"aws_db_instance": {"main": {"provider": "aws.home", "identifier": "db"}}}
    statuses = iter(["creating", "creating", "available"])

    def describe(**_: Any) -> dict[str, Any]:
        one = {"DBInstanceIdentifier": "db", "DBInstanceArn": "arn", "DBInstanceStatus": next(statuses)}
        return {"DBInstances": [one]}

    account.clients.answers[("rds", "describe_db_instances")] = describe
    account.plans[0] = {"resource_changes": [MISSING | {"address": "aws_db_instance.main"}]}
    account.workspace = lambda _: SimpleNamespace(configuration=lambda: STACK | {"resource": body})  # type: ignore[method-assign]
    _, said = recover(account)
    assert said.count("aws_db_instance.main is creating") == 2
    assert "apply recovery" in account.did


def test_rejects_twins_and_names_both(account: Account) -> None:
    twin = TOPIC.replace("eu-west-1", "us-east-1")
    account.clients.answers[("sns", "list_topics")] = {"Topics": [{"TopicArn": TOPIC}, {"TopicArn": twin}]}
    with pytest.raises(ToolError, match=f"{TOPIC}, {twin}"):
        recover(account)


def test_what_the_settings_do_not_have_any_more_is_named(account: Account, capsys: pytest.CaptureFixture[str]) -> None:
    log = account.paths.logs / "platform-apply.log"
    log.parent.mkdir(parents=True)
    hook = {"resource": {"addr": "aws_sns_topic.gone"}, "action": "create", "id_value": "arn:gone"}
    log.write_text(json.dumps({"type": "apply_complete", "hook": hook}) + "\n")
    recover(account)
    assert "the apply made aws_sns_topic.gone (arn:gone), which the settings do not have" in capsys.readouterr().err


def test_what_is_left_is_told(account: Account) -> None:
    account.plans[1] = {"resource_changes": [MISSING | {"address": "aws_sqs_queue.letters"}]}
    left, _ = recover(account)
    assert left == ["create aws_sqs_queue.letters"]
