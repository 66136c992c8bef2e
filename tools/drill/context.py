"""What the steps of a drill work with: the platform on its emulator, what people type, and what clients see."""

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import yaml

from modules.areas.failover.description import ACT, describe
from modules.areas.failover.runtime import journal
from modules.areas.failover.runtime.traffic import is_fenced
from modules.areas.failover.runtime.world import Platform, World
from modules.core.naming import Names
from modules.settings import Settings, load_settings
from tools.console import Reporter
from tools.dns import Question, Zone, one_answer
from tools.dns_live import LiveWorld, region_of, zone_of
from tools.drill.part import PROGRAM
from tools.drill.step import NotAsExpectedError
from tools.drill.timeline import Timeline
from tools.emulator import Emulator
from tools.failback import Failback
from tools.failback.marks import Mark
from tools.failover import Failovers
from tools.failover_clients import clients_on_emulator
from tools.files import write_text
from tools.local import LocalPlatform
from tools.synth import synthesize
from tools.target import Target

#: What an instance without a source replicates.
NOTHING = "nothing"


class Shown(Reporter):
    """Keeps what a command prints, and shows it beside what a drill itself prints.

    Parameters
    ----------
    beside : Reporter
        Where the drill prints.
    """

    def __init__(self, beside: Reporter) -> None:
        super().__init__(beside.console)
        self._beside = beside
        self.lines: list[str] = []

    def say(self, text: str = "") -> None:
        """Print a line."""
        self.lines.append(text)
        self._beside.say(f"    | {text}")


class Seen(LiveWorld):
    """What health checks look at. No instance serves here: a load balancer is well while its region answers."""

    def target(self, name: str) -> bool:
        """Return whether its region answers."""
        return not any(region in name for region in self.dark)


