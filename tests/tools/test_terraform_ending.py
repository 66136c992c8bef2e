"""The last words on a command that did not end well."""

import json
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tools.errors import Interrupted, ToolError
from tools.terraform import Options, Terraform
from tools.terraform.diagnostics import Diagnostic
from tools.terraform.ending import bad_end
from tools.terraform.events import Stream
from tools.terraform.place import Place
from tools.terraform.process import Ended
from tools.terraform.state import addresses, tainted

State = dict[str, Any]
NOWHERE: State = {"resources": []}
#: What Terraform 1.11.4 says when it could not write the state.
UNSAVED = (
    Diagnostic(summary="Failed to save state", detail='Error saving state: failed to upload state: S3 bucket "b"'),
    Diagnostic(
        summary="Failed to persist state to backend", detail='the state has been written to the file "errored.tfstate"'
    ),
)


def event(kind: str, address: str, action: str = "create", **more: str) -> str:
    return json.dumps(
        {"@level": "info", "type": kind, "hook": {"resource": {"addr": address}, "action": action, **more}}
    )


def error(address: str, summary: str) -> str:
    diagnostic = {"severity": "error", "summary": summary, "detail": "", "address": address}
    return json.dumps({"@level": "error", "type": "diagnostic", "diagnostic": diagnostic})


def stream_of(*lines: str) -> Stream:
    stream = Stream()
    for line in lines:
        stream.read(line)
    return stream


def state_of(*held: str, status: str | None = None) -> State:
    instance = {} if status is None else {"status": status}
    parts = [address.split(".") for address in held]
    return {"resources": [{"mode": "managed", "type": one, "name": two, "instances": [instance]} for one, two in parts]}


@pytest.fixture
def place(tmp_path: Path) -> Place:
    directory = tmp_path / "build/platform"
    directory.mkdir(parents=True)
    return Place(directory=directory, log=tmp_path / "x.log", local=False)


KILLED = Ended(code=-9, signal_number=None)
FAILED = Ended(code=1, signal_number=None)
STOPPED = Ended(code=1, signal_number=signal.SIGHUP)


def last_words(
    place: Place, stream: Stream, ended: Ended, *, state: State | None = None, command: str = "apply"
) -> tuple[str, str]:
    """What is said, and what is advised."""
    end = bad_end(command, ended=ended, stream=stream, place=place, state=lambda: state)
    if isinstance(end, Interrupted):
        return end.message, end.outlook
    return end.message, end.advice or ""


def test_a_killed_apply_names_what_may_stand_and_what_was_made_since_the_state_was_saved(place: Place) -> None:
    stream = stream_of(
        event("apply_start", "aws_vpc.saved"),
        event("apply_complete", "aws_vpc.saved", id_key="id", id_value="vpc-1"),
        event("apply_start", "aws_iam_role.lost"),
        event("apply_complete", "aws_iam_role.lost", id_key="id", id_value="PROD-role"),
        event("apply_start", "aws_lambda_permission.lost"),
        event("apply_complete", "aws_lambda_permission.lost", id_key="id", id_value="statement"),
        event("apply_start", "aws_db_instance.main"),
        event("apply_progress", "aws_db_instance.main", elapsed_seconds="10"),
        event("apply_start", "terraform_data.mark"),
        event("apply_start", "aws_lb.web", "update"),
    )
    said, advice = last_words(place, stream, KILLED, state=state_of("aws_vpc.saved"))
    assert "it was ended by signal 9" in said
    assert "may stand without being in the state:\n    aws_db_instance.main\n" in said
    assert f"    terraform -chdir={place.directory} import aws_iam_role.lost PROD-role\n" in said
    # Its import asks for the function as well.
    assert "\n    aws_lambda_permission.lost\n" in said
    assert "aws_lb.web (update)" in said
    assert "aws_vpc.saved" not in said
    assert "terraform_data" not in said
    assert "`make recover`" in advice
    assert "lock" in advice
    assert "is in the state" not in advice


def test_without_the_state_nothing_is_said_to_be_in_it(place: Place) -> None:
    stream = stream_of(event("apply_start", "aws_db_instance.main"))
    said, advice = last_words(place, stream, KILLED, state=None)
    assert "the state cannot be read now" in said
    assert "aws_db_instance.main" in said
    assert "`make recover`" in advice


def test_on_the_emulator_the_commands_are_those_of_the_emulator(place: Place) -> None:
    local = Place(directory=place.directory, log=place.log, local=True)
    _, advice = last_words(local, stream_of(event("apply_start", "aws_vpc.a")), KILLED, state=NOWHERE)
    assert "`make local-recover`" in advice


