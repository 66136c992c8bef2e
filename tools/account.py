"""The platform in an AWS account: planned, deployed after a yes, and destroyed after a yes."""

import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, TextIO

from rich.console import Console

from tools import rollout
from tools.bootstrap import bootstrap, make_roles
from tools.console import Screen
from tools.destruction import (
    DESTRUCTION,
    Going,
    Staying,
    of_plan,
    of_state,
    plan_destruction,
    require_free,
    still_in_use,
)
from tools.errors import ToolError
from tools.gate import check
from tools.paths import BACKEND, PLATFORM, STACKS, Paths
from tools.plan import Plan, aliases_in_state, changes, changes_by_region
from tools.preflight import Finding, Report, look_at, quick_clients, subject_of
from tools.recovery import Recovery
from tools.review import plan_for_review
from tools.synth import synthesize
from tools.target import Target
from tools.upgrades import require_order

#: As much of a fault as is told before instances are followed.
LINES_AT_ONCE = 20


class Account:
    """The account that the credentials in the environment belong to.

    Parameters
    ----------
    settings : Path
        The settings file.
    build : Path
        Working directories, plans and logs.
    out : Path
        The synthesized output.
    environ : mapping, optional
        By default this process's environment.
    screen : Screen, optional
        By default standard output.
    answers : file, optional
        Where a yes is read from. By default standard input.
    gate : bool
        Whether the gate judges output and plans. By default it does.
    """

    def __init__(
        self,
        *,
        settings: Path,
        build: Path,
        out: Path,
        environ: Mapping[str, str] = os.environ,
        screen: Screen | None = None,
        answers: TextIO | None = None,
        gate: bool = True,
    ) -> None:
        self.paths = Paths(settings=settings, build=build, out=out).absolute()
        self.environ = environ
        self.screen = screen or Screen()
        self._answers = answers or sys.stdin
        self._gate = gate

    def bootstrap(self) -> None:
        """Look at the account, make the service-linked roles that it lacks, and make the state backend.

        What stands is brought up to the settings.

        Raises
        ------
        ToolError
            When the preflight finds what the backend would fail by, or a step fails.
        """
        target = self._target()
        if report := self._preflight(target):
            self._require_none(report.stopping_bootstrap, "the state backend")
        with self.screen.step("bootstrap"):
            make_roles(target, tell=self.screen.say)
            steps = bootstrap(target)
        self.screen.say(f"state backend: {target.bucket}, {steps} steps taken")

    def plan_only(self) -> None:
        """Plan both stacks for review, by a role that may not read the database's password.

        The state is read and not locked, and nothing is left that could be applied. The gate judges the output and
        these plans.
        """
        target = self._target()
        for stack in STACKS:
            with self.screen.step(f"plan {stack} for review"):
                _, plan = plan_for_review(target, stack)
            self.screen.show_changes(f"plan of {stack}", changes_by_region(plan))
            self.screen.say(f"plan of {stack}: {self.paths.build / 'review' / stack / 'plan.json'}")
        self._judge(replace(self.paths, build=self.paths.build / "review"))
        self.screen.say("this is a plan for review: it leaves passwords out, and cannot be applied")

    def plan(self) -> bool:
        """Look at the account, plan both stacks and let the gate judge them; tell whether the platform changes.

        What the preflight finds is told and stops no plan.
        """
        target = self._target()
        self._preflight(target)
        changed, _ = self._plan(target)
        return changed

    def preflight(self, *, as_json: bool = False) -> None:
        """Look at the account, read only, and tell what a deployment would fail by.

        Parameters
        ----------
        as_json : bool
            Whether standard output gets nothing but the findings, as a JSON list. No by default.

        Raises
        ------
        ToolError
            When something stops a deployment.
        """
        if as_json:
            self.screen = Screen(Console(stderr=True))
        report = self._look(self._target())
        if as_json:
            sys.stdout.write(f"{report.as_json()}\n")
        else:
            report.show(self.screen)
        self._require_none(report.stopping, "a deployment")

    def deploy(self) -> None:
        """Look at the account, plan, let the gate judge, ask, apply what was judged, and see new instances take over.

        A group whose new instances do not become healthy is set back to the template version that ran before.

        Raises
        ------
        ToolError
            When there is no state backend, the preflight finds what stops, the gate refuses, something that would be
            replaced is protected from deletion, upgrades come in an order that AWS refuses, nobody says yes, a step
            fails, or new instances do not take over.
        Interrupted
            When somebody interrupts it, with what goes on all the same.
        """
        target = self._target()
        self._require_backend(target)
        if report := self._preflight(target):
            self._require_none(report.stopping, "a deployment")
        changed, plan = self._plan(target)
        if not changed:
            self.screen.say("the platform is as the settings say: there is nothing to deploy")
            return
        require_free(plan, clients=target.clients)
        require_order(plan)
        # What cannot be read is better known before anything is changed.
        rollouts = rollout.before(plan, target.clients)
        self._approve(f"deploy to account {target.account_id}")
        try:
            with self.screen.step("apply platform"):
                steps = target.terraform(PLATFORM).apply(target.plan_file(PLATFORM))
        except ToolError as error:
            # Refreshes go on although the apply does not, and take up to two hours.
            if rollouts:
                self.screen.warn(f"error: {_beginning(error.message)}")
                self.screen.say("the apply has failed; instances that are being replaced are followed to the end")
            faults = self._follow(rollouts)
            raise ToolError("\n".join([error.message, *faults]), advice=error.advice) from error
        self.screen.say(f"{steps} steps taken")
        if faults := self._follow(rollouts):
            raise ToolError(
                "\n".join(["the platform is changed, but not every region runs the new instances:", *faults]),
                advice="see why instances do not become healthy, change the settings and deploy again; the next plan "
                "shows what is set back as a change",
            )

    def _follow(self, rollouts: Sequence[rollout.Rollout]) -> list[str]:
        try:
            return rollout.follow(rollouts, say=self.screen.say)
        except KeyboardInterrupt as interrupt:
            raise rollout.interrupted(rollouts, interrupt) from interrupt

    def recover(self) -> None:
        """Take what a killed apply has left into the state, each step after a yes; nothing in AWS is changed.

        Raises
        ------
        ToolError
            When there is no state backend, or as `Recovery.run` does.
        """
        target = self._target()
        self._require_backend(target)
        left = Recovery(target, screen=self.screen, approve=self._approve).run()
        self.screen.say("`make deploy` does what is left" if left else "the platform is as the settings say")

    def destroy(self) -> None:
        """Show what a destruction of the platform takes and leaves, ask, and do it. The state backend stays.

        Keys that encrypt something that stays are kept, and so is what protects others in the account.

        Raises
        ------
        ToolError
            When there is no state backend, something would not go, it cannot be told what keys encrypt, nobody says
            yes, or a step fails.
        """
        target = self._target()
        self._require_backend(target)
        state = target.state(PLATFORM) or {}
        going = of_state(state)
        if not going:
            self.screen.say("nothing of the platform is deployed: there is nothing to destroy")
            return
        with self.screen.step("look for what has to stay"):
            staying = Staying.of(going, target.clients)
        with self.screen.step("plan destruction"):
            file, plan = plan_destruction(target, kept=staying.addresses)
        for line in changes(plan):
            self.screen.say(f"  {line}")
        self.screen.show_changes("destruction of platform", changes_by_region(plan, aliases=aliases_in_state(state)))
        require_free(plan, clients=target.clients, stack=target.workspace(PLATFORM).configuration())
        self._tell(staying)
        self._approve(f"destroy all of this in account {target.account_id}")
        with self.screen.step("destroy platform"):
            target.terraform(DESTRUCTION).apply(file)
        self._look_again(target, of_plan(plan))
        if staying.keys:
            self.screen.say("keys that were kept, to be deleted once nothing needs them any more:")
            for each in staying.keys:
                self.screen.say(f"  {each.command}")
        self.screen.say(f"the state backend {target.bucket} stays")

    def _tell(self, staying: Staying) -> None:
        for line in staying.lines():
            self.screen.say(line)

    def _look_again(self, target: Target, gone: Sequence[Going]) -> None:
        # Destroying takes an hour, in an account that others work in.
        try:
            missed = still_in_use(gone, target.clients)
        except ToolError as error:
            self.screen.warn(f"warning: all is destroyed, but {error.message}")
            return
        for each in missed:
            self.screen.warn(f"warning: this key waits for its deletion, and something has come: {each.text}")
            for line in each.rescue:
                self.screen.warn(f"  {line}")

    def _target(self) -> Target:
        if endpoint := self.environ.get("AWS_ENDPOINT_URL"):
            self.screen.say(f"note: AWS_ENDPOINT_URL is set, so this goes to {endpoint} and not to AWS")
        target = Target.in_account(paths=self.paths, environ=self.environ, clients=client)
        with self.screen.step("synth"):
            synthesize(self.paths, environ=self.environ)
        return target

    def _preflight(self, target: Target) -> Report | None:
        if self.environ.get("PREFLIGHT") == "no":
            self.screen.say("note: PREFLIGHT=no, so nothing in the account was looked at")
            return None
        report = self._look(target)
        report.show(self.screen)
        return report

    def _look(self, target: Target) -> Report:
        with self.screen.step("preflight"):
            return look_at(subject_of(target, environ=self.environ, clients=quick_clients()))

    @staticmethod
    def _require_none(findings: Sequence[Finding], what: str) -> None:
        if findings:
            count = f"{len(findings)} finding{'s' if len(findings) > 1 else ''}"
            raise ToolError(
                f"{count} of the preflight would stop {what}",
                advice="mend what it names, and look again with `make preflight`; PREFLIGHT=no goes on without looking",
            )

    def _plan(self, target: Target) -> tuple[bool, Plan]:
        if not target.has_backend():
            self.screen.say(
                f"note: no state bucket {target.bucket} yet, so everything counts as new; `make bootstrap` makes it"
            )
        changed = {}
        plans = {}
        for stack in STACKS:
            with self.screen.step(f"plan {stack}"):
                changed[stack], plans[stack] = target.plan(stack)
        # What leaves the settings, a region for one, leaves behind what a destruction does.
        if staying := Staying.of(of_plan(plans[PLATFORM], replaced=False), target.clients):
            self._tell(staying)
            with self.screen.step(f"plan {PLATFORM} again, without them"):
                changed[PLATFORM], plans[PLATFORM] = target.plan(PLATFORM, kept=staying.addresses)
        self._judge(self.paths)
        for stack in STACKS:
            self.screen.show_changes(f"plan of {stack}", changes_by_region(plans[stack]))
            self.screen.say(f"plan of {stack}: {self.paths.plan_json(stack)}")
        if changed[BACKEND] and target.has_backend():
            self.screen.say("note: the state backend is not as the settings say; `make bootstrap` changes it")
        return changed[PLATFORM], plans[PLATFORM]

    def _judge(self, paths: Paths) -> None:
        if self._gate:
            with self.screen.step("gate"):
                check(paths, environ=self.environ)

    def _require_backend(self, target: Target) -> None:
        if not target.has_backend():
            raise ToolError(f"there is no state bucket {target.bucket}", advice="run `make bootstrap` first")

    def _approve(self, what: str) -> None:
        if self.environ.get("APPROVE") == "yes":
            return
        if not self._answers.isatty():
            raise ToolError(f"nobody is there to approve: {what}", advice="look at the plan, then set APPROVE=yes")
        self.screen.console.print(f'{what}? "yes" goes on: ', end="", markup=False, highlight=False)
        if self._answers.readline().strip() != "yes":
            raise ToolError(f"not approved: {what}", advice='only "yes" goes on; nothing was changed')


def _beginning(message: str) -> str:
    """Return the first lines of a message that is told in full at the end."""
    lines = message.splitlines()
    more = [f"… and {len(lines) - LINES_AT_ONCE} more lines, at the end"] if len(lines) > LINES_AT_ONCE else []
    return "\n".join([*lines[:LINES_AT_ONCE], *more])


def client(service: str, region: str) -> Any:  # noqa: ANN401 - boto3 makes client classes at run time
    """Return a boto3 client of the credentials in the environment."""
    import boto3  # noqa: PLC0415 - slow to import

    return boto3.Session().client(service, region_name=region)
