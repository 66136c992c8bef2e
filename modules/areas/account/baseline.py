"""Account settings, global and per region. The settings file can leave each of them to another owner."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cdktf_cdktf_provider_aws.accessanalyzer_analyzer import AccessanalyzerAnalyzer
from cdktf_cdktf_provider_aws.ebs_default_kms_key import EbsDefaultKmsKey
from cdktf_cdktf_provider_aws.ebs_encryption_by_default import EbsEncryptionByDefault
from cdktf_cdktf_provider_aws.iam_account_password_policy import IamAccountPasswordPolicy
from cdktf_cdktf_provider_aws.s3_account_public_access_block import S3AccountPublicAccessBlock
from cdktf_cdktf_provider_aws.ssm_service_setting import SsmServiceSetting
from constructs import Construct

from modules.settings.ownership import MANAGED, in_region

if TYPE_CHECKING:
    from modules.blocks.keys.key import Key
    from modules.core.region import Region

MINIMUM_LENGTH = 14
REUSE_PREVENTED = 24
MAXIMUM_AGE_DAYS = 90


class RegionBaseline(Construct):
    """The account settings of one region.

    Every new EBS volume is encrypted. Systems Manager documents cannot be shared publicly. IAM Access Analyzer reports
    access from outside the account.

    Parameters
    ----------
    region
        The region, with ``account`` of the settings.
    key
        The default KMS key for EBS volumes.

    See https://docs.aws.amazon.com/ebs/latest/userguide/encryption-by-default.html and
    https://docs.aws.amazon.com/systems-manager/latest/userguide/documents-ssm-sharing.html
    """

    def __init__(self, scope: Construct, id_: str, *, region: Region, key: Key) -> None:
        super().__init__(scope, id_)
        account = region.settings.account
        if in_region(account.ebs_encryption, region.name) == MANAGED:
            EbsEncryptionByDefault(self, "ebs-encryption", provider=region.provider, enabled=True)
            EbsDefaultKmsKey(self, "ebs-key", provider=region.provider, key_arn=key.arn)
        if in_region(account.private_documents, region.name) == MANAGED:
            SsmServiceSetting(
                self,
                "private-documents",
                provider=region.provider,
                setting_id=region.arn("ssm", "servicesetting/ssm/documents/console/public-sharing-permission"),
                setting_value="Disable",
            )
        if in_region(account.access_analyzer, region.name) == MANAGED:
            name = region.names.of("analyzer", "external-access")
            AccessanalyzerAnalyzer(
                self,
                "access-analyzer",
                provider=region.provider,
                analyzer_name=name,
                type="ACCOUNT",
                tags={"Name": name},
            )


class AccountBaseline(Construct):
    """The account's block of public access to S3, and its password policy for IAM users.

    Parameters
    ----------
    region
        The region whose provider makes the calls. The settings are global, so any region works.

    See https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html
    """

    def __init__(self, scope: Construct, id_: str, *, region: Region) -> None:
        super().__init__(scope, id_)
        account = region.settings.account
        if account.s3_public_access_block == "managed":
            S3AccountPublicAccessBlock(
                self,
                "s3-public-access-block",
                provider=region.provider,
                block_public_acls=True,
                block_public_policy=True,
                ignore_public_acls=True,
                restrict_public_buckets=True,
            )
        if account.password_policy == "managed":  # noqa: S105 - an owner, not a password
            IamAccountPasswordPolicy(
                self,
                "password-policy",
                provider=region.provider,
                minimum_password_length=MINIMUM_LENGTH,
                password_reuse_prevention=REUSE_PREVENTED,
                max_password_age=MAXIMUM_AGE_DAYS,
                require_lowercase_characters=True,
                require_uppercase_characters=True,
                require_numbers=True,
                require_symbols=True,
                allow_users_to_change_password=True,
                hard_expiry=False,
            )