@dataclass(kw_only=True)
class Drill:
    """One drill.

    Parameters
    ----------
    local : LocalPlatform
        The platform.
    emulator : Emulator
        Where it stands.
    target : Target
        Runs Terraform against it.
    home, survivor : str
        The region that is lost, and the one that takes over.
    timeline : Timeline
        What has happened.
    noted : dict
        What steps keep for later ones, such as the password of before.
    """

    local: LocalPlatform
    emulator: Emulator
    target: Target
    home: str
    survivor: str
    timeline: Timeline = field(default_factory=Timeline)
    noted: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.client: Callable[[str, str], Any] = cache(self.emulator.client)
        #: What the command that was typed last has printed.
        self.said = ""
        self._world = Seen(self.client)
        self._zone: Zone | None = None

    # What it is about

    @property
    def reporter(self) -> Reporter:
        """Where to tell what happens."""
        return self.local.reporter

    @property
    def settings(self) -> Settings:
        """The settings, as they are now."""
        return load_settings(self.local.paths.settings, self.local.environ)

    @property
    def regions(self) -> list[str]:
        """All regions."""
        return list(self.settings.regions)

    @property
    def platform(self) -> Platform:
        """The names of what a failover moves."""
        return describe(self.settings)

    def names(self, region: str) -> Names:
        """Return the names of a region."""
        settings = self.settings
        return Names(environment=settings.environment, suffix=settings.environment_suffix, region=region)

    def instance(self, region: str) -> dict[str, Any]:
        """Return what RDS says of a region's instance."""
        name = self.platform.places[region].instance
        return dict(self.client("rds", region).describe_db_instances(DBInstanceIdentifier=name)["DBInstances"][0])

    def replicates(self, region: str) -> str:
        """Return the region that a region's instance replicates; ``nothing`` if it stands alone."""
        source = self.instance(region).get("ReadReplicaSourceDBInstanceIdentifier")
        return str(source).split(":")[3] if source else NOTHING

    def secret(self, region: str, name: str) -> dict[str, Any]:
        """Return the value of a secret in a region."""
        answer = self.client("secretsmanager", region).get_secret_value(SecretId=name)
        return dict(json.loads(answer["SecretString"]))

    def is_fenced(self, region: str) -> bool:
        """Return whether the database of a region is fenced."""
        return is_fenced(self.world(), region)

    def world(self) -> World:
        """Return what the steps of a failover use, as this machine sees it."""
        return self._failovers(self.reporter, {}).world(self.settings, near=self.survivor)[0]

    def record(self) -> journal.Run | None:
        """Return the journal's record of the failover."""
        region = self.platform.places[self.home].keeper
        return journal.load(self.world(), region, self.world().instance_arn(self.home))

    # What happens

    @property
    def dark(self) -> list[str]:
        """Regions that do not answer."""
        return list(self._world.dark)

    def lose(self, *regions: str) -> None:
        """Let regions go dark, and with them every call to IAM and Route 53, whose control planes are in us-east-1."""
        self._zone = zone_of(self.client, self.settings.domain)
        self._world.remember(self._zone)
        self.emulator.outage(regions, control="all")
        self._world.dark = regions

    def find_again(self) -> None:
        """Let all regions answer."""
        self.emulator.outage()
        self._world.dark = ()

    @contextmanager
    def for_a_moment(self) -> Iterator[None]:
        """Look behind an outage: nothing runs meanwhile but what the block does."""
        dark = self.dark
        self.emulator.outage()
        try:
            yield
        finally:
            self.emulator.outage(dark, control="all" if dark else False)

    def keep(self, region: str) -> dict[str, Any]:
        """Run the keeper of a region once: on AWS it runs every minute, and schedules do not tick here.

        Raises
        ------
        NotAsExpectedError
            If it fails.
        """
        function = self.names(region).of("lambda", ACT)
        answer = self.client("lambda", region).invoke(FunctionName=function, Payload=b'{"keep": true}')
        said = json.loads(answer["Payload"].read())
        if "FunctionError" in answer:
            raise NotAsExpectedError(f"the keeper of {region}", expected="a run", seen=said)
        return dict(said)

    def type(self, command: str, **environ: str) -> str:
        """Type ``failback`` or a command of `tools.failover.Failovers`; return what it prints, which is shown.

        Raises
        ------
        ToolError
            As the command does.
        """
        shown = Shown(self.reporter)
        failovers = self._failovers(shown, environ)
        run = self._failback(failovers).run if command == "failback" else getattr(failovers, command)
        try:
            run()
        finally:
            self.said = "\n".join(shown.lines)
        return self.said

    def marks(self) -> list[Mark]:
        """Return where one is on the way back."""
        return self._failback(self._failovers(self.reporter, {})).marks()

    def clients_go_to(self) -> str:
        """Return the region that the domain leads to, for a client near home."""
        zone = self._zone if self.dark and self._zone else zone_of(self.client, self.settings.domain)
        if not self.dark:
            self._world.remember(zone)
        nearest = sorted(self.regions, key=lambda region: region != self.home)
        return region_of([one_answer(Question(zone=zone, world=self._world, nearest=nearest), self.settings.domain)])

    def edit(self, settings: Mapping[str, Any]) -> None:
        """Write keys into the settings, and synthesize; `target` then plans and applies what they say."""
        file = self.local.paths.settings
        now = yaml.safe_load(file.read_text(encoding="utf-8"))
        write_text(file, yaml.safe_dump({**now, **settings}, sort_keys=False))
        synthesize(self.local.paths, environ=self.local.environ, program=PROGRAM)
        self.target = self.local.target(self.emulator)

    def expect(self, what: str, seen: object, expected: object) -> None:
        """Compare what was seen with what should be.

        Raises
        ------
        NotAsExpectedError
            If they differ.
        """
        if seen != expected:
            raise NotAsExpectedError(what, expected=expected, seen=seen)

    def expect_said(self, wanted: str) -> None:
        """Look for a text in what the command that was typed last has printed.

        Raises
        ------
        NotAsExpectedError
            If it is not there.
        """
        if wanted not in self.said:
            raise NotAsExpectedError("what the command prints", expected=repr(wanted), seen=repr(self.said))

    def _failback(self, failovers: Failovers) -> Failback:
        return Failback(failovers, prefix="local-")

    def _failovers(self, reporter: Reporter, environ: Mapping[str, str]) -> Failovers:
        return Failovers(
            file=self.local.paths.settings,
            make=clients_on_emulator(self.emulator),
            environ=environ,
            reporter=reporter,
            on_step=lambda step, facts: self.timeline.note(f"failover: {step}", facts),
        )
