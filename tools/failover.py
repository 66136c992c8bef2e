"""`make failover` and `make region-status`: the functions of `modules/areas/failover`, started and followed by people.

They read the settings and ask AWS, and need neither Terraform nor the state, so they work while the home region is
dark. A region that does not answer costs seconds.
"""

import json
import os
import re
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from modules.areas.failover.description import describe
from modules.areas.failover.runtime import journal
from modules.areas.failover.runtime.advance import STEPS, advance
from modules.areas.failover.runtime.clients import Clients, DarkError
from modules.areas.failover.runtime.release import release
from modules.areas.failover.runtime.statement import statement
from modules.areas.failover.runtime.world import RefusedError, World
from modules.settings import Settings, load_settings
from tools.aws_session import new_session
from tools.console import Reporter
from tools.emulator import Emulator
from tools.errors import ToolError
from tools.region_status import RegionStatus

#: Seconds between two looks at a failover that a state machine drives.
LOOK_EVERY = 2
MACHINE, HERE = "machine", "here"
Answer = Mapping[str, Any]
Make = Callable[..., Any]


def clients_on_emulator(emulator: Emulator) -> Make:
    """Return what makes boto3 clients that talk to an emulator."""
    from botocore.config import Config  # noqa: PLC0415 - slow to import

    def make(service: str, *, region_name: str, config: Config) -> Any:  # noqa: ANN401 - of boto3
        return new_session().client(
            service,
            region_name=region_name,
            endpoint_url=emulator.endpoint,
            aws_access_key_id=emulator.credentials.access_key,
            aws_secret_access_key=emulator.credentials.secret_key,
            aws_session_token=emulator.credentials.session_token,
            config=config.merge(Config(proxies={"http": emulator.endpoint})),
        )

    return make


def clients_in_account() -> Make:
    """Return what makes boto3 clients with the credentials of the environment."""
    session = new_session()

    def make(service: str, **options: Any) -> Any:  # noqa: ANN401 - of boto3
        return session.client(service, **options)

    return make


@dataclass(kw_only=True)
class Failovers:
    """Starts failovers, follows them, and lets regions back (`tools/failback`).

    Parameters
    ----------
    file : Path
        The settings file.
    make : callable
        Makes a boto3 client; see `clients_in_account` and `clients_on_emulator`.
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
        if request["dry_run"]:
            self._tell_dry_run(_ended(self._look(request, world)))
            return
        self.reporter.say(f"failover {request['id']}: {request['origin']} -> {region}")
        follow = self._drive if self._driver() == HERE else self._follow_machine
        for line in _ended(follow(request, world)).get("statement", []):
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
        world, _ = self.world(settings, near=settings.home)
        RegionStatus(settings=settings, world=world, reporter=self.reporter).show()

    def world(self, settings: Settings, *, near: str) -> tuple[World, str]:
        """Return what a failover knows, and who asks; the account is asked for in any region that answers.

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
        try:
            source = world.source_of(world.instance(region))
        except DarkError as dark:
            raise ToolError(f"{region} does not answer ({dark})", advice="nothing can be moved there now") from None
        if source:
            return source.split(":")[3]
        records, _ = journal.gather(world)
        open_ones = [record.origin for record in records if record.target == region and record.state in journal.HELD]
        return next(iter(open_ones), settings.topology.writer)

    def _look(self, request: dict[str, Any], world: World) -> Answer:
        """Ask the function that may only read, or look from here."""
        name = world.platform.places[request["target"]].look
        if self._driver() == MACHINE:
            with suppress(DarkError):
                answer = world.aws.ask(
                    "lambda", request["target"], "invoke", FunctionName=name, Payload=json.dumps(request).encode()
                )
                if "FunctionError" not in answer:
                    return dict(json.loads(answer["Payload"].read()))
        return advance(request, world)

    def _drive(self, request: dict[str, Any], world: World) -> Answer:
        """Do the steps from here."""
        waited = ""
        while True:
            answer = advance(request, world)
            if "did" in answer:
                self._tell_step(answer["did"], answer["detail"])
            if answer["next"] == "end":
                return answer
            if answer["next"] == "wait":
                if answer["why"] != waited:
                    self.reporter.say(f"  waits: {answer['why']}")
                waited = answer["why"]
                self.sleep(answer["seconds"])

    def _follow_machine(self, request: dict[str, Any], world: World) -> Answer:
        """Start the state machine, and tell what the journal says until it ends."""
        target = request["target"]
        machine = world.arn("states", target, f"stateMachine:{world.platform.places[target].machine}")
        started = f"{request['id']}-{datetime.now(tz=UTC):%S%f}"
        # Its names have 80 characters at the most.
        name = re.sub(r"[^\w-]", "-", started)[-80:]
        try:
            execution = world.aws.ask(
                "stepfunctions",
                target,
                "start_execution",
                stateMachineArn=machine,
                name=name,
                input=json.dumps({"request": request}),
            )["executionArn"]
        except DarkError as dark:
            raise ToolError(str(dark), advice="DRIVER=here does the steps from this machine") from None
        told: set[str] = set()
        while True:
            record = self._record(request, world)
            for step in self._new_steps(record, told):
                self._tell_step(step, record.steps[step] if record else {})
            if record and record.state != journal.RUNNING:
                return {"next": "end", "state": record.state, "statement": statement(record, world.platform)}
            if end := self._execution_end(execution, target, world):
                return end
            self.sleep(LOOK_EVERY)

    def _record(self, request: dict[str, Any], world: World) -> journal.Run | None:
        source = world.instance_arn(request["origin"])
        for region in dict.fromkeys((world.platform.places[request["origin"]].keeper, request["target"])):
            with suppress(DarkError):
                record = journal.load(world, region, source)
                # One of before is of no interest here.
                if record and record.target == request["target"] and record.state in journal.HELD:
                    return record
        return None

    def _new_steps(self, record: journal.Run | None, told: set[str]) -> Iterator[str]:
        for step in ("look", *(one.__name__ for one in STEPS)):
            if record and step in record.steps and step not in told:
                told.add(step)
                yield step

    def _execution_end(self, execution: str, region: str, world: World) -> Answer | None:
        """Return how an execution has ended before its failover has; None while it runs."""
        try:
            said = world.aws.ask("stepfunctions", region, "describe_execution", executionArn=execution)
        except DarkError:
            return None
        if said["status"] in {"RUNNING", "SUCCEEDED"}:
            return None
        return {"next": "end", "state": journal.REFUSED, "why": said.get("cause") or said["status"]}

    def _tell_step(self, name: str, detail: Answer) -> None:
        facts = ", ".join(f"{key} {value}" for key, value in detail.items() if value not in ("", None, {}))
        self.reporter.say(f"  {datetime.now(tz=UTC):%H:%M:%S} {name:<9} {facts}")
        self.on_step(name, facts)

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