def test_a_stop_names_what_terraform_would_replace_because_it_did_not_see_it_ready(place: Place) -> None:
    stream = stream_of(
        event("apply_start", "aws_db_instance.main"),
        event("apply_errored", "aws_db_instance.main"),
        event("apply_start", "aws_sqs_queue.early"),
        event("apply_errored", "aws_sqs_queue.early"),
        event("apply_start", "aws_kms_key.refused"),
        event("apply_errored", "aws_kms_key.refused"),
        error("aws_db_instance.main", "waiting for RDS DB Instance (main) create: context canceled"),
        error("aws_sqs_queue.early", "creating SQS Queue (early): context canceled"),
        error("aws_kms_key.refused", "creating KMS Key: MalformedPolicyDocumentException"),
    )
    held = state_of("aws_db_instance.main", status="tainted")
    said, outlook = last_words(place, stream, STOPPED, state=held)
    replaced = "would be replaced by the next apply unless the state holds it for whole:"
    assert f"{replaced}\n    terraform -chdir={place.directory} untaint aws_db_instance.main" in said
    assert "may stand without being in the state:\n    aws_sqs_queue.early\n" in said
    assert "aws_kms_key.refused" not in said
    assert "`make recover`" in outlook


def test_a_stop_that_broke_nothing_off_is_gone_on_with_by_running_again(place: Place) -> None:
    said, outlook = last_words(place, stream_of(), STOPPED)
    assert "has stopped after 0 of 0 steps" in said
    assert outlook == "what was done is in the state: run again to go on"
    assert last_words(place, stream_of(), STOPPED, command="plan")[1] == "nothing was changed"


def test_the_state_is_not_asked_for_where_nothing_was_broken_off(place: Place) -> None:
    def fail() -> None:
        raise AssertionError

    stream = stream_of(error("aws_kms_key.a", "refused"))
    assert bad_end("apply", ended=FAILED, stream=stream, place=place, state=fail)


@pytest.mark.parametrize("ended", [FAILED, STOPPED])
def test_a_state_that_could_not_be_saved_comes_before_all_else(place: Place, ended: Ended) -> None:
    place.unsaved.write_text("{}")
    stream = stream_of(event("apply_start", "aws_vpc.a"))
    stream.diagnostics.extend(UNSAVED)
    _, advice = last_words(place, stream, ended)
    assert advice.startswith("`make recover` before anything else: it pushes ")
    assert str(place.unsaved) in advice
    assert "make bootstrap" not in advice


@pytest.mark.parametrize(
    "sign",
    [
        "api error ExpiredToken: The provided token has expired.",
        "api error ExpiredTokenException: The security token included in the request is expired",
        "api error RequestExpired: Request has expired.",
        "the SSO session has expired or is invalid",
        "refresh cached SSO token failed, unable to refresh SSO token, operation error SSO OIDC: InvalidGrantException",
    ],
)
def test_credentials_that_expired_are_named_first_and_then_what_becomes_of_the_state(place: Place, sign: str) -> None:
    expired = Diagnostic(summary="failed to upload state", detail=f'S3 bucket "b": operation error S3: {sign}')
    stream = Stream(diagnostics=[expired])
    _, advice = last_words(place, stream, FAILED)
    assert advice.startswith("the credentials have expired: log in again")
    assert advice.endswith("what was made is in the state: mend the cause and run again, or `make destroy`")
    assert last_words(place, stream, FAILED, command="plan")[1].endswith("; nothing was changed")
    place.unsaved.write_text("{}")
    stream.diagnostics.extend(UNSAVED)
    _, advice = last_words(place, stream, FAILED)
    assert advice.startswith("the credentials have expired: log in again")
    assert "then `make recover` before anything else" in advice


@pytest.mark.parametrize("sign", ["InvalidClientTokenId", "UnrecognizedClientException", "No valid credential sources"])
def test_credentials_that_never_worked_are_told_apart_from_those_that_expired(place: Place, sign: str) -> None:
    _, advice = last_words(place, Stream(diagnostics=[Diagnostic(summary=sign)]), FAILED, command="init")
    assert "`aws sts get-caller-identity` must answer" in advice
    assert "expired" not in advice


def test_a_key_that_may_not_be_used_is_no_missing_bucket(place: Place) -> None:
    refused = Diagnostic(
        summary="Failed to load state",
        detail='Unable to access object "platform/terraform.tfstate" in S3 bucket "b": api error AccessDenied: '
        "User: arn:aws:sts::1:assumed-role/x is not authorized to perform: kms:Decrypt on resource: arn:aws:kms:1",
    )
    _, advice = last_words(place, Stream(diagnostics=[refused]), FAILED, command="plan")
    assert "may not use that key" in advice
    assert "bootstrap" not in advice


def test_an_emulator_that_has_ended_took_the_state_with_it(place: Place) -> None:
    place.unsaved.write_text("{}")
    refused = Diagnostic(summary="creating VPC", detail="dial tcp 127.0.0.1:1: connect: connection refused")
    stream = Stream(diagnostics=[refused, *UNSAVED])
    local = Place(directory=place.directory, log=place.log, local=True)
    assert "the emulator has ended" in last_words(local, stream, FAILED)[1]
    # In an account there is no emulator: there it is the network.
    assert "the emulator" not in last_words(place, stream, FAILED)[1]


