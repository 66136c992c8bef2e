"""From a state that lacks what an apply has made to one that holds it: nothing in AWS is changed on the way."""

import os
import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from time import monotonic, sleep

from rich.table import Table

from tools.applying import end, read
from tools.console import Reporter
from tools.destruction import DESTRUCTION
from tools.errors import ToolError
from tools.lock import find_lock, unlock
from tools.paths import BACKEND, PLATFORM, STACKS
from tools.plan import Plan, changes, changes_by_region
from tools.recovery.damaged import hold_for_whole
from tools.recovery.history import History
from tools.recovery.imports import IMPORTS, plan_imports
from tools.recovery.look import Found
from tools.recovery.search import Answer, Search
from tools.recovery.twins import deletion
from tools.target import Target

Approve = Callable[[str], None]
#: What Terraform leaves where it could not write the state:
#: https://developer.hashicorp.com/terraform/cli/commands/state/push
ERRORED = "errored.tfstate"
_TERRAFORM = re.compile(r"terraform(?!-provider)")
_POLL_SECONDS = 15.0
_LONGEST_SECONDS = 5400.0


class Recovery:
    """The way back from an apply that was broken off.

    Parameters
    ----------
    target : Target
        Where. Its stacks must be synthesized.
    reporter : Reporter
        Where to tell what happens.
    approve : callable
        Asks somebody for a yes, and raises `ToolError` without one.
    wait : callable, optional
        Waits for some seconds. By default it does.
    """

    def __init__(
        self, target: Target, *, reporter: Reporter, approve: Approve, wait: Callable[[float], None] = sleep
    ) -> None:
        self.target = target
        self.reporter = reporter
        self.taken = 0
        """How many resources it has taken into the state."""
        self._approve = approve
        self._wait = wait

    def run(self) -> list[str]:
        """Bring the state up to what stands, and return what the next plan still changes.

        Raises
        ------
        ToolError
            When Terraform still works here, nobody says yes, something stands twice, or a step fails.
        """
        self._require_nobody()
        self._unlock()
        self._push()
        hold_for_whole(self.target, reporter=self.reporter, approve=self._approve)
        history = self._history()
        with self.reporter.step("look for what is in no state"):
            _, plan = self.target.plan(PLATFORM, name="before-recovery")
            search = self._search(plan, history)
            answers, twins = search.all(), search.twins()
        self._tell_twins(twins)
        self._show(answers, history)
        if answers:
            self._import(search, {one.address: found for one, found in self._ready(search, answers)})
        self._tell_lost(history, plan)
        with self.reporter.step("plan again"):
            _, after = self.target.plan(PLATFORM, name="after-recovery")
        end(self.target, PLATFORM)
        left = changes(after)
        self.reporter.show_changes("what is left to do", changes_by_region(after))
        return left

    @property
    def _directories(self) -> list[Path]:
        return [self.target.paths.build / name for name in (BACKEND, PLATFORM, DESTRUCTION, IMPORTS)]

    def _require_nobody(self) -> None:
        for directory in self._directories:
            for pid in working_in(directory):
                raise ToolError(
                    f"Terraform still works in {directory} (process {pid})",
                    advice="wait for its end: an apply goes on although its `make` has gone, and saves its state",
                )

    def _unlock(self) -> None:
        locks = [lock for stack in STACKS if (lock := find_lock(self.target, stack))]
        if not locks:
            return
        for lock in locks:
            self.reporter.say(f"the state of {lock.stack} is locked by {lock.who} since {lock.since} ({lock.lock_id})")
        self._approve("take the lock away, because that run has been killed and nobody else works on this state")
        unlock(self.target)

    def _push(self) -> None:
        left = [file for directory in self._directories if (file := directory / ERRORED).is_file()]
        for file in sorted(left, key=lambda one: one.stat().st_mtime):
            self._push_one(file)

    def _push_one(self, file: Path) -> None:
        self._approve(f"write {file}, the newest state of the apply, to where the state is kept")
        stack = BACKEND if file.parent.name == BACKEND else PLATFORM
        workspace, terraform = self.target.workspace(stack), self.target.terraform(stack)
        workspace.prepare()
        terraform.init(self.target.backend_arguments())
        terraform.push_state(file)
        file.rename(file.with_suffix(".tfstate.pushed"))

    def _history(self, stack: str = PLATFORM) -> History:
        applying = read(self.target, stack)
        return History.read(applying.log if applying else self.target.terraform(stack).log("apply"))

    def _search(self, plan: Plan, history: History, stack: str = PLATFORM) -> Search:
        return Search(
            plan=plan,
            stack=self.target.workspace(stack).configuration(),
            account_id=self.target.account_id,
            clients=self.target.clients,
            made=history.made,
        )

    def _show(self, answers: list[Answer], history: History) -> None:
        if not answers:
            self.reporter.say("everything that stands is in the state")
            return
        table = Table("address", "id", "region", "known by", title="stands, and is in no state", title_justify="left")
        for one in answers:
            for found in one.found:
                table.add_row(one.address, found.import_id, one.region, _known_by(one, history))
        self.reporter.console.print(table)

    def _ready(self, search: Search, answers: list[Answer]) -> Iterator[tuple[Answer, Found]]:
        _require_single(answers)
        started = monotonic()
        for one in answers:
            now = one
            while now.found and now.found[0].status:
                if monotonic() - started > _LONGEST_SECONDS:
                    raise ToolError(f"{one.address} is still {now.found[0].status}", advice="run it again later")
                self.reporter.say(f"    {one.address} is {now.found[0].status}: it is imported once it is ready")
                self._wait(_POLL_SECONDS)
                now = search.again(one.address)
            if now.found:
                yield now, now.found[0]

    def _import(self, search: Search, found: Mapping[str, Found]) -> None:
        with self.reporter.step(f"plan {len(found)} imports"):
            saved, apart = plan_imports(self.target, search, found)
        where = f"account {self.target.account_id}"
        self._approve(f"write these {len(found)} into the state, and change nothing in {where}")
        terraform = self.target.terraform(PLATFORM)
        with self.reporter.step("import"):
            if saved is not None:
                with saved.discarded():
                    saved.require_unchanged()
                    self.target.terraform(IMPORTS).apply(saved.file)
            for address, one in apart.items():
                terraform.import_(address, one.import_id)
            # An import knows nothing of what depends on what, by which a destruction goes.
            terraform.refresh()
        self.taken = len(found)

    def _tell_twins(self, twins: list[Answer]) -> None:
        for one in twins:
            for found in one.found:
                self.reporter.warn(
                    f"warning: {found.import_id} bears the name of {one.address}, which the state knows by another id; "
                    f"if nothing uses it: {deletion(one.address, found, region=one.region)}"
                )

    def _tell_lost(self, history: History, plan: Plan) -> None:
        wanted = {one["address"] for one in plan.get("resource_changes", ())}
        for address in sorted(history.addresses - wanted):
            made = history.made.get(address)
            self.reporter.warn(
                f"warning: the apply {f'made {address} ({made})' if made else f'was making {address}'}, which the "
                "settings do not have any more: recover with the settings of that apply, or see that it is gone"
            )


def _known_by(answer: Answer, history: History) -> str:
    if answer.told:
        return "the log, and its name"
    return "its name; being made" if answer.address in history.in_flight else "its name"


def _require_single(answers: list[Answer]) -> None:
    several = [one for one in answers if len(one.found) > 1]
    if several:
        listed = "\n".join(f"  {one.address}: {', '.join(each.import_id for each in one.found)}" for one in several)
        lines = [f"  {deletion(one.address, each, region=one.region)}" for one in several for each in one.found]
        raise ToolError(
            f"these stand more than once, and nobody can tell which is meant:\n{listed}",
            advice="\n".join(["delete those that nothing uses, of these lines, and run it again:", *lines]),
        )


def working_in(directory: Path) -> list[int]:
    """List the Terraform processes that work in a directory, as `/proc` tells; none on machines without it."""
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            here, program = (entry / "cwd").readlink(), (entry / "exe").readlink()
        except OSError:
            continue
        # A provider alone works for nobody: it does not end with a Terraform that is killed.
        if here == directory and int(entry.name) != os.getpid() and _TERRAFORM.match(program.name):
            found.append(int(entry.name))
    return sorted(found)
