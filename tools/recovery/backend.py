"""From a bootstrap that was killed to a state that holds all that it has made of the state backend."""

from contextlib import nullcontext

from tools.applying import end, read
from tools.paths import BACKEND
from tools.plan import changes
from tools.recovery.damaged import hold
from tools.recovery.recovery import Recovery
from tools.saved_plan import SavedPlan
from tools.target import Target
from tools.terraform import Terraform

#: The IAM actions that finding the backend's key takes, besides those of making it: its id is AWS's.
ACTIONS = ("kms:ListAliases", "kms:ListKeys", "kms:ListResourceTags")


def is_broken_off(target: Target) -> bool:
    """Tell whether a bootstrap did not come to its end, or none ever began."""
    return read(target, BACKEND) is not None or target.state(BACKEND) is None


class BackendRecovery(Recovery):
    """The way back from a bootstrap that was broken off; takes what `Recovery` takes.

    The first bootstrap keeps its state in the working directory until the bucket is made, and Terraform writes it there
    after each step. What it was making when it was killed is not in it: a table, say, that AWS refuses to make again.
    """

    def run(self) -> list[str]:
        """Bring the backend's state up to what stands, and return what the next bootstrap still changes.

        Raises
        ------
        ToolError
            As `Recovery.run` does.
        """
        self._require_nobody()
        self._unlock()
        self._push()
        workspace, terraform = self.target.workspace(BACKEND), self.target.terraform(BACKEND)
        workspace.prepare()
        stored = self.target.state(BACKEND)
        with nullcontext() if stored else workspace.local_backend():
            terraform.init(self.target.backend_arguments() if stored else [])
            hold(stored or workspace.local_state(), lambda: terraform, reporter=self.reporter, approve=self._approve)
            self._take_in(terraform)
            with self.reporter.step("plan the state backend again"):
                left = changes(self._plan(terraform).content)
        end(self.target, BACKEND)
        return left if stored else [*left, f"move the state into {self.target.bucket}"]

    def _take_in(self, terraform: Terraform) -> None:
        history = self._history(BACKEND)
        with self.reporter.step("look for what of the state backend is in no state"):
            search = self._search(self._plan(terraform).content, history, BACKEND)
            answers = search.all()
        self._show(answers, history)
        if not answers:
            return
        ready = list(self._ready(search, answers))
        self._approve(
            f"write these {len(ready)} into the state, and change nothing in account {self.target.account_id}"
        )
        with self.reporter.step("import"):
            for answer, found in ready:
                terraform.import_(answer.address, found.import_id)
            terraform.refresh()
        self.taken = len(ready)

    def _plan(self, terraform: Terraform) -> SavedPlan:
        name = "recovery-plan"
        file = self.target.plan_file(BACKEND, name=name)
        saved = SavedPlan.make(terraform, file=file, json_file=file.with_name(f"{name}.json"))
        saved.discard()
        return saved
