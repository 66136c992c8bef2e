"""A whole settings file. Only the eight keys without a default must be given."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping  # noqa: TC003 - pydantic reads the annotation
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field

from modules.settings.account import AccountSettings
from modules.settings.alarms import AlarmSettings
from modules.settings.alerts import AlertSettings
from modules.settings.backup import BackupSettings
from modules.settings.budget import BudgetSettings
from modules.settings.companions import companion
from modules.settings.compute import ComputeSettings
from modules.settings.configuration import ConfigurationSettings
from modules.settings.database import DatabaseSettings
from modules.settings.delivery import DeliverySettings
from modules.settings.entry import EntrySettings
from modules.settings.failover import FailoverSettings
from modules.settings.faults import Fault
from modules.settings.findings import FindingSettings
from modules.settings.identity import IdentitySettings
from modules.settings.keys import KeySettings
from modules.settings.logs import LogSettings
from modules.settings.network import NetworkSettings
from modules.settings.policy import PolicySettings
from modules.settings.retired import LeavingSettings  # noqa: TC001 - as above
from modules.settings.secrets import SecretSettings
from modules.settings.sessions import SessionSettings
from modules.settings.state import StateSettings
from modules.settings.storage import StorageSettings
from modules.settings.topology import Topology, topology
from modules.settings.trail import TrailSettings
from modules.settings.types import (
    NONE,
    ONCE,
    AccountId,
    Domain,
    EnvironmentName,
    EnvironmentSuffix,
    RegionName,
    Section,
    TagValue,
    some_of,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from modules.settings.draft import Draft


class Settings(Section):
    """A whole settings file.

    Parameters
    ----------
    environment
        The prefix of every name, in upper case, and the tag ``Environment``. It opens with none of ``amazon``,
        ``amzn``, ``aws``, ``ssm`` and ``sthree``, which AWS keeps for itself.
    environment_suffix
        Distinguishes copies of the platform in one account (docs/account-in-use.md). The environment variable
        ``ENVIRONMENT_SUFFIX`` overrides it.
    owner, cost_center, project
        The tags ``Owner``, ``CostCenter`` and ``Project``. AWS keeps values that begin with ``aws:`` or ``rds:`` for
        itself.
    regions
        The AWS regions, in any order (docs/network.md#regions has all that are known, docs/regions.md how one joins or
        leaves).
    primary_region
        The main region, one of ``regions``: it serves all traffic while it is healthy, unless ``entry.routing`` is
        ``latency``, and has the database's writer, unless ``database.instances`` says otherwise.
    domain
        The public DNS name of certificates and records; at most 64 characters unless ``entry.certificate_arns`` is set.
    home_region
        The region of what exists once and cannot move: the state, the original of each secret, the session table. When
        ``primary_region`` moves, set it to the old one, and they stay. By default ``primary_region``.
    name_region
        The region in the names of what exists once and does not change its name: the secrets, the session table, the
        dashboard, budgets and chat channels. When the home region moves because it is lost, set it to the old one
        (docs/region-lost.md). By default ``home_region``.
    lost_regions
        Regions that do not answer for so long that the platform goes on without them. They have no provider, nothing is
        built there and nothing destroyed. An instance may still be a replica of one (docs/region-lost.md).
    retired_regions
        Regions that have left. They keep their provider and nothing is built there, so that Terraform destroys what
        they had; taken out of the list when nothing is left (docs/regions.md#leave).
    leaving
        By region, what becomes of the data of a region that is about to leave, or is retired.
    account_id
        The only account that Terraform may change. With it the output has the complete name of the state bucket. By
        default the tools ask AWS.
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
    name_region: RegionName | None = None
    lost_regions: Annotated[tuple[RegionName, ...], ONCE] = ()
    retired_regions: Annotated[tuple[RegionName, ...], ONCE] = ()
    leaving: Mapping[RegionName, LeavingSettings] = Field(default_factory=dict)
    account_id: AccountId | None = None
    network: NetworkSettings = NetworkSettings()
    logs: LogSettings = LogSettings()
    keys: KeySettings = KeySettings()
    identity: IdentitySettings = IdentitySettings()
    state: StateSettings = StateSettings()
    delivery: DeliverySettings = DeliverySettings()
    account: AccountSettings = AccountSettings()
    storage: StorageSettings = StorageSettings()
    compute: ComputeSettings = ComputeSettings()
    entry: EntrySettings = EntrySettings()
    secrets: SecretSettings = SecretSettings()
    database: DatabaseSettings = DatabaseSettings()
    failover: FailoverSettings = FailoverSettings()
    sessions: SessionSettings = SessionSettings()
    backup: BackupSettings = BackupSettings()
    budget: BudgetSettings = BudgetSettings()
    alarms: AlarmSettings = AlarmSettings()
    alerts: AlertSettings = AlertSettings()
    trail: TrailSettings = TrailSettings()
    configuration: ConfigurationSettings = ConfigurationSettings()
    findings: FindingSettings = FindingSettings()
    policy: PolicySettings = PolicySettings()

    @property
    def home(self) -> str:
        """The home region: ``home_region`` if it is set, or else the primary region."""
        return self.home_region or self.primary_region

    @property
    def named_home(self) -> str:
        """The region in the names of what exists once: ``name_region`` if it is set, or else the home region."""
        return self.name_region or self.home

    @property
    def state_administrators(self) -> tuple[str, ...]:
        """``state.administrators`` or their default; empty if that is whoever creates the backend."""
        return self.state.administrators or self.storage.administrators

    @property
    def topology(self) -> Topology:
        """The database member of each region."""
        primary = self.primary_region
        stated = {
            region: instance.member(region, primary=primary) for region, instance in self.database.instances.items()
        }
        return topology(self.regions, primary=primary, stated=stated, lost=self.lost_regions)

    def leaves(self, region: str) -> bool:
        """Whether a region is about to leave: then nothing in it is protected from deletion."""
        return region in self.leaving

    @property
    def meant_losses(self) -> dict[str, str]:
        """Why a plan may take away what does not come back, by address.

        As ``policy.allow_loss`` says, and all in a retired region (``*.REGION_*``) that is in ``leaving``.
        """
        retired = [region for region in self.retired_regions if region in self.leaving]
        gone = {f"*.{region}_*": f"retired_regions, and leaving.{region} says what stays" for region in retired}
        return {**self.policy.allow_loss, **gone}

    def gives_up(self, data: Literal["objects", "backups"], *, region: str) -> bool:
        """Whether destroying the buckets or the vault of ``region`` deletes what is in them."""
        everywhere = self.storage.force_destroy if data == "objects" else self.backup.force_destroy
        return everywhere or (self.leaves(region) and getattr(self.leaving[region], data) == "delete")

    @property
    def fails_over(self) -> bool:
        """Whether the writer can be moved by function: ``failover.enabled``, and another region.

        A lost region counts, so that the records about it stay, by which it fences itself if it returns.
        """
        return self.failover.enabled and len({*self.regions, *self.lost_regions}) > 1

    def fenced(self, region: str) -> bool:
        """Whether no client reaches the database of ``region``: it is detached, and nobody opens it to save data."""
        stated = self.database.instances.get(region)
        return stated is not None and stated.role == "detached" and stated.fenced

    def backups_in(self, region: str) -> str | None:
        """Region that the automated backups of the database in ``region`` are replicated to.

        ``None`` if the settings say so, or if there is no other region.
        """
        stated = self.database.instances.get(region)
        found = (stated and stated.backups_in) or companion(region, self.regions)
        return None if found == NONE else found

    def replication_destinations(self, region: str) -> tuple[str, ...]:
        """Regions that the data bucket of ``region`` is replicated to.

        Replication runs both ways between the primary and each other region, so that objects that are written after a
        failover return. To a region that leaves nothing is replicated any more, so that its bucket can be emptied,
        unless it is the only other one.
        """
        others = tuple(name for name in self.secondary_regions if name not in self.leaving)
        return others or self.secondary_regions if region == self.primary_region else (self.primary_region,)

    def replication_sources(self, region: str) -> tuple[str, ...]:
        """Regions whose data bucket is replicated to that of ``region``."""
        return tuple(name for name in self.regions if region in self.replication_destinations(name))

    @property
    def secondary_regions(self) -> tuple[str, ...]:
        """Every region but the primary, in the order of the file."""
        return tuple(region for region in self.regions if region != self.primary_region)

    def backup_copies_of(self, region: str) -> str | None:
        """Region that AWS Backup copies the backups of ``region`` to; ``None`` if there is only one region."""
        return (self.backup.copy_region or companion(region, self.regions)) if region == self.home else self.home

    @property
    def tags(self) -> dict[str, str]:
        """The tags of every resource."""
        return {
            "Environment": self.environment,
            "Owner": self.owner,
            "CostCenter": self.cost_center,
            "Project": self.project,
        }


def regions_are_unique(draft: Draft) -> Iterator[Fault]:
    """A region is listed once."""
    names = draft.regions
    for name, count in Counter(names).items():
        if count > 1:
            last = len(names) - 1 - names[::-1].index(name)
            yield Fault(f"regions[{last}]", f"region is listed {count} times", name, "each region once")


def primary_region_is_one_of_the_regions(draft: Draft) -> Iterator[Fault]:
    """The platform has to exist in its primary region."""
    yield from draft.check_region("primary_region", draft.primary_region)


def home_region_is_one_of_the_regions(draft: Draft) -> Iterator[Fault]:
    """The platform has to exist in its home region."""
    yield from draft.check_region("home_region", draft.text("home_region"))