@pytest.mark.parametrize(
    "sign", ["PreconditionFailed", "ConditionalCheckFailedException", "ConditionalRequestConflict"]
)
def test_a_lock_whose_holder_cannot_be_read_is_another_runs_and_is_not_to_be_taken_away(
    place: Place, sign: str
) -> None:
    backend = {"backend": {"config": {"bucket": "b", "key": "platform/terraform.tfstate"}}}
    (place.directory / ".terraform").mkdir()
    (place.directory / ".terraform/terraform.tfstate").write_text(json.dumps(backend))
    held = Diagnostic(summary="Error acquiring the state lock", detail=f"Error message: {sign}\nUnable to retrieve")
    said, advice = last_words(place, Stream(diagnostics=[held]), FAILED, command="plan")
    assert "locked by another run" in said
    assert "s3://b/platform/terraform.tfstate.tflock" in said
    assert "unknown" not in said
    assert "unlock" not in advice


def test_a_lock_that_cannot_be_asked_for_is_not_held_by_anybody(place: Place) -> None:
    expired = Diagnostic(summary="Error acquiring the state lock", detail="api error ExpiredTokenException: expired")
    said, advice = last_words(place, Stream(diagnostics=[expired]), FAILED, command="plan")
    assert "locked" not in said
    assert "log in again" in advice


@pytest.fixture
def unsaved(fake_terraform: Callable[..., dict[str, str]], tmp_path: Path) -> Terraform:
    """Terraform beside a directory with a state that could not be saved."""
    (tmp_path / "build/destruction").mkdir(parents=True)
    (tmp_path / "build/destruction/errored.tfstate").write_text("{}")
    (tmp_path / "build/platform").mkdir()
    environment = fake_terraform('echo "$@" >> asked')
    return Terraform(tmp_path / "build/platform", environment, options=Options(local=True))


@pytest.mark.parametrize("command", ["plan", "apply", "destroy"])
def test_nothing_is_planned_or_applied_before_an_unsaved_state_is_pushed(unsaved: Terraform, command: str) -> None:
    arguments = [unsaved.directory / "a.tfplan"] if command == "plan" else []
    with pytest.raises(ToolError, match="the only record of what that run made") as refused:
        getattr(unsaved, command)(*arguments)
    assert "destruction/errored.tfstate" in refused.value.message
    assert "`make local-recover` pushes it" in (refused.value.advice or "")
    assert not (unsaved.directory / "asked").exists()


def test_an_unsaved_state_is_pushed_and_a_resource_held_for_whole(unsaved: Terraform, tmp_path: Path) -> None:
    file = tmp_path / "build/destruction/errored.tfstate"
    unsaved.push_state(file)
    unsaved.untaint("aws_db_instance.main")
    pushed, untainted = (unsaved.directory / "asked").read_text().splitlines()
    assert pushed == f"state push -lock-timeout=3s {file}"
    assert untainted == "untaint -lock-timeout=3s aws_db_instance.main"


def test_a_pulled_state_is_not_left_in_the_logs(fake_terraform: Callable[..., dict[str, str]], tmp_path: Path) -> None:
    (tmp_path / "build/platform").mkdir(parents=True)
    terraform = Terraform(tmp_path / "build/platform", fake_terraform("echo '{\"serial\": 1}'"))
    assert terraform.pull_state() == {"serial": 1}
    assert list((tmp_path / "build/logs").iterdir()) == []


def test_a_log_with_gaps_tells_what_it_can(tmp_path: Path) -> None:
    begun, made, other = (
        event("apply_start", "aws_vpc.a"),
        event("apply_complete", "aws_vpc.a", id_key="id", id_value="vpc-1"),
        event("apply_start", "aws_vpc.b"),
    )
    log = tmp_path / "log"
    log.write_text("\n".join([begun, other[:70] + made, other[:30]]))
    stream = Stream.of_log(log)
    assert stream.cut
    assert stream.made == {"aws_vpc.a": "vpc-1"}
    assert stream.running == {}
    log.write_text(f"{begun}\n")
    assert not Stream.of_log(log).cut


def test_a_state_tells_its_addresses_and_what_it_holds_for_damaged() -> None:
    state = {
        "resources": [
            {"mode": "data", "type": "aws_x", "name": "read", "instances": [{}]},
            {"mode": "managed", "type": "aws_x", "name": "one", "instances": [{"status": "tainted"}]},
            {"mode": "managed", "type": "aws_x", "name": "many", "instances": [{"index_key": "k"}, {"index_key": 1}]},
        ]
    }
    assert addresses(state) == {"aws_x.one", 'aws_x.many["k"]', "aws_x.many[1]"}
    assert tainted(state) == {"aws_x.one"}
