"""The command line: `python -m tools COMMAND`."""

import argparse
import errno
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from time import monotonic
from typing import TypeVar

from botocore.exceptions import BotoCoreError, ClientError
from rich.console import Console

from modules.settings import SettingsError
from tools import durations
from tools.account import Account
from tools.bench import bench
from tools.changes import page
from tools.chaos.chaos import chaos, place_of_chaos
from tools.console import Reporter
from tools.cost import cost
from tools.demo import demo
from tools.diagram.command import diagram
from tools.drill.run import drill, place_of_drill
from tools.emulator import EmulatorError
from tools.errors import Interrupted, ToolError
from tools.failback import Failback
from tools.failover import Failovers
from tools.failover_clients import Make, clients_in_account, clients_on_emulator
from tools.interrupts import raise_on_signals
from tools.local import LocalPlatform
from tools.numbers import write
from tools.one_run import one_run
from tools.paths import Paths
from tools.permissions.write import place_of_recording, write_policies, write_policies_again
from tools.plan_summary.command import plan_summary
from tools.prove.command import Proof
from tools.reference import costs
from tools.reference import page as reference
from tools.sbom import sbom
from tools.synth import synthesize
from tools.tables import write as write_tables
from tools.trial import trial

Command = Callable[..., object]
Result = TypeVar("Result")
Table = Mapping[str, tuple[str, Command]]
#: Plans, states and logs hold what is nobody else's business.
OWNER_ONLY = 0o077
PREFLIGHT = "preflight"
AFTER_AWS = "see whether the credentials still hold (aws sts get-caller-identity) and may do this, then run it again"
NO_ROOM = (errno.ENOSPC, errno.EDQUOT)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; return the exit code: 0, 1 after a fault that is told in words, 130 after Ctrl-C.

    What a command finds can be a code of its own, such as 2 of `drift`.
    """
    table = commands()
    parser = argparse.ArgumentParser(prog="python -m tools", description="Meridian's tools.")
    subparsers = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name, (text, _) in table.items():
        command = subparsers.add_parser(name, help=text)
        if name == PREFLIGHT:
            command.add_argument("--json", action="store_true", help="print the findings as a JSON list, for programs")
    options = parser.parse_args(arguments)
    chosen = options.command
    more = {"as_json": True} if getattr(options, "json", False) else {}
    raise_on_signals()
    started = monotonic()
    try:
        table[chosen][1](**more)
    except Interrupted as interrupt:
        _tell(str(interrupt))
        return interrupt.exit_code
    except KeyboardInterrupt:
        _tell(f"interrupted: {chosen} did not come to its end; run it again")
        return 130
    except Exception as error:
        lines = in_words(error, command=chosen)
        if not lines:
            raise
        _tell(*lines)
        return 1
    if (seconds := monotonic() - started) >= durations.SHORTEST_SECONDS:
        _tell(f"make {chosen}: done in {durations.in_words(seconds)}")
    return 0


def in_words(error: Exception, *, command: str) -> list[str]:
    """Return what a user is told of a fault; nothing of one that is the program's own."""
    match error:
        case ToolError():
            return [f"error: {error.message}", *([f"what to do: {error.advice}"] if error.advice else [])]
        case EmulatorError():
            return [f"error: {error}"]
        case SettingsError():
            return [str(error)]
        case BotoCoreError() | ClientError():
            return [f"error: AWS did not answer as it should: {' '.join(str(error).split())}; {AFTER_AWS}"]
        case OSError() if error.errno in NO_ROOM:
            return [f"error: {error}", f"what to do: make room on that disk, then run `make {command}` again"]
        case _:
            return []


