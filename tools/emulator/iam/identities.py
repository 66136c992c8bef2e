"""Who signed a call, and which policies it has."""

import json
from collections.abc import Iterable

from moto.iam.models import Group, ManagedPolicy, Role, User, iam_backends
from moto.sts.models import AssumedRole, sts_backends

from tools.emulator.iam.evaluation import Document, Policies
from tools.emulator.policy import Caller

PARTITION = "aws"


def identity_of(access_key: str, account_id: str) -> tuple[Caller, Policies] | None:
    """Return the user or the session that a key belongs to, with its policies.

    None for a key that IAM never gave out: the root of the account, to whom no policy of IAM applies.

    Parameters
    ----------
    access_key : str
        The key that signed.
    account_id : str
        The account.
    """
    iam = iam_backends[account_id][PARTITION]
    root = f"arn:{PARTITION}:iam::{account_id}:root"
    session: AssumedRole | None = sts_backends[account_id][PARTITION].get_assumed_role_from_access_key(access_key)
    if session is not None:
        roles: list[Role] = [role for role in iam.roles.values() if role.arn == session.role_arn]
        caller = Caller(identities=(session.arn, session.role_arn, root), account_id=account_id)
        boundary = next((role.permissions_boundary_arn for role in roles), None)
        return caller, Policies(
            # A role that has been deleted since allows its sessions nothing.
            identity=_documents(roles),
            boundary=_managed(iam.managed_policies[boundary]) if boundary else None,
            session=json.loads(session.policy) if session.policy else None,
        )
    user: User | None = iam.get_user_from_access_key_id(access_key) if access_key else None
    if user is None:
        return None
    caller = Caller(identities=(user.arn, root), account_id=account_id)
    return caller, Policies(identity=_documents([user, *iam.get_groups_for_user(user.name)]))


def account_of_session(access_key: str) -> str:
    """Return the account of the role that STS gave a session this key for; empty if it gave out no such key.

    Parameters
    ----------
    access_key : str
        The key that signed.
    """
    for account_id, backends in list(sts_backends.items()):
        if backends[PARTITION].get_assumed_role_from_access_key(access_key) is not None:
            return str(account_id)
    return ""


def _documents(owners: Iterable[Role | User | Group]) -> list[Document]:
    found: list[Document] = []
    for owner in owners:
        found += [json.loads(text) for text in owner.policies.values()]
        found += [_managed(policy) for policy in owner.managed_policies.values()]
    return found


def _managed(policy: ManagedPolicy) -> Document:
    version = next(each for each in policy.versions if each.version_id == policy.default_version_id)
    document: Document = json.loads(version.document)
    return document
