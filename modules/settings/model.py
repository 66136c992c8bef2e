"""The settings, key by key. Only the eight keys without a default must be given."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from modules.settings.account import AccountSettings
from modules.settings.alarms import AlarmSettings
from modules.settings.alerts import AlertSettings
from modules.settings.backup import BackupSettings
from modules.settings.budget import BudgetSettings
from modules.settings.compute import ComputeSettings
from modules.settings.configuration import ConfigurationSettings
from modules.settings.database import DatabaseSettings
from modules.settings.entry import EntrySettings
from modules.settings.findings import FindingSettings
from modules.settings.network import NetworkSettings
from modules.settings.secrets import SecretSettings
from modules.settings.sessions import SessionSettings
from modules.settings.storage import PrincipalPattern, StorageSettings
from modules.settings.topology import Topology, nearest_region, topology
from modules.settings.trail import TrailSettings
from modules.settings.types import (
    NONE,
    AccountId,
    Domain,
    EnvironmentName,
    EnvironmentSuffix,
    PolicyArn,
    RegionName,
    RetentionDays,
    Section,
    TagValue,
    some_of,
)


class LogSettings(Section):
    """Every CloudWatch log group.

    Parameters
    ----------
    retention_days
        Days that log events are kept. One year by default.
    """

    retention_days: RetentionDays = 365


class KeySettings(Section):
    """Every customer managed key.

    Parameters
    ----------
    deletion_window_days
        Days between the order to delete a key and its deletion. 30, the longest, by default.
    """

    deletion_window_days: Annotated[int, Field(ge=7, le=30)] = 30


class IdentitySettings(Section):
    """Every IAM role.

    Parameters
    ----------
    permissions_boundary
        ARN of a managed policy that bounds every role. None by default.
    """

    permissions_boundary: PolicyArn | None = None


class StateSettings(Section):
    """Where Terraform keeps its state.

    Parameters
    ----------
    replica_region
        Region that the state bucket is replicated to. By default the nearest of the others, by name and whatever
        their order; none if there is only one region.
    dynamodb_lock
        Whether the DynamoDB lock is taken besides the lock file in the bucket, which Terraform 1.11 made the successor.
        Yes by default.
    administrators
        ARNs of roles and users, or patterns of them, that may reach the state besides the account root: who makes the
        backend, who plans and who deploys. What they may do is left to their own policies. Empty, the default, means
        those of ``storage.administrators``, or else the one that makes the backend.
    """

    replica_region: RegionName | None = None
    dynamodb_lock: bool = True
    administrators: tuple[PrincipalPattern, ...] = ()


class Settings(Section):
    """A whole settings file.

    Parameters
    ----------
    environment
        Opens every name, in upper case, and is the tag ``Environment``.
    environment_suffix
        Tells copies of the platform in one account apart. ``ENVIRONMENT_SUFFIX`` in the environment overrides it.
    owner, cost_center, project
        The tags ``Owner``, ``CostCenter`` and ``Project``.
    regions
        The AWS regions, in any order.
    primary_region
        The region that the platform is run from: it holds the database's writer unless the settings say otherwise.
    home_region
        The region that holds what exists once and cannot move: the state, and what secrets and tables were made in.
        The primary region by default. When ``primary_region`` moves, name the old one here, and all of it stays.
    domain
        The public DNS name under which certificates and records are made.
    account_id
        The AWS account. Given, Terraform refuses every other account, and the state bucket's name is complete in the
        output; left out, the tools ask AWS for it.
    """

    environment: EnvironmentName
    environment_suffix: EnvironmentSuffix
    owner: TagValue
    cost_center: TagValue
    project: TagValue
    regions: Annotated[tuple[RegionName, ...], some_of("AWS regions")]
    primary_region: RegionName
    domain: Domain
    home_region: RegionName | None = None
    account_id: AccountId | None = None
    network: NetworkSettings = NetworkSettings()
    logs: LogSettings = LogSettings()
    keys: KeySettings = KeySettings()
    identity: IdentitySettings = IdentitySettings()
    state: StateSettings = StateSettings()
    account: AccountSettings = AccountSettings()
    storage: StorageSettings = StorageSettings()
    compute: ComputeSettings = ComputeSettings()
    entry: EntrySettings = EntrySettings()
    secrets: SecretSettings = SecretSettings()
    database: DatabaseSettings = DatabaseSettings()
    sessions: SessionSettings = SessionSettings()
    backup: BackupSettings = BackupSettings()
    budget: BudgetSettings = BudgetSettings()
    alarms: AlarmSettings = AlarmSettings()
    alerts: AlertSettings = AlertSettings()
    trail: TrailSettings = TrailSettings()
    configuration: ConfigurationSettings = ConfigurationSettings()
    findings: FindingSettings = FindingSettings()

    @property
    def home(self) -> str:
        """``home_region``, or what it is by default."""
        return self.home_region or self.primary_region

    @property
    def state_administrators(self) -> tuple[str, ...]:
        """``state.administrators``, or what they are by default; empty if they are whoever makes the backend."""
        return self.state.administrators or self.storage.administrators

    @property
    def topology(self) -> Topology:
        """Which region's database is written to, and what the others are."""
        primary = self.primary_region
        stated = {name: one.place(name, primary=primary) for name, one in self.database.instances.items()}
        return topology(self.regions, primary=primary, stated=stated)

    def backups_in(self, region: str) -> str | None:
        """Region that the backups of the database in ``region`` are replicated to, if the settings do not say none.

        There is none either where there is no other region.
        """
        stated = self.database.instances.get(region)
        others = [name for name in self.regions if name != region]
        found = (stated and stated.backups_in) or nearest_region(region, others)
        return None if found == NONE else found

    def replication_destinations(self, region: str) -> tuple[str, ...]:
        """Regions that the data bucket of ``region`` is replicated to, and that replicate theirs to it.

        Both ways between the primary and each other region, so that what is written after a failover comes back.
        """
        return self.secondary_regions if region == self.primary_region else (self.primary_region,)

    @property
    def secondary_regions(self) -> tuple[str, ...]:
        """Every region but the primary, in the order of the file."""
        return tuple(region for region in self.regions if region != self.primary_region)

    def backup_copies_of(self, region: str) -> str | None:
        """Region that takes copies of the backups of ``region``; none where there is one region."""
        # By name and not by place in the file: another order of the regions must not send the copies elsewhere.
        others = sorted(name for name in self.regions if name != self.home)
        return (self.backup.copy_region or next(iter(others), None)) if region == self.home else self.home

    @property
    def tags(self) -> dict[str, str]:
        """The tags that everything bears."""
        return {
            "Environment": self.environment,
            "Owner": self.owner,
            "CostCenter": self.cost_center,
            "Project": self.project,
        }
