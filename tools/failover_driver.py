"""Drives a failover from here, or follows the state machine that does."""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from modules.areas.failover.runtime import journal
from modules.areas.failover.runtime.advance import STEPS, advance
from modules.areas.failover.runtime.clients import DarkError
from modules.areas.failover.runtime.names import REFUSED_ERROR
from modules.areas.failover.runtime.statement import statement
from modules.areas.failover.runtime.world import World
from tools.console import Reporter
from tools.errors import ToolError

#: Seconds between two looks at a failover that a state machine drives.
LOOK_EVERY = 2
Answer = Mapping[str, Any]
Request = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Driver:
    """Drives failovers, and tells each step.

    Parameters
    ----------
    world : World
        The platform and AWS.
    reporter : Reporter
        Where to tell what happens.
    sleep : callable
        Waits some seconds.
    on_step : callable
        Is told of each step that is done: its name, and what it found or changed.
    """

    world: World
    reporter: Reporter
    sleep: Callable[[float], None]
    on_step: Callable[[str, str], None]

    def look(self, request: Request, *, here: bool) -> Answer:
        """Ask the function that may only read, or look from here."""
        world = self.world
        name = world.platform.places[request["target"]].look
        if not here:
            with suppress(DarkError):
                answer = world.aws.ask(
                    "lambda", request["target"], "invoke", FunctionName=name, Payload=json.dumps(request).encode()
                )
                if "FunctionError" not in answer:
                    return dict(json.loads(answer["Payload"].read()))
        return advance(request, world)

    def drive(self, request: Request) -> Answer:
        """Do the steps from here, and return the last answer."""
        waited = ""
        while True:
            answer = advance(request, self.world)
            if "did" in answer:
                self._tell_step(answer["did"], answer["detail"])
            if answer["next"] == "end":
                return answer
            if answer["next"] == "wait":
                if answer["why"] != waited:
                    self.reporter.say(f"  waits: {answer['why']}")
                waited = answer["why"]
                self.sleep(answer["seconds"])

    def follow_machine(self, request: Request) -> Answer:
        """Start the state machine, and tell what the journal says until it ends; return how it has ended.

        Raises
        ------
        ToolError
            When it does not start, or breaks off.
        """
        world, target = self.world, request["target"]
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
        waited = ""
        while True:
            record = self._record(request)
            for step in self._new_steps(record, told):
                self._tell_step(step, record.steps[step] if record else {})
            if record and record.waits not in {"", waited}:
                self.reporter.say(f"  waits: {record.waits}")
                waited = record.waits
            if record and record.state != journal.RUNNING:
                return {"next": "end", "state": record.state, "statement": statement(record, world.platform)}
            if end := self._execution_end(execution, target, record):
                return end
            self.sleep(LOOK_EVERY)

    def _record(self, request: Request) -> journal.Run | None:
        world = self.world
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

    def _execution_end(self, execution: str, region: str, record: journal.Run | None) -> Answer | None:
        """Return how an execution has ended before its failover has; None while it runs.

        Raises
        ------
        ToolError
            When it has ended by an error, or somebody has stopped it.
        """
        try:
            said = self.world.aws.ask("stepfunctions", region, "describe_execution", executionArn=execution)
        except DarkError:
            return None
        if said["status"] in {"RUNNING", "SUCCEEDED"}:
            return None
        why = _reason(said)
        if said.get("error") == REFUSED_ERROR:
            return {"next": "end", "state": journal.REFUSED, "why": why}
        # What has begun stands, and the region may be held and fenced.
        state = f"failover {record.id} is {record.state}" if record else "nothing has begun"
        raise ToolError(
            f"the state machine in {region} has broken off, and {state}: {why}",
            advice="the same command goes on; DRIVER=here does the steps from this machine",
        )

    def _tell_step(self, name: str, detail: Answer) -> None:
        facts = ", ".join(f"{key} {value}" for key, value in detail.items() if value not in ("", None, {}))
        self.reporter.say(f"  {datetime.now(tz=UTC):%H:%M:%S} {name:<9} {facts}")
        self.on_step(name, facts)


def _reason(said: Answer) -> str:
    """Return why an execution has failed; what a Lambda function raises is JSON, with a traceback that helps nobody."""
    cause = str(said.get("cause") or said["status"])
    with suppress(ValueError, KeyError, TypeError):
        return str(json.loads(cause)["errorMessage"])
    return cause
