"""Terraform in one directory: its commands, their progress, and their faults in words."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console

from tools.durations import Duration, of_place
from tools.errors import ToolError
from tools.terraform.binary import find_terraform
from tools.terraform.diagnostics import Diagnostic, describe
from tools.terraform.ending import bad_end
from tools.terraform.events import Stream
from tools.terraform.place import Place
from tools.terraform.process import run
from tools.terraform.progress import Reporter

_LOCAL_GRACE_SECONDS = 90.0
#: Terraform and each process of the provider build the schemas of 1,400 resource types and end soon after. With fewer
#: collections that takes a fifth less of the processor, and more memory. https://go.dev/doc/gc-guide#GOGC
_LOCAL_GARBAGE_COLLECTION = {"GOGC": "400"}
_CHANGES = 2
#: A provider that the lock file does not have, or has with other hashes, is an error, and the file stays as it is.
#: https://developer.hashicorp.com/terraform/cli/commands/init
LOCKED_PROVIDERS = "-lockfile=readonly"
# They change what a command does; a shell that has run `make local-env` for the cdktf CLI has one of them set.
_NOT_PASSED_ON = ("TF_CLI_ARGS", "TF_WORKSPACE", "TF_DATA_DIR", "TF_INPUT")


@dataclass(frozen=True, kw_only=True)
class Options:
    """How Terraform is run.

    Parameters
    ----------
    local : bool
        True on the emulator: 60 steps at once instead of 10, since most of them wait, a limit to how long a stop may
        take, advice that names the `local-` targets, and `GOGC=400` unless it is set. False by default.
    logs : Path or None
        Directory for raw output, one file a command. By default `logs` beside the working directory.
    console : Console or None
        Where progress is shown. By default standard error.
    """

    local: bool = False
    logs: Path | None = None
    console: Console | None = None


class Terraform:
    """Terraform in one working directory.

    Parameters
    ----------
    directory : Path
        Where the configuration is.
    environment : mapping
        The whole environment of the commands, `TF_CLI_CONFIG_FILE` included.
    options : Options, optional
        By default as against an AWS account.
    """

    def __init__(self, directory: Path, environment: Mapping[str, str], *, options: Options | None = None) -> None:
        self.directory = directory.absolute()
        self.options = options or Options()
        self.logs = self.options.logs or self.directory.parent / "logs"
        self._console = self.options.console or Console(stderr=True)
        kept = {name: value for name, value in environment.items() if not name.startswith(_NOT_PASSED_ON)}
        local = _LOCAL_GARBAGE_COLLECTION if self.options.local else {}
        self._environment = local | kept | {"TF_IN_AUTOMATION": "1", "CHECKPOINT_DISABLE": "1"}
        self._binary = find_terraform(environment.get("PATH")).path

    def init(self, backend_arguments: Sequence[str] = ()) -> None:
        """Prepare the directory for the backend that its files name, whatever was used before.

        Providers are taken only as the directory's lock file has them.
        """
        self._run("init", ["-json", "-input=false", "-reconfigure", LOCKED_PROVIDERS, *backend_arguments])

    def migrate(self, backend_arguments: Sequence[str] = ()) -> None:
        """Prepare the directory for the backend that its files name, and copy the state there from the last one."""
        # Terraform refuses -json together with -migrate-state.
        flags = ["-no-color", "-input=false", "-migrate-state", "-force-copy", LOCKED_PROVIDERS]
        self._run("init", [*flags, *self._lock_flags(), *backend_arguments], log="migrate")

    def plan(self, out: Path, *, destroy: bool = False, refresh: bool = True, only: Sequence[str] = ()) -> bool:
        """Write a plan to `out`, by default of everything and by what stands; tell whether it changes anything."""
        self.require_saved()
        flags = [
            *self._work_flags(),
            f"-out={out.absolute()}",
            "-detailed-exitcode",
            *(["-destroy"] if destroy else []),
            *([] if refresh else ["-refresh=false"]),
            *(f"-target={address}" for address in only),
        ]
        code, _ = self._run("plan", flags, good=(0, _CHANGES))
        return code == _CHANGES

    def apply(self, plan: Path | None = None) -> int:
        """Apply a saved plan, or plan and apply in one; return how many steps were taken.

        Raises
        ------
        ToolError
            When a step failed, the state could not be saved, or Terraform was killed; with what may stand that is not
            in the state. Also when an earlier run left a state that could not be saved.
        Interrupted
            When a signal came; likewise.
        """
        self.require_saved()
        _, stream = self._run("apply", [*self._work_flags(), *([str(plan.absolute())] if plan else ["-auto-approve"])])
        return stream.steps

    def refresh(self) -> None:
        """Write into the state what it is to know of what it holds, the order of things included; AWS stays as it is.

        See https://developer.hashicorp.com/terraform/tutorials/state/refresh
        """
        self._run("apply", [*self._work_flags(), "-refresh-only", "-auto-approve"], log="refresh")

    def destroy(self, *, refresh: bool = True) -> int:
        """Destroy all that the state holds, by default by what stands; return how many resources went.

        Raises as `apply` does.
        """
        self.require_saved()
        flags = [*self._work_flags(), "-auto-approve", *([] if refresh else ["-refresh=false"])]
        _, stream = self._run("destroy", flags)
        return stream.steps

    def show(self, plan: Path | None = None, *, to: Path | None = None) -> dict[str, Any]:
        """Return a saved plan, or by default the state, as JSON; write it to the file `to` if one is given."""
        _, stream = self._run("show", ["-json", *([str(plan.absolute())] if plan else [])], capture=True)
        text = stream.text()
        if to is not None:
            to.write_text(text + "\n", encoding="utf-8")
        return self._document(text, of="show")

    def validate(self) -> None:
        """Check the configuration.

        Raises
        ------
        ToolError
            With every error that Terraform found.
        """
        _, stream = self._run("validate", ["-json"], good=(0, 1), capture=True)
        answer = self._document(stream.text(), of="validate")
        if found := [Diagnostic.of(each) for each in answer["diagnostics"] if each["severity"] == "error"]:
            text, advice = describe(diagnostics=found, place=self._place("validate"), outlook="nothing was changed")
            raise ToolError(f"terraform validate of {self.directory.name} failed: {text}", advice=advice)

    def force_unlock(self, lock_id: str) -> None:
        """Remove the state lock with this id."""
        self._run("force-unlock", ["-force", lock_id])

    def require_saved(self) -> None:
        """Refuse to go on while the state of an earlier run, here or in a directory beside this, waits to be saved.

        Raises
        ------
        ToolError
            With the file that Terraform left. To run again would fork the state.
        """
        place = self._place("")
        for file in sorted(self.directory.parent.glob(f"*/{place.unsaved.name}")):
            raise ToolError(
                f"{file} is the state of a run that could not save it, and the only record of what that run made",
                advice=f"`{place.recover}` pushes it; until then nothing is planned or applied, since that would make "
                "things a second time",
            )

    def push_state(self, file: Path) -> None:
        """Write a state that could not be saved, `errored.tfstate`, to where the state is kept.

        Terraform refuses one of another lineage, and one that is older than what is there:
        https://developer.hashicorp.com/terraform/cli/commands/state/push
        """
        self._run("state", ["push", *self._lock_flags(), str(file.absolute())], log="push")

    def import_(self, address: str, identity: str) -> None:
        """Take what stands into the state, under an address that the configuration has.

        Parameters
        ----------
        address : str
            The address.
        identity : str
            What the page of the resource's type in the provider's documentation asks for under "Import".
        """
        flags = ["-no-color", "-input=false", *self._lock_flags(), address, identity]
        self._run("import", flags)

    def untaint(self, address: str) -> None:
        """Have the state hold a resource for whole, which Terraform holds for damaged and would replace.

        See https://developer.hashicorp.com/terraform/cli/commands/untaint
        """
        self._run("untaint", [*self._lock_flags(), address])

    def pull_state(self) -> dict[str, Any]:
        """Return the state as it is kept, without a lock; it is empty where there is none yet."""
        try:
            _, stream = self._run("state", ["pull"], log="pull", capture=True)
        finally:
            # It is the state itself, which is kept where it is guarded and nowhere else.
            self.log("pull").unlink(missing_ok=True)
        return self._document(stream.text() or "{}", of="state")

    def _pulled(self) -> dict[str, Any] | None:
        try:
            return self.pull_state()
        except ToolError:
            return None

    def _document(self, text: str, *, of: str) -> dict[str, Any]:
        try:
            document: dict[str, Any] = json.loads(text)
        except ValueError as error:
            raise ToolError(
                f"terraform {of} of {self.directory.name} did not give the whole of what it was asked for",
                advice=f"see whether there is room on the disk of {self.logs}, then run again",
            ) from error
        return document

    def _place(self, log: str) -> Place:
        return Place(directory=self.directory, local=self.options.local, log=self.log(log))

    def _work_flags(self) -> list[str]:
        return ["-json", "-input=false", f"-parallelism={60 if self.options.local else 10}", *self._lock_flags()]

    def _lock_flags(self) -> list[str]:
        return ["-lock-timeout=3s"]

    def _run(
        self, command: str, flags: list[str], *, good: tuple[int, ...] = (0,), log: str = "", capture: bool = False
    ) -> tuple[int, Stream]:
        stream = Stream()
        title = f"{command} {self.directory.name}"
        durations = of_place(self.directory.parent)
        # A step of a target has the same name, and more to do.
        known_as = f"terraform {title}"
        with Reporter(title=title, console=self._console, last=durations.last(known_as)) as reporter:

            def take(line: str) -> None:
                if capture:
                    stream.keep(line)
                    return
                stream.read(line)
                reporter.show(stream)

            ended = run(
                [self._binary, command, *flags],
                directory=self.directory,
                environment=self._environment,
                log=self.log(log or command),
                on_line=take,
                grace=_LOCAL_GRACE_SECONDS if self.options.local else None,
            )
        if stream.cut:
            self._console.print(f"warning: {self.log(log or command)} has gaps: was the disk full?", markup=False)
        if ended.signal_number is not None or ended.code not in good:
            place = self._place(log or command)
            raise bad_end(command, ended=ended, stream=stream, place=place, state=self._pulled)
        durations.keep(known_as, Duration(seconds=reporter.seconds, steps=stream.done))
        return ended.code, stream

    def log(self, command: str) -> Path:
        """Return where the raw output of a command goes."""
        return self.logs / f"{self.directory.name}-{command}.log"
