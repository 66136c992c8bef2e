"""The platform on this machine: planned, applied and destroyed on the embedded AWS."""

import os
from collections.abc import Iterable, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path
from typing import Any

from modules.settings import load_settings
from tools.applying import apply
from tools.bootstrap import bootstrap, make_roles
from tools.console import Reporter
from tools.destruction import empty, is_stale
from tools.drift import look_for_drift, told_if_unknown
from tools.durations import of_place
from tools.emulator import Emulator
from tools.emulator_session import EmulatorSession
from tools.failback import require_one_secret
from tools.failover_clients import clients_on_emulator
from tools.gate import check
from tools.lock import Lock, unlock
from tools.paths import BACKEND, PLATFORM, STACKS, Paths
from tools.plan import Plan, changes_by_region, resources_by_region
from tools.protection import lift
from tools.recovery import BackendRecovery, Recovery, is_broken_off
from tools.region_lost import RegionLost
from tools.regions_in_state import look_at_regions
from tools.restore import restore_drill
from tools.saved_plan import SavedPlan
from tools.seed import seed
from tools.shell import shell_lines
from tools.signs_of_life import asked_by_terraform, impatient, look_for
from tools.state_elsewhere import go_elsewhere, go_home
from tools.state_place import require_place
from tools.synth import MAIN, Synthesis, synthesize
from tools.target import Target
from tools.upgrade_words import upgrades_in_words
from tools.upgrading import Upgrade


