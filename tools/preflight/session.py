"""The credentials: how long they last."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from tools.preflight.check import Check
from tools.preflight.finding import Finding
from tools.preflight.subject import Look

FIRST = timedelta(hours=3)
"""What a first deployment may take: replicas in other regions are made of a snapshot of the writer."""
LATER = timedelta(hours=1)
_NOT_RENEWED = {"env"}


def session_end(credentials: Any) -> datetime | None:  # noqa: ANN401 - botocore has no types
    """Return when credentials end that nobody renews; None for others, and where they do not say.

    Of credentials in the environment the end is known if `AWS_CREDENTIAL_EXPIRATION` stands beside them, as `aws
    configure export-credentials --format env` writes it. Those of roles, SSO and processes are renewed by every SDK.

    See https://docs.aws.amazon.com/cli/latest/reference/configure/export-credentials.html
    """
    if getattr(credentials, "method", None) not in _NOT_RENEWED:
        return None
    # botocore tells nobody when credentials end, and keeps it here.
    end = getattr(credentials, "_expiry_time", None)
    return end if isinstance(end, datetime) else None


def _lasts(look: Look) -> Iterator[Finding]:
    end = look.subject.session_end()
    if end is None:
        return
    left = end - look.subject.now
    first = not look.subject.held.addresses
    needed = FIRST if first else LATER
    if left < needed:
        minutes = max(int(left.total_seconds() // 60), 0)
        what = "a first deployment" if first else "a deployment"
        yield look.warns(
            f"the credentials end in {minutes} minutes, and {what} may take {needed.total_seconds() / 3600:.0f} hours",
            "take a session that lasts longer: a deployment that loses its credentials half-way leaves a lock, and the "
            "newest state in errored.tfstate alone",
            "aws iam update-role --role-name ROLE --max-session-duration 14400",
        )


CHECKS = (Check(name="session", place="account", run=_lasts, actions=()),)
