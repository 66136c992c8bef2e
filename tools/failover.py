"""`make failover` and `make region-status`: the functions of `modules/areas/failover`, started and followed by people.

They read the settings and ask AWS, and need neither Terraform nor the state, so they work while the home region is
dark. A region that does not answer costs seconds.
"""

import os
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError

from modules.areas.failover.description import describe
from modules.areas.failover.runtime import journal
from modules.areas.failover.runtime.clients import Clients, DarkError, code
from modules.areas.failover.runtime.look import NOT_THERE
from modules.areas.failover.runtime.release import release
from modules.areas.failover.runtime.world import RefusedError, World
from modules.settings import Settings, load_settings
from tools.console import Reporter
from tools.errors import ToolError
from tools.failover_clients import Make
from tools.failover_driver import Answer, Driver
from tools.region_status import RegionStatus

MACHINE, HERE = "machine", "here"


@dataclass(kw_only=True)
class Failovers:
    """Starts failovers, follows them, and lets regions back (`tools/failback`).

    Parameters
    ----------
    file : Path
        The settings file.
    make : callable
        Makes a boto3 client; see `tools.failover_clients`.
    environ : mapping
        `REGION`, `PLANNED`, `DRY_RUN`, `FORCE_REASON` and `DRIVER`; and what settings are read with.
    reporter : Reporter
        Where to tell what happens.
    sleep : callable
        Waits some seconds.
    on_step : callable
        Is told of each step that is done: its name, and what it found or changed. By default nobody is.
    """

    file: Path
    make: Make
    environ: Mapping[str, str] = field(default_factory=lambda: os.environ)
    reporter: Reporter = field(default_factory=Reporter)
    sleep: Callable[[float], None] = time.sleep
    on_step: Callable[[str, str], None] = lambda _step, _facts: None

    def fail_over(self) -> None:
        """Move the writer to `REGION`, and tell each step.

        Raises
        ------
        ToolError
            When it is refused, or does not come to its end.
        """
        settings, region = self.settings(), self._region()
        world, by = self.world(settings, near=region)
        request = self._request(settings, world, region, by)
        driver = Driver(world=world, reporter=self.reporter, sleep=self.sleep, on_step=self.on_step)
        here = self._driver() == HERE
        if request["dry_run"]:
            self._tell_dry_run(_ended(driver.look(request, here=here)))
            return
        self.reporter.say(f"failover {request['id']}: {request['origin']} -> {region}")
        follow = driver.drive if here else driver.follow_machine
        for line in _ended(follow(request)).get("statement", []):
            self.reporter.say(line)

    def let_back(self, region: str = "") -> None:
        """Let DNS use a region again, by default `REGION`, and close the failover that has left it.

        Raises
        ------
        ToolError
            When that is refused.
        """
        region = region or self._region()
        world, _ = self.world(self.settings(), near=region)
        try:
            closed = release(region, world, reason=self.environ.get("FORCE_REASON", ""))["closed"]
        except RefusedError as refused:
            raise ToolError(str(refused), advice=refused.advice) from None
        except DarkError as dark:
            raise ToolError(f"nothing was changed: {dark}", advice="wait for that region") from None
        self.reporter.say(f"{region} is back: DNS uses it when it is healthy. Closed: {', '.join(closed)}")

    def status(self) -> None:
        """Print where things stand in every region."""
        settings = self.settings()
        # None of them: whichever is dark costs the least.
        world, _ = self.world(settings, near="")
        RegionStatus(settings=settings, world=world, reporter=self.reporter).show()

    def world(self, settings: Settings, *, near: str) -> tuple[World, str]:
        """Return what a failover knows, and who asks; the account is asked for in any region that answers.

        `near` is the region that is given more time, and asked first; it may be empty.

        Raises
        ------
        ToolError
            When no region answers, or the account is another than the settings name.
        """
        aws, found = Clients(near, make=self.make), None
        for region in sorted(settings.regions, key=lambda name: name != near):
            with suppress(DarkError):
                found = aws.ask("sts", region, "get_caller_identity")
                break
        if found is None:
            raise ToolError("no region answers", advice="see whether this machine reaches AWS at all")
        if settings.account_id not in {None, found["Account"]}:
            raise ToolError(
                f"the credentials belong to account {found['Account']}, and {self.file} names {settings.account_id}",
                advice="use that account's credentials",
            )
        return World(platform=describe(settings), aws=aws, account=found["Account"]), found["Arn"]

    def settings(self) -> Settings:
        """Return the settings of a platform that fails over.

        Raises
        ------
        ToolError
            When it does not.
        """
        settings = load_settings(self.file, self.environ)
        if not settings.fails_over:
            raise ToolError(
                f"{self.file} has no failover", advice="it needs two regions, and failover.enabled must not be false"
            )
        return settings

    def _region(self) -> str:
        region = self.environ.get("REGION", "")
        if not region:
            raise ToolError("REGION is not set: which region?", advice="name one of the regions: REGION=us-west-2")
        return region

    def _driver(self) -> str:
        driver = self.environ.get("DRIVER") or MACHINE
        if driver not in {MACHINE, HERE}:
            raise ToolError(f"DRIVER is {driver}", advice=f"{MACHINE}, the default, or {HERE}")
        return driver

    def _request(self, settings: Settings, world: World, region: str, by: str) -> dict[str, Any]:
        if region not in world.platform.places:
            raise ToolError(f"{region} is not a region of {self.file}", advice=", ".join(sorted(settings.regions)))
        origin = self._origin(settings, world, region)
        now = datetime.now(tz=UTC)
        return {
            # Two people who start the same failover within a minute start one.
            "id": f"{now:%Y%m%dT%H%MZ}-{origin}-{region}",
            "origin": origin,
            "target": region,
            "planned": _is_yes(self.environ.get("PLANNED")),
            "force_reason": self.environ.get("FORCE_REASON", ""),
            "dry_run": _is_yes(self.environ.get("DRY_RUN")),
            "by": by,
        }

    def _origin(self, settings: Settings, world: World, region: str) -> str:
        """Return the region of the writer: what the replica says, else an open record, else the settings."""
        source = None
        try:
            source = world.source_of(world.instance(region))
        except DarkError as dark:
            raise ToolError(f"{region} does not answer ({dark})", advice="nothing can be moved there now") from None
        except ClientError as error:
            # The look refuses a region without an instance.
            if code(error) not in NOT_THERE:
                raise
        if source:
            return source.split(":")[3]
        records, _ = journal.gather(world)
        open_ones = [record for record in records if record.state in journal.HELD]
        moved_here = [record.origin for record in open_ones if record.target == region]
        moved_away = [record.target for record in open_ones if record.origin == region]
        return next(iter([*moved_here, *moved_away]), settings.topology.writer)

    def _tell_dry_run(self, answer: Answer) -> None:
        self.reporter.say("dry run: nothing is changed")
        for key, value in answer.get("found", {}).items():
            self.reporter.say(f"  {key:<15} {value}")
        if answer.get("would"):
            self.reporter.say(f"  would do: {', '.join(answer['would'])}")
        for line in answer.get("statement", []):
            self.reporter.say(line)


def _ended(answer: Answer) -> Answer:
    if answer.get("state") == journal.REFUSED:
        raise ToolError(f"no failover: {answer['why']}", advice=answer.get("advice"))
    return answer


def _is_yes(value: str | None) -> bool:
    return (value or "").lower() in {"1", "yes", "true"}
