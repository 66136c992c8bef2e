"""`make upgrade-database`: the version of the settings, reached by steps that AWS takes, one after another.

The settings say where to go, and AWS says what stands. For each step the platform is synthesized from settings in which
what has not had its turn is held as it stands, planned, judged and applied. Nothing is remembered between steps, so
that whoever runs the command again goes on from what AWS says then.
"""

import os
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import yaml

from modules.settings import load_settings
from modules.settings.text import TextLoader
from tools.applying import apply
from tools.approval import summary
from tools.console import Reporter
from tools.danger import HOLD_DATA
from tools.errors import ToolError
from tools.files import write_text
from tools.gate_plan import checking_plan
from tools.paths import PLATFORM
from tools.plan import Plan, changes, destroyed
from tools.saved_plan import SavedPlan
from tools.synth import MAIN, synthesize
from tools.target import Target
from tools.upgrade_steps import Kind, Step, Variant, steps
from tools.upgrade_words import PAGE, steps_in_words
from tools.upgrades import INSTANCE, instances, missing

Approve = Callable[[str, Sequence[str]], None]
PAUSE_SECONDS = 10.0
LONGEST_SECONDS = 3 * 60 * 60
MOST_SHOWN = 10
ENGINE = "postgres"
#: Attributes of an instance that Terraform keeps for the next change.
PERMISSIONS = frozenset({"allow_major_version_upgrade", "apply_immediately"})
AGAIN = "run the same command again: it goes on from what AWS says then"


class Upgrade:
    """The way from the versions that run to those of the settings.

    Parameters
    ----------
    target : Target
        Where.
    reporter : Reporter
        Where to tell what happens.
    environ : mapping, optional
        The environment of what is run. By default this process's.
    gate : bool
        Whether the gate judges the plan of each step. By default it does.
    pause, longest : float, optional
        Seconds between two looks at an instance, and to wait for it at most.
    program : Path, optional
        What synthesizes. By default the project's `main.py`.
    """

    def __init__(
        self,
        target: Target,
        *,
        reporter: Reporter,
        environ: Mapping[str, str] = os.environ,
        gate: bool = True,
        pause: float = PAUSE_SECONDS,
        longest: float = LONGEST_SECONDS,
        program: Path = MAIN,
    ) -> None:
        self._target = target
        self._reporter = reporter
        self._environ = environ
        self._gate = gate
        self._pause = pause
        self._longest = longest
        self._program = program

    def settle(self) -> None:
        """Wait until AWS is done with what was begun before: a plan that is made earlier tells what was.

        Raises
        ------
        ToolError
            When it takes too long.
        """
        state = self._target.state(PLATFORM) or {}
        for resource in state.get("resources", ()):
            for each in resource["instances"] if resource["type"] == INSTANCE else ():
                arn, identifier = str(each["attributes"]["arn"]), str(each["attributes"]["identifier"])
                self._wait(arn.split(":")[3], identifier)

    def run(self, plan: Plan, *, approve: Approve) -> bool:
        """Take the steps that are left, after one question; tell whether there were any.

        Parameters
        ----------
        plan : mapping
            The plan of the settings, which says what stands and what is wanted.
        approve : callable
            Asks whether to do what its first argument says, about what its second lists; raises where nobody says yes.

        Raises
        ------
        ToolError
            When anything else is to change as well, AWS has no such upgrade, changes would wait for the maintenance
            window, nobody says yes, or a step fails. What was done by then stays, and the next run goes on from there.
        """
        standing, anew = instances(plan), missing(plan)
        left = steps(standing, anew)
        # A replica that is not there is a matter of versions only if a rebuild was broken off.
        if all(step.kind is Kind.CREATE for step in left):
            self._reporter.say("every instance runs the version of the settings: there is nothing to upgrade")
            for one in anew:
                self._reporter.say(f"{one.region} has no instance: a deployment makes it as a replica")
            return False
        self._require_possible(left)
        content = yaml.load(self._target.paths.settings.read_text(encoding="utf-8"), Loader=TextLoader)  # noqa: S506 - derived from SafeLoader
        variant = Variant(content, standing)
        self._require_nothing_else(variant, anew=bool(anew))
        lines = [*summary(self._target, plan), *about(left)]
        approve(f"upgrade PostgreSQL in account {self._target.account_id}", lines)
        for number, step in enumerate(left, 1):
            with self._reporter.step(f"{number} of {len(left)}: {step.kind} {step.region}"):
                self._take(step, variant)
        self._reporter.say("every instance runs the version of the settings")
        return True

    def _take(self, step: Step, variant: Variant) -> None:
        saved = self._plan(variant.take(step))
        with saved.discarded():
            require_no_more(step, saved.content)
            if saved.changed:
                apply(self._target, PLATFORM, saved)
        self._wait(step.region, step.instance.identifier, step.version)

    def _plan(self, content: Mapping[str, Any]) -> SavedPlan:
        folder = self._target.paths.build / "upgrade"
        paths = replace(self._target.paths, settings=folder / "settings.yaml", out=folder / "out")
        write_text(paths.settings, yaml.safe_dump(content, allow_unicode=True))
        settings = load_settings(paths.settings, self._environ)
        synthesis = synthesize(paths, environ=self._environ, program=self._program)
        saved = replace(self._target, paths=paths, settings=settings, synthesis=synthesis).save_plan(PLATFORM)
        try:
            if self._gate:
                with checking_plan(paths, stack=PLATFORM, name="plan", environ=self._environ, reports=folder / "gate"):
                    pass
        except BaseException:
            saved.discard()
            raise
        return saved

    def _require_nothing_else(self, variant: Variant, *, anew: bool) -> None:
        with self._reporter.step("plan what stands, which has to change nothing"):
            saved = self._plan(variant.content())
        saved.discard()
        if lines := changes(others_than_versions(saved.content, anew=anew)):
            shown = [f"  {line}" for line in lines[:MOST_SHOWN]]
            more = [f"  and {len(lines) - MOST_SHOWN} more"] if len(lines) > MOST_SHOWN else []
            raise ToolError(
                "\n".join(["nothing was changed, because more than the version waits:", *shown, *more]),
                advice="this command moves versions alone: put database.version back as it was, `make deploy`, and "
                "then change the version",
            )

    def _require_possible(self, left: Sequence[Step]) -> None:
        """Ask AWS before anything is promoted or changed."""
        for step in left:
            one = step.instance
            if not one.at_once:
                raise ToolError(
                    f"{one.identifier} in {one.region} would change in its maintenance window ({one.window}), and not "
                    "step by step",
                    advice="set database.apply_immediately: true beside the version, choose the time yourself, and "
                    "run this again; take it out afterwards",
                )
            if step.kind is not Kind.UPGRADE:
                continue
            found = self._target.clients("rds", one.region).describe_db_engine_versions(
                Engine=ENGINE, EngineVersion=one.version
            )["DBEngineVersions"]
            listed = [str(each["EngineVersion"]) for each in (found[0]["ValidUpgradeTarget"] if found else ())]
            if not any(each == step.version or each.startswith(f"{step.version}.") for each in listed):
                raise ToolError(
                    f"AWS upgrades PostgreSQL {one.version} in {one.region} to {', '.join(listed) or 'nothing'}, and "
                    f"not to {step.version}",
                    advice="name one of these under database.version; nothing was changed",
                )

    def _wait(self, region: str, identifier: str, version: str = "") -> None:
        rds, end, told = self._target.clients("rds", region), time.monotonic() + self._longest, ""
        while True:
            try:
                (found,) = rds.describe_db_instances(DBInstanceIdentifier=identifier)["DBInstances"]
            except rds.exceptions.DBInstanceNotFoundFault as error:
                if not version:
                    return
                raise ToolError(f"{region}: {identifier} is gone", advice=AGAIN) from error
            status, runs = str(found["DBInstanceStatus"]), str(found["EngineVersion"])
            if status == "available" and f"{runs}.".startswith(f"{version}." if version else ""):
                return
            line = f"{region}: {identifier} is {status} and runs {runs}"
            if told != line:
                told = line
                self._reporter.say(f"    {line}")
            waiting = (found.get("PendingModifiedValues") or {}).get("EngineVersion")
            if version and waiting:
                raise ToolError(f"{line}; {waiting} waits for its maintenance window", advice=AGAIN)
            if time.monotonic() >= end:
                raise ToolError(f"{line}, after {round(self._longest / 60)} minutes", advice=AGAIN)
            time.sleep(self._pause)


