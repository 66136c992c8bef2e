from typing import Any

import pytest

from tests.support.aws_answers import ask, refusal, settings
from tools.preflight import Severity
from tools.preflight.stacks import Held

CHECK = "administrators of the state"
ARN = "arn:aws:iam::123456789012"


def signed_in(arn: str, *, path: str = "/") -> dict[str, Any]:
    """The account as a user, the root, or the session of a role with a path."""

    def role(_region: str, *, RoleName: str) -> dict[str, Any]:  # noqa: N803 - as boto3 has it
        return {"Role": {"Arn": f"{ARN}:role{path}{RoleName}"}}

    return {"sts.get_caller_identity": {"Arn": arn, "Account": "123456789012"}, "iam.get_role": role}


def session(role: str) -> str:
    return f"arn:aws:sts::123456789012:assumed-role/{role}/me@example.com"


NAMED = settings(state={"administrators": [f"{ARN}:role/ci/deploy-*", f"{ARN}:user/ada"]})


@pytest.mark.parametrize(
    ("arn", "path", "let_in"),
    [
        (session("deploy-main"), "/ci/", True),
        (session("deploy-main"), "/", False),
        (session("another"), "/ci/", False),
        (f"{ARN}:user/ada", "/", True),
        (f"{ARN}:user/eve", "/", False),
        # Nobody shuts out the root.
        (f"{ARN}:root", "/", True),
    ],
)
def test_who_runs_it_has_to_be_named(arn: str, path: str, *, let_in: bool) -> None:
    found = ask(CHECK, signed_in(arn, path=path), settings=NAMED)
    assert [one.severity for one in found] == ([] if let_in else [Severity.STOPS])
    if not let_in:
        assert "state.administrators does not name arn:" in found[0].what
        assert f"{ARN}:role/ci/deploy-*, {ARN}:user/ada, " in found[0].paste[0]


def test_those_of_storage_are_the_state_s_where_it_has_none() -> None:
    said = settings(storage={"administrators": [f"{ARN}:role/deploy"]})
    assert ask(CHECK, signed_in(session("deploy")), settings=said) == []
    (found,) = ask(CHECK, signed_in(session("another")), settings=said)
    assert found.what.startswith("storage.administrators does not name ")


def test_where_nobody_is_named_nobody_who_applied_is_shut_out() -> None:
    def found(*applied: str) -> list[str]:
        held = Held(administrators=frozenset(applied))
        return [one.what for one in ask(CHECK, signed_in(session("deploy")), held=held)]

    assert found() == found(f"{ARN}:role/deploy") == found(f"{ARN}:role/deploy", f"{ARN}:root") == []
    (what,) = found(f"{ARN}:role/deploy", f"{ARN}:role/bootstrap")
    assert f"{ARN}:role/deploy alone, and {ARN}:role/bootstrap applied what stands" in what


def test_who_applied_last_is_read_from_the_state() -> None:
    context = {
        "mode": "data",
        "type": "aws_iam_session_context",
        "name": "administrators",
        "instances": [{"attributes": {"issuer_arn": f"{ARN}:role/deploy"}}],
    }
    assert Held.of([None, {"resources": [context]}]).administrators == {f"{ARN}:role/deploy"}


def test_a_role_that_may_not_look_at_itself_is_told() -> None:
    answers = signed_in(session("deploy")) | {"iam.get_role": refusal("AccessDenied")}
    with pytest.raises(Exception, match="AccessDenied"):
        ask(CHECK, answers, settings=NAMED)


def test_administrators_of_another_account_are_told() -> None:
    said = settings(storage={"administrators": ["arn:aws:iam::999999999999:role/deploy", f"{ARN}:role/deploy"]})
    (found,) = ask(CHECK, signed_in(session("deploy")), settings=said)
    assert found.severity is Severity.WARNS
    assert "arn:aws:iam::999999999999:role/deploy;" in found.what
