"""KMS: a key must remain manageable."""

import json

from tools.emulator.account import account_id
from tools.emulator.call import Call
from tools.emulator.helpers.registry import rule
from tools.emulator.policy import Caller, Decision, Request, decide
from tools.emulator.refusal import Refusal


@rule("kms", "CreateKey", "PutKeyPolicy", "ReplicateKey")
def nobody_is_locked_out(call: Call) -> Refusal | None:
    """Refuse a policy that does not let the account put another one, unless the check is bypassed.

    AWS asks for the caller's own right. Here callers are administrators of the account, who have what the account has.

    https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-default.html#prevent-unmanageable-key
    """
    policy = call.parameters.get("Policy")
    if not policy or call.parameters.get("BypassPolicyLockoutSafetyCheck"):
        return None
    account = account_id()
    caller = Caller(identities=(f"arn:aws:iam::{account}:root",), account_id=account)
    context = {
        "aws:principalaccount": [account],
        "aws:principalarn": [f"arn:aws:iam::{account}:root"],
        "aws:principalisawsservice": ["false"],
        "aws:securetransport": ["true"],
        "kms:calleraccount": [account],
    }
    request = Request(action="kms:PutKeyPolicy", resource="*", caller=caller, context=context)
    if decide(json.loads(policy), request) is Decision.ALLOWED:
        return None
    message = "The new key policy will not allow you to update the key policy in the future."
    return Refusal(code="MalformedPolicyDocumentException", message=message)
