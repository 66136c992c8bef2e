"""Settings of resources that an account has once, or once in each region."""

from __future__ import annotations

from modules.settings.ownership import ByRegion, Ownership  # noqa: TC001 - pydantic reads the annotations
from modules.settings.types import Section


class AccountSettings(Section):
    """Who owns a resource that an account has once: ``managed`` (the default) this platform, ``existing`` someone else.

    A resource of each region also takes a mapping of regions to one of the two; regions that it does not name are
    ``managed``.

    Parameters
    ----------
    ebs_encryption
        EBS encryption of every new volume, with the volumes key of the region.
    s3_public_access_block
        The account's block of public access to S3.
    password_policy
        The account's password policy for IAM users.
    access_analyzer
        An analyzer of IAM Access Analyzer for access from outside the account, in each region.
    private_documents
        The block of public sharing of Systems Manager documents, in each region.
    session_manager
        The preferences of Session Manager, in each region: sessions are logged and have a maximum duration. Where they
        are ``existing``, instances have no permission for the log group that they name.
    """

    ebs_encryption: ByRegion[Ownership] = "managed"
    s3_public_access_block: Ownership = "managed"
    password_policy: Ownership = "managed"  # noqa: S105 - who owns it
    access_analyzer: ByRegion[Ownership] = "managed"
    private_documents: ByRegion[Ownership] = "managed"
    session_manager: ByRegion[Ownership] = "managed"
