"""STS: who the emulator's own key is, and sessions of roles in other accounts."""

from collections.abc import Callable

from moto.core.responses import BaseResponse
from moto.sts.models import STSBackend

from tools.emulator.helpers.replacing import wrap
from tools.emulator.iam.identities import account_of_session


def get_caller_identity(
    original: Callable[..., tuple[str, str, str]], backend: STSBackend, access_key_id: str, region: str
) -> tuple[str, str, str]:
    """Answer as the root of the account for a key that moto never gave out.

    moto answers ``arn:aws:sts::…:user/moto``, which is no ARN of AWS: policies that name the caller would be refused.
    """
    user_id, arn, account_id = original(backend, access_key_id, region)
    if arn.endswith(":user/moto") and ":sts:" in arn:
        return account_id, f"arn:{backend.partition}:iam::{account_id}:root", account_id
    return user_id, arn, account_id


def get_current_account(original: Callable[..., str], response: BaseResponse) -> str:
    """Answer a session of a role in another account from that account.

    moto answers every call as the account that its environment names.
    """
    return account_of_session(response.get_access_key()) or original(response)


def apply() -> None:
    """Apply the patch."""
    wrap(BaseResponse, "get_current_account", get_current_account)
    wrap(STSBackend, "get_caller_identity", get_caller_identity)
