"""Sessions of roles that AWS's services open, such as Lambda for a function and Step Functions for an execution."""

from moto.sts.models import AssumedRole, sts_backends

from tools.emulator.account import account_id

PARTITION = "aws"
SESSION_SECONDS = 3600


def session_of(role_arn: str, *, name: str, region: str) -> AssumedRole:
    """Return the session of a role under a name: always the same, as nothing ends a session here.

    Parameters
    ----------
    role_arn : str
        The role.
    name : str
        The session's name, the last part of its ARN.
    region : str
        Where it is opened.
    """
    backend = sts_backends[account_id()][PARTITION]
    sessions: dict[tuple[str, str], AssumedRole] = backend.__dict__.setdefault("sessions_of_services", {})
    if (role_arn, name) not in sessions:
        sessions[role_arn, name] = backend.assume_role(
            region_name=region,
            role_session_name=name,
            role_arn=role_arn,
            policy="",
            duration=SESSION_SECONDS,
            external_id="",
        )
    return sessions[role_arn, name]
