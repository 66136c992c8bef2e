"""Plans of both stacks in an account: what is told of them, what guards data, and the gate that judges them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from tools.changes import keys_behind
from tools.console import Reporter
from tools.destruction import staying_of_plan
from tools.failback import require_one_secret
from tools.gate import check
from tools.guard import guard
from tools.paths import BACKEND, PLATFORM, STACKS, Paths
from tools.plan import changes_by_region
from tools.regions_in_state import look_at_regions
from tools.review import plan_for_review
from tools.saved_plan import SavedPlan
from tools.synth import Synthesis
from tools.target import Target
from tools.upgrade_words import upgrades_in_words


@dataclass(frozen=True, kw_only=True)
class Planning:
    """How both stacks are planned in an account.

    Parameters
    ----------
    paths : Paths
        Where output and plans are.
    environ : mapping
        The environment of the gate.
    reporter : Reporter
        Where to tell what happens.
    gate : bool
        Whether the gate judges output and plans.
    """

    paths: Paths
    environ: Mapping[str, str]
    reporter: Reporter
    gate: bool

    def plan(self, target: Target) -> SavedPlan:
        """Plan both stacks, let the gate judge them, and return the plan of the platform.

        Raises
        ------
        ToolError
            When the state holds a region that the settings do not name, secrets are two, data would be lost that the
            settings do not name, the gate refuses, or a plan fails.
        """
        if not target.has_backend():
            self.reporter.say(
                f"note: no state bucket {target.bucket} yet, so everything counts as new; `make bootstrap` makes it. "
                "If the platform stands already, its name or home region has changed: docs/changes.md#another-platform"
            )
        self._look(target)
        plans = {}
        for stack in STACKS:
            with self.reporter.step(f"plan {stack}"):
                plans[stack] = target.save_plan(stack)
        # What leaves the settings, a region for one, leaves behind what a destruction does.
        if staying := staying_of_plan(plans[PLATFORM].content, target.settings, target.clients):
            for line in staying.lines():
                self.reporter.say(line)
            with self.reporter.step(f"plan {PLATFORM} again, without them"):
                plans[PLATFORM] = target.save_plan(PLATFORM, kept=staying.addresses)
        guard(
            list(plans.values()),
            allowed=target.settings.policy.allow_loss,
            meant=target.settings.meant_losses,
            tell=self.reporter.say,
            keys_behind=keys_behind,
        )
        self._judge(self.paths, plans=plans.values(), synthesis=target.synthesis)
        plans[BACKEND].discard()
        for stack in STACKS:
            self.reporter.show_changes(f"plan of {stack}", changes_by_region(plans[stack].content))
            self.reporter.say(f"plan of {stack}: {self.paths.plan_json(stack)}")
        for line in upgrades_in_words(plans[PLATFORM].content):
            self.reporter.say(line)
        if plans[BACKEND].changed and target.has_backend():
            self.reporter.say("note: the state backend is not as the settings say; `make bootstrap` changes it")
        return plans[PLATFORM]

    def plan_for_review(self, target: Target) -> None:
        """Plan both stacks without a lock and without passwords, let the gate judge, and leave nothing to apply.

        Raises
        ------
        ToolError
            As `plan` does, but for data.
        """
        self._look(target)
        for stack in STACKS:
            with self.reporter.step(f"plan {stack} for review"):
                _, plan = plan_for_review(target, stack)
            self.reporter.show_changes(f"plan of {stack}", changes_by_region(plan))
            self.reporter.say(f"plan of {stack}: {self.paths.build / 'review' / stack / 'plan.json'}")
            for line in upgrades_in_words(plan):
                self.reporter.say(line)
        # Judged with the configuration that was planned, which is without what a review must not read.
        review = replace(self.paths, build=self.paths.build / "review")
        self._judge(review, synthesis=target.synthesis, stacks=review.build)
        self.reporter.say("this is a plan for review: it leaves passwords out, and cannot be applied")

    def _look(self, target: Target) -> None:
        for line in look_at_regions(target):
            self.reporter.say(line)
        require_one_secret(target, tell=self.reporter.say)

    def _judge(
        self,
        paths: Paths,
        *,
        plans: Iterable[SavedPlan] = (),
        synthesis: Synthesis | None = None,
        stacks: Path | None = None,
    ) -> None:
        if self.gate:
            with self.reporter.step("gate"):
                check(paths, environ=self.environ, plans=plans, synthesis=synthesis, stacks=stacks)