class LocalPlatform:
    """The platform on the embedded AWS; several run side by side if they share no `build` and no `out`.

    Parameters
    ----------
    settings : Path
        The settings file.
    build : Path
        Working directories, plans, logs, and the emulator's record.
    out : Path
        The synthesized output.
    environ : mapping, optional
        The environment of what is run. By default this process's.
    reporter : Reporter, optional
        Where to tell what happens. By default standard output.
    program : Path, optional
        What synthesizes. By default the project's `main.py`.
    """

    def __init__(
        self,
        *,
        settings: Path,
        build: Path,
        out: Path,
        environ: Mapping[str, str] = os.environ,
        reporter: Reporter | None = None,
        program: Path = MAIN,
    ) -> None:
        self.paths = Paths(settings=settings, build=build, out=out).absolute()
        self.environ = environ
        self._program = program
        self.reporter = reporter or Reporter(durations=of_place(self.paths.build))
        self.emulator_session = EmulatorSession(paths=self.paths, environ=environ, reporter=self.reporter)

    def start(self) -> Emulator:
        """Start an emulator that outlives this command, and make the state backend in it."""
        synthesis = self._synthesize()
        with self.emulator_session.persistent() as emulator:
            target = self.target(emulator, synthesis)
            self._look_at_regions(target)
            self._bootstrap(target)
        self._say_how_to_look(emulator)
        return emulator

    def plan(self) -> None:
        """Plan both stacks, on the running emulator or on one for the moment; leave `plan.json` of each."""
        self._plan(self._synthesize())

    def drift(self) -> int:
        """Look what somebody has changed on the running emulator outside of Terraform; return 0 or 2.

        Raises
        ------
        ToolError
            When no emulator runs, or as `look_for_drift` does.
        """
        with told_if_unknown(self.paths):
            quiet = bool(self.environ.get("CI"))
            target = self.target(self.emulator_session.get(), self._synthesize(quiet=quiet))
            return look_for_drift(target, reporter=self.reporter, quiet=quiet)

    def restore_drill(self) -> None:
        """Restore what the running emulator keeps of database, sessions and objects, compare, and delete it again.

        Raises
        ------
        ToolError
            When no emulator runs, or as `tools.restore.restore_drill` does.
        """
        target = self.target(self.emulator_session.get())
        restore_drill(target, approve=self._tell, reporter=self.reporter, environ=self.environ)

    def policy(self) -> None:
        """Plan both stacks, and let the gate judge output and plans."""
        synthesis = self._synthesize()
        self.check(self._plan(synthesis), synthesis)

    def up(self) -> Emulator:
        """Apply the platform on an emulator that outlives this command; run again, it applies what has changed.

        A failure leaves the emulator up, to be looked at.
        """
        synthesis = self._synthesize()
        with self.emulator_session.persistent() as emulator:
            target = self.target(emulator, synthesis)
            self._look_at_regions(target)
            self._bootstrap(target)
            plan = self.apply(target)
        self.reporter.show_resources(resources_by_region(plan))
        self._say_how_to_look(emulator)
        return emulator

    def upgrade_database(self) -> bool:
        """Raise PostgreSQL on the running emulator to the version of the settings; tell whether there was a step.

        Raises
        ------
        ToolError
            When no emulator runs, or as `Upgrade.run` does.
        """
        target = self.target(self.emulator_session.get(), self._synthesize())
        self._look_at_regions(target)
        # It is nobody's but the user's own: the steps are told, and nobody is asked.
        upgrade = Upgrade(
            target, reporter=self.reporter, environ=self.environ, gate=False, pause=1, program=self._program
        )
        upgrade.settle()
        with self.reporter.step("plan platform"):
            saved = target.save_plan(PLATFORM)
        saved.discard()
        return upgrade.run(saved.content, approve=self._tell)

    def down(self) -> None:
        """Destroy the platform and stop the emulator, which takes the state backend with it."""
        emulator = self.emulator_session.find()
        if emulator is None:
            self.reporter.say("no emulator runs: there is nothing to destroy")
            return
        with self.emulator_session.stopping(emulator):
            self.destroy(self.target(emulator))
        self.reporter.say("the emulator is stopped, and the state backend went with it: nothing is left")

    def environment(self) -> str:
        """Return lines for a shell that point the AWS CLI, Terraform and the cdktf CLI at the running emulator.

        Raises
        ------
        ToolError
            When none runs.
        """
        return shell_lines(self.target(self.emulator_session.get()), environ=self.environ)

    def unlock(self) -> list[Lock]:
        """Remove state locks that a killed run has left on the running emulator, and tell whose they were.

        Raises
        ------
        ToolError
            When no emulator runs, or a lock does not go.
        """
        locks = unlock(self.target(self.emulator_session.get()))
        for lock in locks:
            self.reporter.say(f"unlocked {lock.stack}: held by {lock.who} since {lock.since}, lock id {lock.lock_id}")
        if not locks:
            self.reporter.say("no state is locked")
        return locks

    def recover(self) -> None:
        """Take what a killed run has left on the running emulator into the state, and tell what is still to do.

        Raises
        ------
        ToolError
            When no emulator runs, or as `Recovery.run` does.
        """
        emulator = self.emulator_session.get()
        left = self.recover_on(self.target(emulator, self._synthesize()))
        self.reporter.say("`make local-up` does what is left" if left else "the platform is as the settings say")

    def state_elsewhere(self) -> None:
        """Have the replica of the state on the running emulator count; raises as `go_elsewhere`."""
        go_elsewhere(self._target_anywhere(), reporter=self.reporter, approve=self._tell)

    def state_home(self) -> None:
        """Bring the state on the running emulator back to the home region; raises as `go_home`."""
        go_home(self._target_anywhere(), reporter=self.reporter, approve=self._tell)

    def region_lost(self) -> None:
        """Go on without `REGION` on the running emulator, or with `BACK=1` with it again; raises as `RegionLost`."""
        settings = load_settings(self.paths.settings, self.environ)
        lost = RegionLost(settings, environ=self.environ, reporter=self.reporter, approve=self._tell)
        lost.require_settings()
        target = self._target_anywhere()
        for line in require_place(target):
            self.reporter.say(line)
        lost.run(target)

    def recover_on(self, target: Target) -> list[str]:
        """Take what a killed run has left on an emulator into the state; return what the next plan changes."""
        # It is nobody's but the user's own.
        if is_broken_off(target):
            left = BackendRecovery(target, reporter=self.reporter, approve=lambda _: None).run()
            if target.state(BACKEND) is None:
                return left
        return Recovery(target, reporter=self.reporter, approve=lambda _: None).run()

    def target(self, emulator: Emulator, synthesis: Synthesis | None = None) -> Target:
        """Return what runs Terraform against an emulator, which holds what a real account holds beforehand.

        Parameters
        ----------
        emulator : Emulator
            The emulator.
        synthesis : Synthesis, optional
            What was synthesized for this run. By default any output will do.
        """
        target = Target.on_emulator(paths=self.paths, environ=self.environ, emulator=emulator)
        for line in require_place(target):
            self.reporter.say(line)
        seed(target)
        return replace(target, synthesis=synthesis)

    def plan_stacks(self, target: Target) -> list[SavedPlan]:
        """Plan both stacks and tell what they would change; return the plans.

        Raises
        ------
        ToolError
            As `look_at_regions` does, or when a plan fails.
        """
        self._look_at_regions(target)
        plans = self.save_plans(target)
        for stack, saved in plans.items():
            self.reporter.show_changes(f"plan of {stack}", changes_by_region(saved.content))
            self.reporter.say(f"plan of {stack}: {self.paths.plan_json(stack)}")
        for line in upgrades_in_words(plans[PLATFORM].content, command="make local-upgrade-database"):
            self.reporter.say(line)
        return list(plans.values())

    def save_plans(self, target: Target) -> dict[str, SavedPlan]:
        """Plan both stacks; return the plans by stack."""
        require_one_secret(target, tell=self.reporter.say)
        plans = {}
        for stack in STACKS:
            with self.reporter.step(f"plan {stack}"):
                plans[stack] = target.save_plan(stack)
        return plans

    def check(self, plans: Iterable[SavedPlan] = (), synthesis: Synthesis | None = None) -> None:
        """Let the gate judge output and plans, and see that they are those that are given."""
        with self.reporter.step("gate"):
            check(self.paths, environ=self.environ, plans=plans, synthesis=synthesis)

    def apply(self, target: Target) -> Plan:
        """Plan the platform and apply that plan, which is returned."""
        require_one_secret(target, tell=self.reporter.say)
        with self.reporter.step("apply platform"):
            saved = target.save_plan(PLATFORM)
            with saved.discarded():
                if saved.changed:
                    apply(target, PLATFORM, saved)
        return saved.content

    def destroy(self, target: Target) -> None:
        """Destroy what the platform's state holds, protected or not; does nothing if it holds nothing."""
        state = target.state(PLATFORM) or {}
        if not state.get("resources"):
            self.reporter.say("the platform is not applied: there is nothing to destroy")
            return
        workspace, terraform = target.workspace(PLATFORM), target.terraform(PLATFORM)
        # As it was applied, not as the settings are now: a region that has left them needs its provider to go.
        if not workspace.prepared:
            if not workspace.source.is_dir():
                self._synthesize()
            workspace.prepare()
        # Only here: the emulator is a test account, and the settings stay those of production. On AWS nobody lifts a
        # protection but its owner.
        for each in lift(state, target.clients):
            self.reporter.say(f"    lifted on the emulator: deletion protection of {each.name} in {each.region}")
        for name in empty(state, target.clients):
            self.reporter.say(f"    emptied on the emulator: {name}")
        with self.reporter.step("destroy platform"):
            terraform.init(target.backend_arguments())
            # To look at what stands first takes as long as a plan, and this is what it is needed for.
            terraform.destroy(refresh=is_stale(state, target.clients))

    def _target_anywhere(self) -> Target:
        """Return the running emulator, with what is dark of it, whichever of the states counts."""
        emulator, synthesis = self.emulator_session.get(), self._synthesize()
        make = clients_on_emulator(emulator)

        def clients(service: str, region: str) -> Any:  # noqa: ANN401 - boto3 makes client classes at run time
            # A dark region is not waited for.
            options = {"region_name": region, "config": impatient()}
            return make(service, **options) if service == "sts" else emulator.client(service, region)

        target = Target.on_emulator(paths=self.paths, environ=self.environ, emulator=emulator)
        signs = look_for(asked_by_terraform(target.settings), clients)
        return replace(target, synthesis=synthesis, clients=clients, dark=signs.dark)

    def _plan(self, synthesis: Synthesis) -> list[SavedPlan]:
        with self.emulator_session.running() as emulator:
            return self.plan_stacks(self.target(emulator, synthesis))

    def _synthesize(self, *, quiet: bool = False) -> Synthesis:
        load_settings(self.paths.settings, self.environ)
        with nullcontext() if quiet else self.reporter.step("synth", quiet=True):
            return synthesize(self.paths, environ=self.environ, program=self._program)

    def _look_at_regions(self, target: Target) -> None:
        for line in look_at_regions(target):
            self.reporter.say(line)

    def _tell(self, what: str, lines: Sequence[str]) -> None:
        self.reporter.say(f"{what}:")
        for line in lines:
            self.reporter.say(line)

    def _bootstrap(self, target: Target) -> None:
        with self.reporter.step("bootstrap"):
            self._make_roles(target)
            bootstrap(target)

    def _make_roles(self, target: Target) -> None:
        make_roles(target, tell=self.reporter.say, environ=self.environ)

    def _say_how_to_look(self, emulator: Emulator) -> None:
        region = load_settings(self.paths.settings, self.environ).primary_region
        say = self.reporter.say
        say(f"endpoint: {emulator.endpoint}")
        say('this shell: eval "$(make -s local-env)"')
        say(f"then, for example: aws --endpoint-url {emulator.endpoint} --region {region} ec2 describe-vpcs")
        say(f"logs: {self.paths.logs}, {self.paths.emulator}")
        say("at the end: make local-down")
