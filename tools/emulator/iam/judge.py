"""The judge that enforces IAM on whoever has policies: users, and sessions of roles."""

from collections.abc import Iterator
from dataclasses import replace

from tools.emulator.call import Call
from tools.emulator.iam import state
from tools.emulator.iam.dependents import dependents
from tools.emulator.iam.evaluation import refused_because
from tools.emulator.iam.identities import identity_of
from tools.emulator.iam.keys import context_of, own_keys
from tools.emulator.iam.names import action_of
from tools.emulator.iam.question import Question
from tools.emulator.iam.recording import Recording
from tools.emulator.iam.reference import prefix_of, takes_tags
from tools.emulator.iam.resources import arns_of
from tools.emulator.iam.stateful import stateful
from tools.emulator.iam.tags import tagging
from tools.emulator.policy import Request
from tools.emulator.refusal import Refusal

#: What a refusal is called, where it is not AccessDenied; the services' own "Common errors" pages say so.
CODES = {
    "ec2": "UnauthorizedOperation",
    **dict.fromkeys(
        ("access-analyzer", "acm", "backup", "budgets", "ce", "chatbot", "config", "dynamodb", "events", "guardduty",
         "inspector2", "kms", "lambda", "logs", "secretsmanager", "securityhub", "ssm", "states", "wafv2"),
        "AccessDeniedException",
    ),
    "sns": "AuthorizationError",
}  # fmt: skip
#: JSON services answer 400, the others 403.
STATUS = {"AccessDeniedException": 400}


class Judge:
    """Refuses what IAM refuses, and records what was asked.

    The root of the account, whose keys IAM never gave out, may do everything; what it asks is recorded too.

    Parameters
    ----------
    account_id : str
        The account.
    recording : Recording
        Takes each question.
    """

    def __init__(self, *, account_id: str, recording: Recording) -> None:
        self._account_id = account_id
        self._recording = recording

    def __call__(self, call: Call) -> Refusal | None:
        """Return why AWS would refuse ``call``, or None."""
        found = list(questions(call, self._account_id))
        self._recording.add(call.access_key, found)
        identity = identity_of(call.access_key, self._account_id)
        if identity is None:
            return None
        caller, policies = identity
        for question in found:
            request = Request(
                action=question.action,
                resource=question.resource,
                caller=caller,
                context=context_of(question, caller),
            )
            resource = state.resource_policy(question.resource, account_id=self._account_id)
            if reason := refused_because(replace(policies, resource=resource), request):
                return refusal(call, question, caller.identities[0], reason)
        return None


def questions(call: Call, account_id: str) -> Iterator[Question]:
    """Yield what IAM is asked for a call: its own action on each of its resources, then what it needs besides."""
    action = action_of(call)
    if action is None:
        return
    keys = own_keys(call)
    untagged = {name: value for name, value in keys.items() if not name.startswith(("aws:RequestTag/", "aws:TagKeys"))}
    for arn in arns_of(call, action, account_id):
        its_keys = keys if takes_tags(action, arn) else untagged
        yield Question(action=action, resource=arn, keys=its_keys, region=call.region)
    yield from tagging(call, account_id)
    for question in (*dependents(call, account_id), *stateful(call, account_id)):
        made = question.action == "iam:CreateServiceLinkedRole" and call.service != "iam"
        if not (made and state.has_role(question.resource, account_id=account_id)):
            yield question


def refusal(call: Call, question: Question, caller: str, reason: str) -> Refusal:
    """Return AWS's answer to a call that is refused.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html
    """
    code = CODES.get(prefix_of(call.service), "AccessDenied")
    on = "" if question.resource == "*" else f" on resource: {question.resource}"
    message = f"User: {caller} is not authorized to perform: {question.action}{on} {reason}"
    if code == "UnauthorizedOperation":
        message = f"You are not authorized to perform this operation. {message}"
    return Refusal(code=code, message=message, status=STATUS.get(code, 403))
