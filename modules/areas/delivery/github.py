"""Roles that workflows of a repository on GitHub assume with OpenID Connect, so that GitHub keeps no key of AWS."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from cdktf_cdktf_provider_aws.data_aws_iam_openid_connect_provider import DataAwsIamOpenidConnectProvider
from cdktf_cdktf_provider_aws.iam_openid_connect_provider import IamOpenidConnectProvider
from cdktf_cdktf_provider_aws.iam_policy import IamPolicy
from cdktf_cdktf_provider_aws.iam_role import IamRole
from cdktf_cdktf_provider_aws.iam_role_policies_exclusive import IamRolePoliciesExclusive
from cdktf_cdktf_provider_aws.iam_role_policy_attachment import IamRolePolicyAttachment
from cdktf_cdktf_provider_aws.iam_role_policy_attachments_exclusive import IamRolePolicyAttachmentsExclusive
from constructs import Construct

from modules.areas.delivery.names import ACCOUNT, AUDIENCE, ISSUER, POLICIES
from modules.blocks.identity.policy import PolicyDocument, Principals, Statement, string_equals
from modules.settings.delivery import DEPLOYER, PLANNER
from modules.settings.ownership import MANAGED

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from modules.core.region import Region

#: Seconds that a session may last. A deployment waits for databases, which can take hours.
PLAN_SECONDS, DEPLOY_SECONDS = 3600, 4 * 3600


class GitHubRoles(Construct):
    """The planner's and the deployer's role, and the account's OIDC provider of GitHub if it is ``managed``.

    Pull requests and the branch of the settings may assume the planner's role, and only jobs of the environment that
    run on the branch may assume the deployer's: GitHub signs such a job's token with the environment as its subject,
    once the protection rules of the environment, such as a required approval, let it run. GitHub makes an environment
    that does not exist, without rules, when a workflow names it, so the branch (``ref``) is a condition of its own. All
    conditions are of equality.

    Parameters
    ----------
    region
        The home region. Roles are global.

    See https://docs.github.com/en/actions/reference/security/oidc,
    https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_create_for-idp_oidc.html and, for ``ref``,
    https://aws.amazon.com/about-aws/whats-new/2026/01/aws-sts-supports-validation-identity-provider-claims
    """

    def __init__(self, scope: Construct, id_: str, *, region: Region) -> None:
        super().__init__(scope, id_)
        github = region.settings.delivery.github
        if github.oidc_provider == MANAGED:
            # AWS trusts GitHub's certificates by itself, so no thumbprint is named:
            # https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_providers_create_oidc_verify-thumbprint.html
            provider = IamOpenidConnectProvider(
                self, "provider", provider=region.provider, url=f"https://{ISSUER}", client_id_list=[AUDIENCE]
            ).arn
        else:
            provider = DataAwsIamOpenidConnectProvider(
                self, "existing-provider", provider=region.provider, url=f"https://{ISSUER}"
            ).arn
        ref = f"refs/heads/{github.branch}"
        on_the_branch = string_equals(f"{ISSUER}:ref", ref)
        for id_of_role, name, subjects, more, seconds in (
            ("planner", PLANNER, ("pull_request", f"ref:{ref}"), [], PLAN_SECONDS),
            ("deployer", DEPLOYER, (f"environment:{github.environment}",), [on_the_branch], DEPLOY_SECONDS),
        ):
            trust = Statement(
                actions=["sts:AssumeRoleWithWebIdentity"],
                principals=[Principals(type="Federated", identifiers=[provider])],
                condition=[
                    string_equals(f"{ISSUER}:aud", AUDIENCE),
                    string_equals(f"{ISSUER}:sub", *(f"repo:{github.repository}:{each}" for each in subjects)),
                    *more,
                ],
            )
            _Role(self, id_of_role, region=region, name=name, trust=trust, seconds=seconds)


class _Role(Construct):
    """A role with the least policies of ``iam/`` and no others."""

    def __init__(
        self, scope: Construct, id_: str, *, region: Region, name: str, trust: Statement, seconds: int
    ) -> None:
        super().__init__(scope, id_)
        document = PolicyDocument(self, "trust", region=region, statements=[trust])
        role = IamRole(
            self,
            "Resource",
            provider=region.provider,
            name=name,
            assume_role_policy=document.json,
            max_session_duration=seconds,
            permissions_boundary=region.settings.identity.permissions_boundary,
        ).name
        arns = []
        for number, text in enumerate(least_policies(id_), start=1):
            policy = IamPolicy(
                self,
                f"policy-{number}",
                provider=region.provider,
                name=f"{name}-{number}",
                policy=text.replace(ACCOUNT, region.account_id),
            )
            IamRolePolicyAttachment(
                self, f"attachment-{number}", provider=region.provider, role=role, policy_arn=policy.arn
            )
            arns.append(policy.arn)
        IamRolePoliciesExclusive(self, "policies", provider=region.provider, role_name=role, policy_names=[])
        IamRolePolicyAttachmentsExclusive(
            self, "attachments", provider=region.provider, role_name=role, policy_arns=arns
        )


def least_policies(role: str, *, folder: Path = POLICIES) -> Iterator[str]:
    """The texts of a role's policies, in order and without white space."""
    files = sorted(folder.glob(f"{role}-*.json"), key=lambda file: int(file.stem.rpartition("-")[2]))
    for file in files:
        yield json.dumps(json.loads(file.read_text(encoding="utf-8")), separators=(",", ":"))
