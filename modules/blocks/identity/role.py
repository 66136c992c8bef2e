"""Roles that AWS services assume."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from cdktf_cdktf_provider_aws.iam_role import IamRole
from cdktf_cdktf_provider_aws.iam_role_policies_exclusive import IamRolePoliciesExclusive
from cdktf_cdktf_provider_aws.iam_role_policy import IamRolePolicy
from cdktf_cdktf_provider_aws.iam_role_policy_attachments_exclusive import IamRolePolicyAttachmentsExclusive
from constructs import Construct

from modules.blocks.identity.policy import Condition, PolicyDocument, Statement, service, string_equals
from modules.settings.regions import PARTITION

if TYPE_CHECKING:
    from collections.abc import Sequence

    from modules.core.region import Region


class Role(Construct):
    """A role with the permissions boundary of the settings, and with inline policies.

    It has no other policies: if somebody adds one, inline or attached, a plan shows it and an apply removes it.

    Parameters
    ----------
    region
        The region that it is for. Roles are global, so the region is part of the name.
    identifier
        The part of the name that tells it from other roles.
    trust
        The statement of its trust policy.

    See https://registry.terraform.io/providers/hashicorp/aws/5.100.0/docs/resources/iam_role_policies_exclusive and
    https://registry.terraform.io/providers/hashicorp/aws/5.100.0/docs/resources/iam_role_policy_attachments_exclusive
    """

    def __init__(self, scope: Construct, id_: str, *, region: Region, identifier: str, trust: Statement) -> None:
        super().__init__(scope, id_)
        self.region, self.identifier = region, identifier
        document = PolicyDocument(self, "trust", region=region, statements=[trust])
        self.resource = IamRole(
            self,
            "Resource",
            provider=region.provider,
            name=region.names.of("role", identifier),
            assume_role_policy=document.json,
            permissions_boundary=region.settings.identity.permissions_boundary,
        )
        self.arn = self.resource.arn
        self._names: list[str] = []
        role = self.resource.name
        self._policies = IamRolePoliciesExclusive(
            self, "policies", provider=region.provider, role_name=role, policy_names=[]
        )
        IamRolePolicyAttachmentsExclusive(self, "attachments", provider=region.provider, role_name=role, policy_arns=[])

    def allow(self, purpose: str, statements: Sequence[Statement]) -> IamRolePolicy:
        """Add an inline policy for one purpose, such as ``data``. Each area adds its own."""
        return self._add_policy(purpose, f"{self.identifier}-{purpose}", statements)

    def _add_policy(self, id_: str, identifier: str, statements: Sequence[Statement]) -> IamRolePolicy:
        document = PolicyDocument(self, f"{id_}-permissions", region=self.region, statements=statements)
        # An inline policy belongs to this role and cannot be attached to another.
        policy = IamRolePolicy(
            self,
            f"{id_}-policy",
            provider=self.region.provider,
            name=self.region.names.of("policy", identifier),
            role=self.resource.id,
            policy=document.json,
        )
        # By reference, so that Terraform creates this policy before it removes others from the role.
        self._names.append(policy.name)
        self._policies.policy_names = self._names
        return policy


class ServiceRole(Role):
    """A role that one AWS service may assume, with one policy of its own.

    Parameters
    ----------
    region
        The region that it is for. Roles are global, so the region is part of the name.
    identifier
        The part of the name that tells it from other roles.
    trusted_service
        The service that assumes it, such as ``vpc-flow-logs``.
    statements
        The permissions of the role.
    trust_conditions
        Conditions besides ``aws:SourceAccount``. They prevent the confused deputy: resources of other accounts cannot
        use the role through the service. ``None``, the default, leaves out ``aws:SourceAccount`` too. It is for
        services that do not send these keys, as far as AWS documents: with a condition they could not assume the role.

    See https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        region: Region,
        identifier: str,
        trusted_service: str,
        statements: Sequence[Statement],
        trust_conditions: Sequence[Condition] | None = None,
    ) -> None:
        this_account = string_equals("aws:SourceAccount", region.account_id)
        trust = Statement(
            actions=["sts:AssumeRole"],
            principals=[service(trusted_service)],
            condition=None if trust_conditions is None else [this_account, *trust_conditions],
        )
        super().__init__(scope, id_, region=region, identifier=identifier, trust=trust)
        self.policy = self._add_policy("own", identifier, statements)


class InstanceRole(Role):
    """A role of EC2 instances, without permissions until an area adds some.

    Its trust policy has no condition on the account: EC2 sends no such key, so a condition would deny every instance.
    None is needed either. An instance can only have a role of its own account, and only from someone with
    ``iam:PassRole`` on the role.

    Parameters
    ----------
    region
        The region that it is for. Roles are global, so the region is part of the name.
    identifier
        The part of the name that tells it from other roles.

    See https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/iam-roles-for-amazon-ec2.html
    """

    def __init__(self, scope: Construct, id_: str, *, region: Region, identifier: str) -> None:
        trust = Statement(actions=["sts:AssumeRole"], principals=[service("ec2")])
        super().__init__(scope, id_, region=region, identifier=identifier, trust=trust)


class FunctionRole(Role):
    """A role of Lambda functions, without permissions until an area adds some.

    Its trust policy has no condition on the account: Lambda sends no such key. A function can only have a role of its
    own account, and only from someone with ``iam:PassRole`` on the role.

    Parameters
    ----------
    region
        The region that it is for. Roles are global, so the region is part of the name.
    identifier
        The part of the name that tells it from other roles.

    See https://docs.aws.amazon.com/lambda/latest/dg/lambda-intro-execution-role.html
    """

    def __init__(self, scope: Construct, id_: str, *, region: Region, identifier: str) -> None:
        trust = Statement(actions=["sts:AssumeRole"], principals=[service("lambda")])
        super().__init__(scope, id_, region=region, identifier=identifier, trust=trust)


def role_arn(region: Region, identifier: str, *, home: str | None = None) -> str:
    """ARN of the role ``identifier`` of the region named ``home``, by default of ``region`` itself.

    It is for conditions on ``aws:PrincipalArn``: they can name a role that is created later or in another region.
    """
    names = replace(region.names, region=home or region.name)
    return f"arn:{PARTITION}:iam::{region.account_id}:role/{names.of('role', identifier)}"
