"""Location of the state: names that both the stacks and the tools use. Plain Python."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from modules.core.naming import Names, bucket_name
from modules.settings.companions import companion

if TYPE_CHECKING:
    from modules.settings import Settings


#: The identifier in the names of its buckets.
STATE = "state"


@dataclass(frozen=True, kw_only=True)
class StateLocation:
    """Bucket, lock table and key of the state, in the home region or, while that is dark, in its replica's.

    Parameters
    ----------
    region
        Their AWS region.
    names
        Names of that region.
    replica_region
        Region of the replica bucket, or ``None``.
    kept_in
        Region of the bucket with the state that counts: one of the two.
    """

    region: str
    names: Names
    replica_region: str | None
    kept_in: str

    @classmethod
    def of(cls, settings: Settings) -> StateLocation:
        """The location according to the settings."""
        home = settings.home
        names = Names(environment=settings.environment, suffix=settings.environment_suffix, region=home)
        return cls(
            region=home,
            names=names,
            replica_region=settings.state.replica_region or companion(home, settings.regions),
            kept_in=settings.state.kept_in or home,
        )

    @property
    def lock_table(self) -> str:
        """Name of the DynamoDB table that holds the locks."""
        return self.names.of("dynamodb", "state-lock")

    @property
    def is_elsewhere(self) -> bool:
        """Whether the state that counts is that of the replica. It has no lock table, which is in the home region."""
        return self.kept_in != self.region

    @property
    def key_alias(self) -> str:
        """Alias of the key that the state is encrypted with."""
        return f"alias/{replace(self.names, region=self.kept_in).of('kms', 'state')}"

    def bucket(self, account_id: str) -> str:
        """Name of the state bucket in an account. It contains account and region: bucket names are global."""
        return bucket_name(replace(self.names, region=self.kept_in), STATE, account_id)

    def buckets(self, account_id: str) -> list[str]:
        """Names of the state bucket and of its replica, if there is one.

        Parameters
        ----------
        account_id
            Twelve digits, or a Terraform expression that becomes twelve digits.
        """
        regions = [self.region, *([self.replica_region] if self.replica_region else [])]
        return [bucket_name(replace(self.names, region=name), STATE, account_id) for name in regions]

    def key(self, stack: str) -> str:
        """Object key of a stack's state."""
        return f"{stack}/terraform.tfstate"
