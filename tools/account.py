"""The platform in an AWS account: planned, deployed after a yes, and destroyed after a yes."""

import os
import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, TextIO

from tools.bootstrap import bootstrap
from tools.console import Screen
from tools.errors import ToolError
from tools.gate import check
from tools.paths import BACKEND, PLATFORM, STACKS, Paths
from tools.plan import Plan, changes, changes_by_region
from tools.protection import require_unprotected
from tools.review import plan_for_review
from tools.synth import synthesize
from tools.target import Target


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
        """Make the state backend, or bring it up to the settings."""
        target = self._target()
        with self.screen.step("bootstrap"):
            steps = bootstrap(target)
        self.screen.say(f"state backend: {target.bucket}, {steps} steps taken")

    def plan(self) -> bool:
        """Plan both stacks and let the gate judge them; tell whether the platform changes."""
        changed, _ = self._plan(self._target())
        return changed

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

    def deploy(self) -> None:
        """Plan, let the gate judge, ask, and apply the very plan that was judged.

        Raises
        ------
        ToolError
            When there is no state backend, the gate refuses, something that would be replaced is protected from
            deletion, nobody says yes, or a step fails.
        """
        target = self._target()
        self._require_backend(target)
        changed, plan = self._plan(target)
        if not changed:
            self.screen.say("the platform is as the settings say: there is nothing to deploy")
            return
        require_unprotected(plan)
        self._approve(f"deploy to account {target.account_id}")
        with self.screen.step("apply platform"):
            steps = target.terraform(PLATFORM).apply(target.plan_file(PLATFORM))
        self.screen.say(f"{steps} steps taken")

    def destroy(self) -> None:
        """Show what a destruction of the platform takes, ask, and do it. The state backend stays.

        Raises
        ------
        ToolError
            When there is no state backend, something is protected from deletion, nobody says yes, or a step fails.
        """
        target = self._target()
        self._require_backend(target)
        with self.screen.step("plan destruction"):
            changed, plan = target.plan(PLATFORM, name="destroy-plan", destroy=True)
        if not changed:
            self.screen.say("nothing of the platform is deployed: there is nothing to destroy")
            return
        for line in changes(plan):
            self.screen.say(f"  {line}")
        self.screen.show_changes("destruction of platform", changes_by_region(plan))
        require_unprotected(plan)
        self._approve(f"destroy all of this in account {target.account_id}")
        with self.screen.step("destroy platform"):
            target.terraform(PLATFORM).apply(target.plan_file(PLATFORM, name="destroy-plan"))
        self.screen.say(f"the state backend {target.bucket} stays")

    def _target(self) -> Target:
        if endpoint := self.environ.get("AWS_ENDPOINT_URL"):
            self.screen.say(f"note: AWS_ENDPOINT_URL is set, so this goes to {endpoint} and not to AWS")
        target = Target.in_account(paths=self.paths, environ=self.environ, clients=_client)
        with self.screen.step("synth"):
            synthesize(self.paths, environ=self.environ)
        return target

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


def _client(service: str, region: str) -> Any:  # noqa: ANN401 - boto3 makes client classes at run time
    import boto3  # noqa: PLC0415 - slow to import

    return boto3.Session().client(service, region_name=region)
