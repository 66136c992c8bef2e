"""Administrators: nobody is to be shut out by the policy that the next bootstrap puts on the state's buckets."""

import re
from collections.abc import Iterator, Sequence
from fnmatch import fnmatchcase

from tools.preflight.check import Check
from tools.preflight.finding import Finding
from tools.preflight.subject import Look

_SESSION = re.compile(r"arn:aws:sts::\d{12}:assumed-role/(?P<role>[^/]+)/.+")


def caller(look: Look) -> str:
    """Return the ARN by which policies know the caller: of a session, that of its role with the role's path.

    See https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html#condition-keys-principalarn
    """
    arn = str(look.client("sts").get_caller_identity()["Arn"])
    session = _SESSION.fullmatch(arn)
    if session is None:
        return arn
    return str(look.client("iam").get_role(RoleName=session["role"])["Role"]["Arn"])


def is_named(arn: str, patterns: Sequence[str]) -> bool:
    """Tell whether one of the patterns names a role or user; the account root is never shut out."""
    return arn.endswith(":root") or any(fnmatchcase(arn, pattern) for pattern in patterns)


def _are_let_in(look: Look) -> Iterator[Finding]:
    yield from _are_of_the_account(look)
    named, here = look.settings.state_administrators, caller(look)
    patterns = named or (here,)
    setting = "state.administrators" if look.settings.state.administrators else "storage.administrators"
    if not is_named(here, patterns):
        yield look.stops(
            f"{setting} does not name {here}, which runs this: the policy of the state's buckets would refuse it, and "
            "the state could not be read any more",
            "name it, or run this as one that is named",
            _pasted([*named, here]),
        )
    # Whoever was named and is no more has been taken out by someone who thought of it.
    left = [] if named else [arn for arn in sorted(look.subject.held.administrators) if not is_named(arn, patterns)]
    if left:
        yield look.stops(
            f"no setting names who may reach the state, so it would be {here} alone, and {', '.join(left)} applied "
            "what stands: the policy of the state's buckets would shut it out",
            "name everyone that plans or applies",
            _pasted([*left, here]),
        )


def _are_of_the_account(look: Look) -> Iterator[Finding]:
    # Where the settings name the account they are refused for it.
    settings, account = look.settings, look.subject.account_id
    named = {*settings.state.administrators, *settings.storage.administrators}
    if foreign := sorted(arn for arn in named if arn.split(":")[4] != account):
        yield look.warns(
            f"administrators of another account than {account} are named: {', '.join(foreign)}; no policy of the "
            "buckets lets them in",
            "name roles and users of this account in state.administrators and storage.administrators",
        )


def _pasted(arns: Sequence[str]) -> str:
    # The root is let in without a name, and is no role.
    return f"state: {{administrators: [{', '.join(arn for arn in arns if not arn.endswith(':root'))}]}}"


CHECKS = (
    Check(
        name="administrators of the state",
        place="account",
        run=_are_let_in,
        actions=("iam:GetRole",),
        for_backend=True,
    ),
)
