"""Where one is on the way back, and what comes next: computed from what AWS says, nothing is remembered."""

from collections.abc import Iterator
from contextlib import suppress
from typing import Any

from botocore.exceptions import ClientError

from modules.areas.failover.runtime import journal, traffic
from modules.areas.failover.runtime.clients import DarkError, code
from modules.areas.failover.runtime.look import NOT_THERE
from modules.areas.failover.runtime.world import World
from modules.settings import Settings
from tools.failback.apart import apart, in_words, is_one, standing
from tools.failback.marks import (
    BACK,
    FENCED,
    OPENED,
    REBUILD,
    RELEASE,
    SECRETS,
    SETTINGS,
    Instances,
    Mark,
    in_yaml,
)


class Way:
    """The way back from one failover.

    Parameters
    ----------
    record : journal.Run
        Its record.
    settings : Settings
        The settings as they are.
    world : World
        The platform and AWS.
    prefix : str
        What the targets of `make` begin with: empty, or `local-`.

    Attributes
    ----------
    writer : str
        The region of the writer now: that which took over then or, if the writer has moved on since, the one that it
        replicates.
    """

    def __init__(self, record: journal.Run, settings: Settings, world: World, *, prefix: str = "") -> None:
        self.record = record
        self._settings = settings
        self.world = standing(world, lost=settings.lost_regions)
        self._prefix = prefix
        self._origin, self.writer = record.origin, record.target
        with suppress(DarkError):
            self.writer = self._source(self._instance(record.target) or {}) or record.target

    def marks(self) -> list[Mark]:
        """Return the marks, in their order; those after a region that is dark are left out."""
        found = []
        for mark in self._marks():
            found.append(mark)
            if mark.name == BACK and not mark.done:
                break
        return found

    def _marks(self) -> Iterator[Mark]:
        others = self.world.platform.others(self._origin, self.writer)
        if self._origin in self._settings.lost_regions:
            yield self._secrets()
            yield self._settings_say_so()
            yield from map(self._rebuilt, others)
            yield self._lost()
            return
        yield self._back()
        yield self._fenced()
        yield self._secrets()
        yield self._settings_say_so()
        # First those that still replicate the former writer, which cannot go before them.
        yield from map(self._rebuilt, (*others, self._origin))
        yield self._opened()
        yield Mark(
            name=RELEASE,
            done=False,
            text=f"{self._origin} is out of DNS",
            to_do=f"{self._make('failback')} STEP={RELEASE}",
        )

    def _back(self) -> Mark:
        dark = []
        for region in sorted(self.world.platform.places):
            try:
                self._instance(region)
            except DarkError as why:
                dark.append(str(why))
        if dark:
            return Mark(
                name=BACK,
                done=False,
                text="; ".join(dark),
                to_do="wait until every region answers, as Terraform has to",
            )
        return Mark(name=BACK, done=True, text="every region answers")

    def _lost(self) -> Mark:
        return Mark(
            name=BACK,
            done=False,
            text=f"{self._origin} is one of `lost_regions`",
            to_do=f"once it answers, {self._make('region-lost')} REGION={self._origin} BACK=1 "
            "(docs/region-lost.md#back)",
        )

    def _fenced(self) -> Mark:
        """The keeper there does it; a person who opens it to save data has the settings say so."""
        if not self._stands_alone(self._origin):
            return Mark(name=FENCED, done=True, text=f"{self._origin} has no database that takes writes")
        if not self.world.platform.places[self._origin].fenced:
            return Mark(name=FENCED, done=True, text=f"the settings keep the database in {self._origin} open")
        if traffic.is_fenced(self.world, self._origin):
            return Mark(name=FENCED, done=True, text=f"no client reaches the database in {self._origin}")
        return Mark(
            name=FENCED,
            done=False,
            text=f"the database in {self._origin} takes writes",
            to_do=f"wait for the keeper in {self._origin}, which runs every minute ({self._make('region-status')})",
        )

    def _secrets(self) -> Mark:
        home = self._settings.home
        if is_one(self.world, home):
            return Mark(name=SECRETS, done=True, text=f"the secrets are those of {home}, and rotate there")
        told = "; ".join(in_words(apart(self.world, home))) or f"{home} does not rotate them"
        return Mark(name=SECRETS, done=False, text=told, to_do=f"{self._make('failback')} STEP={SECRETS}")

    def _settings_say_so(self) -> Mark:
        """Tell whether the settings say what is true, and AWS has what only Terraform makes of it: copied backups."""
        topology, writer = self._settings.topology, self.writer
        # A lost region is not among them.
        origin = topology.places.get(self._origin)
        if topology.writer != writer or (origin and origin.role != "detached" and origin.source != writer):
            edit = self._edit()
            return Mark(
                name=SETTINGS,
                done=False,
                text="the settings do not say who is the writer",
                to_do=self._write(edit),
                edit=edit,
            )
        copied = (self._instance(writer) or {}).get("DBInstanceAutomatedBackupsReplications")
        if self._settings.backups_in(writer) and not copied:
            return Mark(
                name=SETTINGS,
                done=False,
                text=f"backups of the writer in {writer} are not copied to another region yet",
                to_do=self._make("deploy"),
            )
        return Mark(name=SETTINGS, done=True, text=f"Terraform knows the writer in {writer}")

    def _rebuilt(self, region: str) -> Mark:
        """One region's instance becomes a replica of the new writer in two applies, and is protected in a third."""
        instance, writer, name = self._instance(region), self.writer, f"{REBUILD} {region}"
        follows = {"role": "replica", "of": writer}
        unprotected = {**follows, "deletion_protection": "false"}
        protects = self._settings.database.deletion_protection
        if instance is None or self._source(instance) == writer:
            if instance is not None and (not protects or instance.get("DeletionProtection")):
                return Mark(name=name, done=True, text=f"{region} replicates {writer}")
            rebuilds = {**unprotected, "rebuild": "true"} if protects else {**follows, "rebuild": "true"}
            text = f"{region} replicates {writer} and is not protected" if instance else f"{region} has no instance yet"
            return self._by_edit(name, text, region, follows if instance else rebuilds)
        source = self._source(instance)
        text = f"{region} replicates {source}" if source else f"{region} stands alone"
        if protects and instance.get("DeletionProtection"):
            stands = {"role": "replica", "of": source} if source else {"role": "detached"}
            return self._by_edit(name, text, region, {**stands, "deletion_protection": "false"})
        return self._by_edit(
            name,
            f"{text}: what it has and {writer} does not is lost but for its final snapshot",
            region,
            {**(unprotected if protects else follows), "rebuild": "true"},
        )

    def _opened(self) -> Mark:
        if self._stands_alone(self._origin):
            return Mark(name=OPENED, done=False, text=f"{self._origin} is rebuilt first", to_do="the steps before")
        if traffic.is_fenced(self.world, self._origin):
            # The settings of a replica have no such rule, and the keeper takes it away as well.
            return Mark(
                name=OPENED,
                done=False,
                text=f"the network ACL of {self._origin} still denies PostgreSQL",
                to_do=f"{self._make('deploy')}, or wait for the keeper in {self._origin}",
            )
        return Mark(name=OPENED, done=True, text=f"clients reach the replica in {self._origin}")

    def _by_edit(self, name: str, text: str, region: str, says: dict[str, str]) -> Mark:
        edit = self._edit() | {region: says}
        return Mark(name=name, done=False, text=text, to_do=self._write(edit), edit=edit)

    def _edit(self) -> Instances:
        """Return what stands, as `database.instances` says it."""
        edit: Instances = {}
        for region in sorted(self.world.platform.places):
            instance = self._instance(region)
            source = self._source(instance) if instance else None
            if region == self.writer:
                edit[region] = {"role": "writer"}
            elif source:
                edit[region] = {"role": "replica", "of": source}
            elif instance is not None:
                edit[region] = {"role": "detached"}
        return edit

    def _write(self, edit: Instances) -> str:
        return f"write database.instances: {{{', '.join(in_yaml(edit))}}} and {self._make('deploy')}"

    def _make(self, target: str) -> str:
        on_emulator = {"deploy": "up"}
        return f"make {self._prefix}{on_emulator.get(target, target) if self._prefix else target}"

    def _instance(self, region: str) -> dict[str, Any] | None:
        try:
            return self.world.instance(region)
        except ClientError as error:
            if code(error) in NOT_THERE:
                return None
            raise

    def _source(self, instance: dict[str, Any]) -> str | None:
        source = self.world.source_of(instance)
        return source.split(":")[3] if source else None

    def _stands_alone(self, region: str) -> bool:
        instance = self._instance(region)
        return instance is not None and self.world.source_of(instance) is None
