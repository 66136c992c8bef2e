"""The platform in an AWS account: planned, deployed after a yes, and destroyed after a yes."""

import os
import sys
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path
from typing import Any, TextIO

from rich.console import Console

from modules.settings import Settings, load_settings
from tools import rollout
from tools.approval import approve, summary, where
from tools.aws_session import new_session
from tools.bootstrap import bootstrap, make_roles
from tools.console import Reporter
from tools.delivery import require_policies
from tools.deployment import apply_and_follow
from tools.destruction import require_free
from tools.digest import of_file
from tools.drift import look_for_drift, told_if_unknown
from tools.durations import of_place
from tools.errors import ToolError
from tools.failback import require_one_secret
from tools.paths import BACKEND, Paths
from tools.planning import Planning
from tools.preflight import Finding, Report, look_at, quick_clients, subject_of
from tools.recovery import BackendRecovery, Recovery, is_broken_off
from tools.region_lost import RegionLost
from tools.regions_in_state import look_at_regions, require_regions
from tools.restore import restore_drill
from tools.saved_plan import SavedPlan
from tools.signs_of_life import asked_by_terraform, asked_for_the_state, impatient, require_light
from tools.state_elsewhere import go_elsewhere, go_home
from tools.state_place import require_place
from tools.synth import synthesize
from tools.takedown import take_down
from tools.target import Target
from tools.upgrades import require_order
from tools.upgrading import Upgrade


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
    reporter : Reporter, optional
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
        reporter: Reporter | None = None,
        answers: TextIO | None = None,
        gate: bool = True,
    ) -> None:
        self.paths = Paths(settings=settings, build=build, out=out).absolute()
        self.environ = environ
        self.reporter = reporter or Reporter(durations=of_place(self.paths.build))
        self._answers = answers or sys.stdin
        self._gate = gate
        self._where: Sequence[str] = ()

    def bootstrap(self) -> None:
        """Look at the account, make the service-linked roles that it lacks, and make the state backend.

        What stands is brought up to the settings.

        Raises
        ------
        ToolError
            When the preflight finds what the backend would fail by, the policies for GitHub are those of other
            settings, or a step fails.
        """
        target = self._target(asked=asked_for_the_state)
        require_policies(target.settings)
        if report := self._preflight(target):
            self._require_none(report.stopping_bootstrap, "the state backend")
        for line in look_at_regions(target):
            self.reporter.say(line)
        with self.reporter.step("bootstrap"):
            make_roles(target, tell=self.reporter.say)
            steps = bootstrap(target)
        self.reporter.say(f"state backend: {target.bucket}, {steps} steps taken")

    def plan_only(self) -> None:
        """Plan both stacks for review, by a role that may not read the database's password.

        The state is read and not locked, and nothing is left that could be applied. The gate judges the output and
        these plans.
        """
        self._planning.plan_for_review(self._target())

    def drift(self) -> int:
        """Look what somebody has changed outside of Terraform, and tell it; nothing is locked, changed or judged.

        Returns
        -------
        int
            0 if nothing has changed, 2 if something has.
        """
        with told_if_unknown(self.paths):
            quiet = bool(self.environ.get("CI"))
            return look_for_drift(self._target(quiet=quiet), reporter=self.reporter, quiet=quiet)

    def plan(self) -> bool:
        """Look at the account, plan both stacks and let the gate judge them; tell whether the platform changes.

        What the preflight finds is told and stops no plan.
        """
        target = self._target()
        self._preflight(target)
        return self._plan(target).changed

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
            self.reporter = Reporter(Console(stderr=True))
        report = self._look(self._target(asked=lambda _: ()))
        if as_json:
            sys.stdout.write(f"{report.as_json()}\n")
        else:
            report.show(self.reporter)
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
        saved = self._plan(target)
        with saved.discarded():
            if not saved.changed:
                self.reporter.say("the platform is as the settings say: there is nothing to deploy")
                return
            plan = saved.content
            require_free(plan, clients=target.clients, retired=target.settings.retired_regions)
            require_order(plan)
            # What cannot be read is better known before anything is changed.
            rollouts = rollout.before(plan, target.clients)
            self._approve(f"deploy to account {target.account_id}", summary(target, plan))
            apply_and_follow(target, saved, rollouts, reporter=self.reporter)
        self.reporter.show_times()
        self.reporter.say("deployed, and every new instance has taken over:")
        for line in self._where:
            self.reporter.say(line)
        self.reporter.say("how it is: `make region-status`")

    def restore_drill(self) -> None:
        """Ask, restore database, sessions and objects from their backups, compare, and delete what was restored.

        Raises
        ------
        ToolError
            As `tools.restore.restore_drill` does.
        """
        target = Target.in_account(paths=self.paths, environ=self.environ, clients=client)
        require_light(target.dark, target.settings.regions)
        self._where = where(target)
        restore_drill(target, approve=self._approve, reporter=self.reporter, environ=self.environ)

    def upgrade_database(self) -> None:
        """Raise PostgreSQL to the version of the settings, in steps that AWS takes, after one question.

        Raises
        ------
        ToolError
            When there is no state backend, the preflight finds what stops, the gate refuses, or as `Upgrade.run` does.
        """
        target = self._target()
        self._require_backend(target)
        if report := self._preflight(target):
            self._require_none(report.stopping, "an upgrade")
        upgrade = Upgrade(target, reporter=self.reporter, environ=self.environ, gate=self._gate)
        upgrade.settle()
        saved = self._plan(target)
        saved.discard()
        upgrade.run(saved.content, approve=self._approve)

    def recover(self) -> None:
        """Take what a killed apply has left into the state, each step after a yes; nothing in AWS is changed.

        Raises
        ------
        ToolError
            As `Recovery.run` does.
        """
        target = self._target()
        if is_broken_off(target):
            if BackendRecovery(target, reporter=self.reporter, approve=self._approve).run():
                self.reporter.say("`make bootstrap` does what is left of the state backend")
            if target.state(BACKEND) is None:
                return
        left = Recovery(target, reporter=self.reporter, approve=self._approve).run()
        then = (
            "`make deploy` does what is left; destroy nothing before that"
            if left
            else "there is nothing left to deploy"
        )
        self.reporter.say(then)

    def destroy(self) -> None:
        """Show what a destruction of the platform takes and leaves, ask, and do it. The state backend stays.

        Keys that encrypt something that stays are kept, and so is what protects others in the account.

        Raises
        ------
        ToolError
            When there is no state backend, a failover is under way or has left two secrets, of which Terraform would
            leave one, something would not go, it cannot be told what keys encrypt, nobody says yes, or a step fails.
        """
        target = self._target()
        self._require_backend(target)
        require_regions(target)
        require_one_secret(target, tell=self.reporter.say)
        take_down(target, approve=self._approve, reporter=self.reporter)

    def state_elsewhere(self) -> None:
        """Have the replica of the state count, while the home region does not answer; raises as `go_elsewhere`."""
        target = self._target(asked=lambda _: (), anywhere=True)
        go_elsewhere(target, reporter=self.reporter, approve=self._approve)

    def state_home(self) -> None:
        """Bring the state back to the home region; raises as `go_home`."""
        target = self._target(asked=lambda _: (), anywhere=True)
        go_home(target, reporter=self.reporter, approve=self._approve)

    def region_lost(self) -> None:
        """Go on without `REGION`, or with `BACK=1` with it again; raises as `RegionLost`."""
        settings = load_settings(self.paths.settings, self.environ)
        lost = RegionLost(settings, environ=self.environ, reporter=self.reporter, approve=self._approve)
        lost.require_settings()
        lost.run(self._target())

    def _target(
        self,
        asked: Callable[[Settings], Collection[str]] = asked_by_terraform,
        *,
        quiet: bool = False,
        anywhere: bool = False,
    ) -> Target:
        """Return the account, synthesized. What Terraform will ask must answer; by default every region."""
        if endpoint := self.environ.get("AWS_ENDPOINT_URL"):
            self.reporter.say(f"note: AWS_ENDPOINT_URL is set, so this goes to {endpoint} and not to AWS")
        read = of_file(self.paths.settings)
        target = Target.in_account(paths=self.paths, environ=self.environ, clients=client)
        require_light(target.dark, asked(target.settings))
        with nullcontext() if quiet else self.reporter.step("synth", quiet=True):
            synthesis = synthesize(self.paths, environ=self.environ)
        if synthesis.settings != read:
            raise ToolError(f"{self.paths.settings} has changed since it was read", advice="run again")
        target = replace(target, synthesis=synthesis)
        self._where = where(target)
        if not anywhere:
            for line in require_place(target):
                self.reporter.say(line)
        return target

    def _preflight(self, target: Target) -> Report | None:
        if self.environ.get("PREFLIGHT") == "no":
            self.reporter.say("note: PREFLIGHT=no, so nothing in the account was looked at")
            return None
        report = self._look(target)
        report.show(self.reporter)
        return report

    def _look(self, target: Target) -> Report:
        with self.reporter.step("preflight", quiet=True):
            return look_at(subject_of(target, environ=self.environ, clients=quick_clients()))

    @staticmethod
    def _require_none(findings: Sequence[Finding], what: str) -> None:
        if findings:
            count = f"{len(findings)} finding{'s' if len(findings) > 1 else ''}"
            raise ToolError(
                f"{count} of the preflight would stop {what}",
                advice="mend what it names, and look again with `make preflight`; PREFLIGHT=no goes on without looking",
            )

    @property
    def _planning(self) -> Planning:
        return Planning(paths=self.paths, environ=self.environ, reporter=self.reporter, gate=self._gate)

    def _plan(self, target: Target) -> SavedPlan:
        return self._planning.plan(target)

    def _require_backend(self, target: Target) -> None:
        if not target.has_backend():
            raise ToolError(f"there is no state bucket {target.bucket}", advice="run `make bootstrap` first")

    def _approve(self, what: str, about: Sequence[str] = ()) -> None:
        # Every question says whose account it is about, and which settings.
        about = about if set(self._where) <= set(about) else [*self._where, *about]
        approve(what, about=about, environ=self.environ, answers=self._answers, reporter=self.reporter)


def client(service: str, region: str) -> Any:  # noqa: ANN401 - boto3 makes client classes at run time
    """Return a boto3 client of the credentials in the environment; one of STS waits for nobody long."""
    return new_session().client(service, region_name=region, config=impatient() if service == "sts" else None)
