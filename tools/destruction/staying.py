"""What a destruction leaves as it is: keys that are still needed, and what protects others in the account."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Self

from tools.destruction.going import Clients, Going
from tools.destruction.kept import Kept, keep
from tools.errors import ToolError

#: The IAM actions that asking for locks takes; what keys encrypt is read by `survey`.
ACTIONS = ("backup:DescribeBackupVault",)
VAULT_LOCK = "aws_backup_vault_lock_configuration"
#: An account has one of each, or a region: without the platform they protect what others have made under them.
SHARED = {
    "aws_ebs_encryption_by_default": "EBS goes on encrypting new volumes, with the key that AWS manages",
    "aws_s3_account_public_access_block": "S3 goes on blocking public access to all buckets",
    "aws_ssm_service_setting": "documents of Systems Manager are still shared with nobody",
    "aws_iam_account_password_policy": "the password policy of IAM users stays",
}


@dataclass(frozen=True, kw_only=True)
class Staying:
    """What a destruction leaves; false if that is nothing.

    Parameters
    ----------
    keys : sequence of Kept
        Keys that encrypt something that stays.
    others : sequence of Going
        What protects others in the account, and locks that AWS lets nobody take off.
    data : sequence of Going
        Buckets and vaults of retired regions that the settings keep, with what was set for them.
    """

    keys: Sequence[Kept] = ()
    others: Sequence[Going] = ()
    data: Sequence[Going] = ()

    @classmethod
    def of(cls, going: Sequence[Going], clients: Clients) -> Self:
        """Find what has to stay of all that would go. Raises as `keep` does."""
        return cls(keys=keep(going, clients), others=shared(going, clients))

    def __bool__(self) -> bool:
        return bool(self.keys or self.others or self.data)

    @property
    def addresses(self) -> list[str]:
        """Their addresses in Terraform."""
        found = [*(each.key.address for each in self.keys), *(each.address for each in (*self.others, *self.data))]
        return list(dict.fromkeys(found))

    def lines(self) -> list[str]:
        """Say what stays, and why."""
        lines = []
        if stores := [one for one in self.data if one.kind in {"aws_s3_bucket", "aws_backup_vault"}]:
            lines += ["kept by `leaving`, and no longer the platform's:"]
            names = [str(one.attributes.get("bucket") or one.attributes.get("name")) for one in stores]
            lines += [f"  {name} in {one.region}" for name, one in zip(names, stores, strict=True)]
        if self.keys:
            lines += ["kept, because they encrypt what stays:", *(f"  {each.text}" for each in self.keys)]
        if self.others:
            lines += ["left as they are, and no longer the platform's:"]
            lines += [
                f"  {one.address}: {SHARED.get(one.kind, 'a lock that AWS lets nobody take off')}"
                for one in self.others
            ]
        return lines


def shared(going: Sequence[Going], clients: Clients) -> list[Going]:
    """List what of all that would go stays as it is: what protects others, and locks that AWS lets nobody take off.

    A vault that is locked for good goes with its lock once it is empty; the lock alone does not go.
    See https://docs.aws.amazon.com/aws-backup/latest/devguide/API_DeleteBackupVaultLockConfiguration.html
    """
    locks = [one for one in going if one.kind == VAULT_LOCK and one.attributes.get("changeable_for_days")]
    return [
        *(one for one in going if one.kind in SHARED),
        *(one for one in locks if locked_for_good(str(one.attributes["backup_vault_arn"]), clients)),
    ]


def locked_for_good(vault_arn: str, clients: Clients) -> bool:
    """Tell whether nobody can take the lock off a vault any more; one that is gone has none."""
    from botocore.exceptions import ClientError  # noqa: PLC0415 - slow to import

    region, name = vault_arn.split(":")[3], vault_arn.rpartition(":")[2]
    try:
        date = clients("backup", region).describe_backup_vault(BackupVaultName=name).get("LockDate")
    except ClientError as error:
        if error.response["Error"]["Code"] == "ResourceNotFoundException":
            return False
        raise ToolError(f"the lock of the vault {name} in {region} cannot be read: {error}") from error
    return isinstance(date, datetime) and date <= datetime.now(UTC)
