"""Roles that AWS services take on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cdktf_cdktf_provider_aws.iam_role import IamRole
from cdktf_cdktf_provider_aws.iam_role_policy import IamRolePolicy
from constructs import Construct

from modules.identity.policy import Condition, PolicyDocument, Statement, service, string_equals

if TYPE_CHECKING:
    from collections.abc import Sequence

    from modules.region import Region


class ServiceRole(Construct):
    """A role that one AWS service may take on, for this account only, with one policy of its own.

    Parameters
    ----------
    region
        The region it works in; roles are global, so the region is part of its name.
    identifier
        What the name says of it.
    trusted_service
        The service that takes it on, such as ``vpc-flow-logs``.
    trust_conditions
        Conditions besides ``aws:SourceAccount``, which keeps other accounts' resources from borrowing the service.
    statements
        What the role may do.

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
        trust_conditions: Sequence[Condition] = (),
    ) -> None:
        super().__init__(scope, id_)
        trust = PolicyDocument(
            self,
            "trust",
            region=region,
            statements=[
                Statement(
                    actions=["sts:AssumeRole"],
                    principals=[service(trusted_service)],
                    condition=[string_equals("aws:SourceAccount", region.account_id), *trust_conditions],
                )
            ],
        )
        self.resource = IamRole(
            self,
            "Resource",
            provider=region.provider,
            name=region.names.of("role", identifier),
            assume_role_policy=trust.json,
            permissions_boundary=region.settings.identity.permissions_boundary,
        )
        self.arn = self.resource.arn
        permissions = PolicyDocument(self, "permissions", region=region, statements=statements)
        # Attached to the role and to nothing else, so it cannot be handed on.
        self.policy = IamRolePolicy(
            self,
            "policy",
            provider=region.provider,
            name=region.names.of("policy", identifier),
            role=self.resource.id,
            policy=permissions.json,
        )