def about(left: Sequence[Step]) -> list[str]:
    """Return what to know before the steps are taken."""
    lines = [f"  {line}" for line in steps_in_words(left)]
    apart = [step.region for step in left if step.kind is Kind.REBUILD]
    if apart:
        lines.append(f"! until the end no other region can take over without a loss: {', '.join(apart)}")
        lines.append("! what was written to an instance that is deleted is in its final snapshot alone")
    return [*lines, f"  how long an upgrade takes: {PAGE}"]


def others_than_versions(plan: Plan, *, anew: bool = False) -> Plan:
    """Return a plan without the changes that only permit others: to be made at once, and to be of a major version.

    If a replica is made `anew`, also without it and what is updated after it.
    """
    left_out = {one.address for one in instances(plan) if one.changed and set(one.changed) <= PERMISSIONS}
    kept = [
        change
        for change in plan.get("resource_changes", ())
        if change["address"] not in left_out
        and not (anew and change["change"]["actions"] == ["update"] and change["type"] != INSTANCE)
        and not (anew and change["change"]["actions"] == ["create"] and change["type"] == INSTANCE)
    ]
    outputs = {} if anew else plan.get("output_changes", {})
    return {**plan, "resource_changes": kept, "output_changes": outputs}


def require_no_more(step: Step, plan: Plan) -> None:
    """Refuse the plan of a step that changes another instance, or destroys what holds data and was not announced.

    Raises
    ------
    ToolError
        When it does.
    """
    of_a_role = "aws_db_instance_automated_backups_replication"
    expected = {step.instance.address} if step.kind is Kind.REBUILD else set()
    lost = [one for one in destroyed(plan) if one.partition(".")[0] in HOLD_DATA - {of_a_role} and one not in expected]
    others = [
        change["address"]
        for change in others_than_versions(plan, anew=True)["resource_changes"]
        if change["type"] == INSTANCE
        and change["change"]["actions"] != ["no-op"]
        and change["address"] != step.instance.address
    ]
    if lost or others:
        raise ToolError(
            f"not what was asked about: this step would also change {', '.join(sorted({*lost, *others}))}",
            advice=f"something has changed since; {AGAIN}",
        )
