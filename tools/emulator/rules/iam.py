"""IAM: how long the policies of a role may be."""

import re

from moto.iam.models import iam_backends

from tools.emulator.account import account_id
from tools.emulator.call import Call
from tools.emulator.helpers import state
from tools.emulator.helpers.registry import rule
from tools.emulator.refusal import Refusal

#: Of all inline policies of a role together.
MOST_CHARACTERS = 10_240


@rule("iam", "PutRolePolicy")
def inline_policies_fit(call: Call) -> Refusal | None:
    """Refuse a policy with which the inline policies of a role are too long; white space does not count.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html#reference_iam-quotas-entity-length
    """
    name = call.parameters["RoleName"]
    roles = iam_backends[account_id()][state.PARTITION].roles.values()
    role = next((one for one in roles if one.name == name), None)
    if role is None:
        return None
    policies = {**role.policies, call.parameters["PolicyName"]: call.parameters["PolicyDocument"]}
    if sum(len(re.sub(r"\s", "", one)) for one in policies.values()) <= MOST_CHARACTERS:
        return None
    message = f"Maximum policy size of {MOST_CHARACTERS} bytes exceeded for role {name}"
    return Refusal(code="LimitExceeded", message=message, status=409)