def commands() -> Table:
    """Return the commands, each with what it does in words and in deed."""
    paths = Paths.standard(environ=os.environ, place="local")
    aws = Paths.standard(environ=os.environ, place="aws")
    local = LocalPlatform(settings=paths.settings, build=paths.build, out=paths.out)
    proof = Proof()
    first = Paths.standard(environ=os.environ, place="try")
    account = Account(settings=aws.settings, build=aws.build, out=aws.out)
    # What these print is for other programs too, so that somebody who waits looks at standard error.
    watch = Reporter(Console(stderr=True), durations=durations.of_place(paths.build))

    def waited(name: str, run: Callable[[], Result]) -> Result:
        with watch.waiting(name):
            return run()

    on_emulator: Table = {
        "synth": (
            "synthesize the stacks to Terraform JSON",
            lambda: _print(waited("synth", lambda: _synthesized(paths))),
        ),
        "policy": ("plan both stacks on the emulator, and judge output and plans", local.policy),
        "local-start": ("start the emulator with the state backend only", local.start),
        "local-plan": ("plan both stacks on the emulator", local.plan),
        "local-drift": ("what somebody has changed on the emulator by hand", lambda: _exit(local.drift())),
        "local-restore-drill": ("restore what the emulator keeps, compare, and delete it", local.restore_drill),
        "local-up": ("apply the platform on an emulator that stays up", local.up),
        "local-upgrade-database": ("raise PostgreSQL on the emulator, step by step", local.upgrade_database),
        "local-down": ("destroy the platform and stop the emulator", local.down),
        "local-unlock": ("remove state locks that a killed run has left on the emulator", local.unlock),
        "local-state-elsewhere": ("work with the replica of the state on the emulator", local.state_elsewhere),
        "local-state-home": ("work with the state in the home region on the emulator again", local.state_home),
        "local-region-lost": ("go on without a region on the emulator, or with it again", local.region_lost),
        "local-recover": ("take what a killed run has left on the emulator into the state", local.recover),
        "demo": ("the whole life on an emulator: plan, apply, plan again, destroy", lambda: demo(local)),
        "diagram": (
            "draw the settings' platform as SVG",
            lambda: _print(waited("diagram", lambda: _files(diagram(paths, environ=os.environ)))),
        ),
        "cost": (
            "what the settings cost in a month, and what would save most",
            lambda: _print(waited("cost", lambda: cost(paths, environ=os.environ))),
        ),
    }
    looking: Table = {
        "try": (
            "what would be built: synthesize, plan and judge, apply nothing",
            lambda: trial(LocalPlatform(settings=first.settings, build=first.build, out=first.out)),
        ),
    }
    in_account: Table = {
        "bootstrap": ("make the state backend in the AWS account", account.bootstrap),
        PREFLIGHT: ("look at the AWS account, read only, before anything is planned", account.preflight),
        "plan": ("plan both stacks in the AWS account", account.plan),
        "plan-only": ("plan both stacks for review, without reading a password", account.plan_only),
        "drift": ("what somebody has changed in the AWS account by hand", lambda: _exit(account.drift())),
        "restore-drill": ("ask, restore from the backups in the AWS account, and compare", account.restore_drill),
        "deploy": ("plan, ask, and apply in the AWS account", account.deploy),
        "upgrade-database": ("ask, and raise PostgreSQL in the AWS account, step by step", account.upgrade_database),
        "recover": ("ask, and take what a killed deployment has left into the state", account.recover),
        "state-elsewhere": (
            "work with the replica of the state while home is dark",
            account.state_elsewhere,
        ),
        "state-home": ("work with the state in the home region again", account.state_home),
        "region-lost": ("go on without a region that stays lost, or with it again", account.region_lost),
        "destroy": ("ask, and destroy the platform in the AWS account", account.destroy),
    }
    proving: Table = {
        "prove-on-aws": ("show in an AWS account what only AWS can show, and clean up", proof.prove),
        "prove-destroy": ("take down what an interrupted proof has left standing", proof.remove),
    }
    recording: Table = {
        "iam": ("write the least policies of the settings, from a life on the emulator", lambda: write_policies(paths)),
    }
    breaking: Table = {
        "chaos": ("kill applies on an emulator at random moments, and recover from each", chaos),
    }

    drilling: Table = {
        "drill": ("lose a region on an emulator of its own, fail over, and let it return", drill),
    }

    def moving(make: Callable[[], Make]) -> Failovers:
        return Failovers(file=paths.settings, make=make())

    def here() -> Make:
        return clients_on_emulator(local.emulator_session.get())

    # They write to no place that another command writes to.
    beside: Table = {
        "region-status": ("who is what in every region, and how it is", lambda: moving(clients_in_account).status()),
        "failover": (
            "move the writer of the database to another region",
            lambda: moving(clients_in_account).fail_over(),
        ),
        "failback": (
            "where one is on the way back after a failover; STEP= takes a step",
            lambda: Failback(moving(clients_in_account)).run(),
        ),
        "local-region-status": ("the same on the emulator", lambda: moving(here).status()),
        "local-failover": ("the same on the emulator", lambda: moving(here).fail_over()),
        "local-failback": ("the same on the emulator", lambda: Failback(moving(here), prefix="local-").run()),
        "local-env": ("print shell lines that point other tools at the emulator", lambda: _print(local.environment())),
        "iam-again": ("write them from the recording that is there", lambda: write_policies_again(paths)),
        "numbers": (
            "write the tables of docs/cost.md, docs/quotas.md and docs/changes.md, the picture, and what keys cost",
            lambda: waited("numbers", numbers),
        ),
        "tables": (
            "write docs/settings.md, its schema, and the tables of docs/controls.md and docs/runbooks.md anew",
            lambda: waited("tables", lambda: write_tables(environ=os.environ)),
        ),
        "plan-summary": (
            "the plan that was made last, as Markdown for who reviews it",
            lambda: _print(_files(plan_summary(aws, environ=os.environ))),
        ),
        "sbom": ("list every package of the lock files in build/sbom.json", sbom),
        "bench": ("measure synthesis with and without the fast bindings", lambda: bench(settings=paths.settings)),
    }
    return {
        **_alone(paths, on_emulator),
        **_alone(first, looking),
        **_alone(aws, in_account),
        **_alone(proof.paths, proving),
        **_alone(place_of_recording(paths), recording),
        **_alone(place_of_chaos(), breaking),
        **_alone(place_of_drill(), drilling),
        **beside,
    }


def numbers() -> None:
    """Write the tables of the pages anew, and what keys cost, which docs/settings.md has."""
    write(environ=os.environ)
    page.write()
    costs.write(environ=os.environ)
    reference.write()


def _alone(paths: Paths, table: Table) -> Table:
    """Return the commands so that each holds the place it works in while it runs."""

    def alone(name: str, run: Command) -> Command:
        def held(**more: object) -> object:
            with one_run(paths, command=name):
                return run(**more)

        return held

    return {name: (text, alone(name, run)) for name, (text, run) in table.items()}


def _synthesized(paths: Paths) -> str:
    synthesize(paths)
    return f"the stacks: {paths.out / 'stacks'}"


def _exit(code: int) -> None:
    """Let the process end with a code that says something."""
    if code:
        raise SystemExit(code)


def _files(paths: Sequence[Path]) -> str:
    return "\n".join(map(str, paths))


def _print(text: str) -> None:
    sys.stdout.write(f"{text}\n")


def _tell(*lines: str) -> None:
    # After SIGHUP there is no terminal any more.
    with suppress(OSError):
        sys.stderr.writelines(f"{line}\n" for line in lines)


if __name__ == "__main__":
    os.umask(OWNER_ONLY)
    sys.exit(main())
