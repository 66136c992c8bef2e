"""Administrators of the buckets, and a check that nobody locks themselves out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cdktf import Postcondition, TerraformResourceLifecycle
from cdktf_cdktf_provider_aws.data_aws_caller_identity import DataAwsCallerIdentity
from cdktf_cdktf_provider_aws.data_aws_iam_session_context import DataAwsIamSessionContext
from constructs import Construct

if TYPE_CHECKING:
    from collections.abc import Sequence

    from modules.core.region import Region


class Administrators(Construct):
    """Roles and users that bucket policies do not deny: those of the settings, or else the caller who applies.

    If the settings name some and the caller of the plan is not among them, the plan fails with a message: the apply
    would deny the caller access to the buckets.

    Parameters
    ----------
    region
        The region whose provider identifies the caller. Any region will do.
    named
        The ARNs, or patterns of them, that the settings name.
    setting
        The setting that names them, for the message.

    Attributes
    ----------
    arns
        Their ARNs, or patterns of them.

    See https://registry.terraform.io/providers/hashicorp/aws/5.100.0/docs/data-sources/iam_session_context
    """

    def __init__(self, scope: Construct, id_: str, *, region: Region, named: Sequence[str], setting: str) -> None:
        super().__init__(scope, id_)
        caller = DataAwsCallerIdentity(self, "caller", provider=region.provider)
        # For a session this is the role with its path, as in aws:PrincipalArn.
        context = DataAwsIamSessionContext(self, "Resource", provider=region.provider, arn=caller.arn)
        self.arns = list(named) or [context.issuer_arn]
        if named:
            matches = ", ".join(f'can(regex("^{_regex(pattern)}$", self.issuer_arn))' for pattern in named)
            context.lifecycle = TerraformResourceLifecycle(
                postcondition=[
                    Postcondition(
                        condition=f'${{anytrue([endswith(self.issuer_arn, ":root"), {matches}])}}',
                        error_message=f"{setting} does not name ${{self.issuer_arn}}, which deploys: the bucket "
                        "policies would shut it out; add it",
                    )
                ]
            )


def _regex(pattern: str) -> str:
    """Regular expression for an ARN pattern. It has no backslash, which HCL and JSON would each need escaped."""
    return "".join({"*": ".*", "?": "."}.get(letter, f"[{letter}]" if letter in ".+" else letter) for letter in pattern)
