"""What several policies of a request come to together."""

from typing import Any

import pytest

from tools.emulator.iam.evaluation import Policies, refused_because
from tools.emulator.policy import Caller, Request

ROOT = "arn:aws:iam::123456789012:root"
ROLE = "arn:aws:iam::123456789012:role/reader"
SESSION = "arn:aws:sts::123456789012:assumed-role/reader/test"
QUEUE = "arn:aws:sqs:eu-west-1:123456789012:orders"


def policy(effect: str, action: str, **more: Any) -> dict[str, Any]:
    return {"Statement": [{"Effect": effect, "Action": action, "Resource": "*", **more}]}


def asked(action: str = "sqs:SendMessage") -> Request:
    caller = Caller(identities=(SESSION, ROLE, ROOT), account_id="123456789012")
    return Request(action=action, resource=QUEUE, caller=caller, context={})


ALL = policy("Allow", "*")
NOTHING = policy("Allow", "s3:GetObject")
NONE: dict[str, Any] = {"Statement": []}
FOR_ROOT, FOR_ROLE, FOR_SESSION = (policy("Allow", "sqs:*", Principal={"AWS": arn}) for arn in (ROOT, ROLE, SESSION))


@pytest.mark.parametrize(
    ("policies", "reason"),
    [
        (Policies(identity=[ALL]), None),
        (Policies(identity=[]), "because no identity-based policy allows the sqs:SendMessage action"),
        (Policies(identity=[NOTHING, ALL]), None),
        (Policies(identity=[ALL, policy("Deny", "sqs:*")]), "with an explicit deny in an identity-based policy"),
        (Policies(identity=[ALL], boundary=ALL, session=ALL), None),
        (
            Policies(identity=[ALL], boundary=NOTHING),
            "because no permissions boundary allows the sqs:SendMessage action",
        ),
        (
            Policies(identity=[ALL], boundary=policy("Deny", "*")),
            "with an explicit deny in a permissions boundary",
        ),
        (Policies(identity=[ALL], session=NOTHING), "because no session policy allows the sqs:SendMessage action"),
        # The resource's policy allows by itself, unless it leaves the decision to the account.
        (Policies(identity=[], resource=FOR_ROLE), None),
        (Policies(identity=[], resource=FOR_SESSION), None),
        (
            Policies(identity=[], resource=FOR_ROOT),
            "because no identity-based policy allows the sqs:SendMessage action",
        ),
        # It reaches past boundary and session policy where it names the session, and not where it names the role.
        (
            Policies(identity=[], boundary=NOTHING, resource=FOR_ROLE),
            "because no permissions boundary allows the sqs:SendMessage action",
        ),
        (Policies(identity=[], boundary=NOTHING, session=NOTHING, resource=FOR_SESSION), None),
        (
            Policies(identity=[ALL], resource=policy("Deny", "*", Principal="*")),
            "with an explicit deny in a resource-based policy",
        ),
    ],
)
def test_policies_come_to_what_aws_says(policies: Policies, reason: str | None) -> None:
    assert refused_because(policies, asked()) == reason


@pytest.mark.parametrize(
    ("resource", "allowed"),
    [
        (policy("Allow", "kms:*", Principal={"AWS": ROOT}), True),
        (policy("Allow", "kms:*", Principal={"AWS": ROLE}), True),
        (policy("Allow", "kms:*", Principal={"AWS": ROLE + "-other"}), False),
    ],
)
def test_identity_policies_reach_a_key_only_where_its_own_policy_lets_them(
    resource: dict[str, Any], *, allowed: bool
) -> None:
    told = refused_because(Policies(identity=[ALL], resource=resource), asked("kms:Decrypt"))
    assert (told is None) == allowed
