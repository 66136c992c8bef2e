"""Roles that AWS services take on."""

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
    """A role within the permissions boundary of the settings, and policies that are attached to it alone.

    It has no others: what somebody else adds to it, inline or attached, a plan shows and an apply takes away.

    Parameters
    ----------
    region
        The region it works in; roles are global, so the region is part of its name.
    identifier
        What the name says of it.
    trust
        Who may take it on, and when.

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

    def allow(self, spec: str, statements: Sequence[Statement]) -> IamRolePolicy:
        """Attach a policy about one spec, such as ``data``; each area adds its own."""
        return self._attach(spec, f"{self.identifier}-{spec}", statements)

    def _attach(self, id_: str, identifier: str, statements: Sequence[Statement]) -> IamRolePolicy:
        document = PolicyDocument(self, f"{id_}-permissions", region=self.region, statements=statements)
        # Inline: it is part of this role, and cannot be attached to another.
        policy = IamRolePolicy(
            self,
            f"{id_}-policy",
            provider=self.region.provider,
            name=self.region.names.of("policy", identifier),
            role=self.resource.id,
            policy=document.json,
        )
        # By reference, so that it is there before others are taken away: nobody could make it from its name alone.
        self._names.append(policy.name)
        self._policies.policy_names = self._names
        return policy


class ServiceRole(Role):
    """A role that one AWS service may take on, with one policy of its own.

    Parameters
    ----------
    region
        The region it works in; roles are global, so the region is part of its name.
    identifier
        What the name says of it.
    trusted_service
        The service that takes it on, such as ``vpc-flow-logs``.
    statements
        What the role may do.
    trust_conditions
        Conditions besides ``aws:SourceAccount``, both of which keep other accounts' resources from borrowing the
        service. ``None``, the default, is for services that AWS documents no such key of: with a condition on a key
        that is not sent the role could not be taken on at all.

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
        of_this_account = string_equals("aws:SourceAccount", region.account_id)
        trust = Statement(
            actions=["sts:AssumeRole"],
            principals=[service(trusted_service)],
            condition=None if trust_conditions is None else [of_this_account, *trust_conditions],
        )
        super().__init__(scope, id_, region=region, identifier=identifier, trust=trust)
        self.policy = self._attach("own", identifier, statements)


class InstanceRole(Role):
    """A role of EC2 instances, without permissions until an area allows it something.

    Its trust has no condition on the account, because EC2 sends none of the keys for it: a condition would refuse every
    instance. EC2 needs none either, since an instance only ever gets a role of its own account, from someone with
    ``iam:PassRole`` on it.

    Parameters
    ----------
    region
        The region it works in; roles are global, so the region is part of its name.
    identifier
        What the name says of it.

    See https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/iam-roles-for-amazon-ec2.html
    """

    def __init__(self, scope: Construct, id_: str, *, region: Region, identifier: str) -> None:
        trust = Statement(actions=["sts:AssumeRole"], principals=[service("ec2")])
        super().__init__(scope, id_, region=region, identifier=identifier, trust=trust)


class FunctionRole(Role):
    """A role of Lambda functions, without permissions until an area allows it something.

    Its trust has no condition on the account either, because Lambda sends none of the keys for it. A function only ever
    gets a role of its own account, from someone with ``iam:PassRole`` on it.

    Parameters
    ----------
    region
        The region it works in; roles are global, so the region is part of its name.
    identifier
        What the name says of it.

    See https://docs.aws.amazon.com/lambda/latest/dg/lambda-intro-execution-role.html
    """

    def __init__(self, scope: Construct, id_: str, *, region: Region, identifier: str) -> None:
        trust = Statement(actions=["sts:AssumeRole"], principals=[service("lambda")])
        super().__init__(scope, id_, region=region, identifier=identifier, trust=trust)


def role_arn(region: Region, identifier: str, *, home: str | None = None) -> str:
    """ARN of the role ``identifier`` of the region named ``home``, by default of ``region`` itself.

    For conditions on ``aws:PrincipalArn``, which may name a role that is made later or in another region.
    """
    names = replace(region.names, region=home or region.name)
    return f"arn:{PARTITION}:iam::{region.account_id}:role/{names.of('role', identifier)}"
