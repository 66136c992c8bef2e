"""Settings of IAM roles."""

from __future__ import annotations

from modules.settings.types import PolicyArn, Section


class IdentitySettings(Section):
    """Every IAM role.

    Parameters
    ----------
    permissions_boundary
        ARN of the managed policy that is every role's permissions boundary.
    """

    permissions_boundary: PolicyArn | None = None
