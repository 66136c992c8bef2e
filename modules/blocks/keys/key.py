"""Customer managed keys."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cdktf_cdktf_provider_aws.kms_alias import KmsAlias
from cdktf_cdktf_provider_aws.kms_key import KmsKey
from constructs import Construct

from modules.blocks.identity.policy import Condition, PolicyDocument, Statement, account, string_equals

if TYPE_CHECKING:
    from collections.abc import Sequence

    from modules.core.region import Region


class Key(Construct):
    """A symmetric key with yearly rotation and an alias.

    Parameters
    ----------
    region
        Its region.
    purpose
        What it encrypts, in one word; part of the alias.
    statements
        Statements of its policy that allow its use. The account always keeps the permission to administer the key, so
        that nobody can lock it.

    See https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-default.html
    """

    def __init__(
        self, scope: Construct, id_: str, *, region: Region, purpose: str, statements: Sequence[Statement] = ()
    ) -> None:
        super().__init__(scope, id_)
        self.region = region
        administration = Statement(
            sid="AccountAdministersTheKey", actions=["kms:*"], resources=["*"], principals=[account(region)]
        )
        policy = PolicyDocument(self, "policy", region=region, statements=[administration, *statements])
        self.resource = KmsKey(
            self,
            "Resource",
            provider=region.provider,
            description=f"Encrypts {purpose} in {region.name}",
            enable_key_rotation=True,
            deletion_window_in_days=region.settings.keys.deletion_window_days,
            policy=policy.json,
            tags={"Name": region.names.of("kms", purpose)},
        )
        self.alias = KmsAlias(
            self,
            "alias",
            provider=region.provider,
            name=f"alias/{region.names.of('kms', purpose)}",
            target_key_id=self.resource.key_id,
        )
        self.arn = self.resource.arn

    def use_statement(self, sid: str, *, service: str, actions: Sequence[str], context: Condition) -> Statement:
        """Statement that allows a role to use the key through one service of its region, for one encryption context.

        Parameters
        ----------
        sid
            The statement's identifier.
        service
            The service's name in ``kms:ViaService``, such as ``s3``.
        actions
            Actions of KMS.
        context
            A condition on the encryption context that the service sends.

        See https://docs.aws.amazon.com/kms/latest/developerguide/conditions-kms.html#conditions-kms-via-service
        """
        through = string_equals("kms:ViaService", f"{service}.{self.region.name}.amazonaws.com")
        return Statement(sid=sid, actions=list(actions), resources=[self.arn], condition=[through, context])
