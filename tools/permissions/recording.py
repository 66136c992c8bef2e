"""The life that the least policies are written from: every command of the account's, each under a key of its own."""

import io
import os
import shutil
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, TypeVar

import yaml

from modules.settings import load_settings
from tools.account import Account
from tools.console import Reporter
from tools.emulator import Credentials, Emulator
from tools.emulator.iam.question import Question
from tools.emulator.iam.recording import read
from tools.errors import ToolError
from tools.paths import PLATFORM, Paths
from tools.seed import seed
from tools.target import Target

Result = TypeVar("Result")
#: Who makes the state backend, who plans for review, and who deploys and destroys.
ROLES = ("bootstrap", "planner", "deployer")
#: What the names of their roles open with.
OWN_ROLES = "meridian-"
#: A pair of regions asks for all that any set does: peering, replication and replicas are of pairs.
MOST_REGIONS = 2
#: Deletion protection is lifted from the start: on an account that is a deployment of its own, of one setting.
UNPROTECTED: Mapping[str, Any] = {
    "database": {"deletion_protection": False},
    "entry": {"deletion_protection": False},
    "sessions": {"deletion_protection": False},
}
#: What a team changes in the life of a platform, each by a value other than the default.
CHANGES: Mapping[str, Any] = {
    "owner": "another-team",
    "alarms": {"database_cpu_percent": 70},
    "backup": {"daily_retention_days": 40, "restore_testing": True},
    "budget": {"anomaly_usd": 100, "monthly_usd": 1000},
    "compute": {"cpu_target": 60, "max_size": 15, "volume_size": 20},
    "database": {"backup_retention_days": 21, "rotation": {"after_days": 20}},
    "entry": {"firewall": {"rate_limit": 3000}},
    "logs": {"retention_days": 180},
    "storage": {"keep_logs_days": 200},
}


def record(paths: Paths, *, environ: Mapping[str, str], reporter: Reporter) -> dict[str, list[Question]]:
    """Bootstrap, plan, deploy, plan again, change and destroy the platform on an emulator; return what was asked.

    Parameters
    ----------
    paths : Paths
        The settings to start from, and a place of its own to build in.
    environ : mapping
        The environment of the commands.
    reporter : Reporter
        Where to tell what happens.

    Raises
    ------
    ToolError
        When a step fails, or the plan after the deployment is not empty.
    """
    shutil.rmtree(paths.build, ignore_errors=True)
    paths.build.mkdir(parents=True)
    settings = _written(paths, "settings.yaml", UNPROTECTED)
    changed = _written(paths, "changed.yaml", _merged(UNPROTECTED, CHANGES))
    account_id = load_settings(settings, environ).account_id or "123456789012"
    with Emulator.start(directory=paths.emulator, account_id=account_id) as emulator:
        seed(Target.on_emulator(paths=_with(paths, settings), environ=environ, emulator=emulator))
        # Keys of the root, so that nothing is refused while it is recorded.
        keys = {role: f"{emulator.credentials.access_key}{role.upper()}" for role in ROLES}
        actors = {
            role: Actor(
                emulator.acting_as(Credentials(access_key=key)),
                _with(paths, settings),
                environ=environ,
                reporter=reporter,
            )
            for role, key in keys.items()
        }
        live(actors)
        Actor(
            emulator.acting_as(Credentials(access_key=keys["deployer"])),
            _with(paths, changed),
            environ=environ,
            reporter=reporter,
        ).run(Account.deploy)
        actors["deployer"].run(Account.destroy)
        return recorded(emulator.recording, keys, account_id=account_id)


class Actor:
    """Whoever runs the account's commands on an emulator; the gate has no part in it.

    Parameters
    ----------
    emulator : Emulator
        Acting as whoever it is.
    paths : Paths
        Where to read and write.
    environ : mapping
        The environment of the commands but for what points them at the emulator.
    reporter : Reporter
        Where to tell what happens.
    """

    def __init__(self, emulator: Emulator, paths: Paths, *, environ: Mapping[str, str], reporter: Reporter) -> None:
        self.environ = emulator.clean_environment(environ) | {"APPROVE": "yes"}
        self.paths = paths
        self._reporter = reporter

    def run(self, command: Callable[[Account], Result]) -> Result:
        """Run a command as the command line does: whatever makes a client finds its credentials in the environment."""
        account = Account(
            settings=self.paths.settings,
            build=self.paths.build,
            out=self.paths.out,
            environ=self.environ,
            reporter=self._reporter,
            answers=io.StringIO(),
            gate=False,
        )
        before = dict(os.environ)
        os.environ.clear()
        os.environ.update(self.environ)
        try:
            return command(account)
        finally:
            os.environ.clear()
            os.environ.update(before)


def live(actors: Mapping[str, Actor]) -> None:
    """Bootstrap twice, plan for review, deploy, and see that nothing is left to change.

    Raises
    ------
    ToolError
        When a step fails, or the plan after the deployment is not empty.
    """
    actors["bootstrap"].run(Account.bootstrap)
    actors["bootstrap"].run(Account.bootstrap)
    actors["planner"].run(Account.plan_only)
    actors["deployer"].run(Account.deploy)
    actors["planner"].run(Account.plan_only)
    if actors["deployer"].run(Account.plan):
        raise ToolError(f"the plan of {PLATFORM} after its deployment is not empty")


def recorded(file: Path, keys: Mapping[str, str], *, account_id: str) -> dict[str, list[Question]]:
    """Return the questions of a recording by role.

    Each looks at its own role besides, whose path buckets have to know. The root of the account, which was recorded,
    has none.

    Parameters
    ----------
    file : Path
        The recording.
    keys : mapping
        The access key of each role.
    account_id : str
        The account of the recording.

    See https://registry.terraform.io/providers/hashicorp/aws/5.100.0/docs/data-sources/iam_session_context
    """
    roles = {key: role for role, key in keys.items()}
    found: dict[str, list[Question]] = {role: [] for role in keys}
    for key, question in read(file):
        if key in roles:
            found[roles[key]].append(question)
    for role in ROLES:
        itself = f"arn:aws:iam::{account_id}:role/{OWN_ROLES}{role}"
        found[role].append(Question(action="iam:GetRole", resource=itself, region="us-east-1"))
    return found


def first_regions(settings: Mapping[str, Any]) -> list[str]:
    """Return the primary region and as many more as it takes to see what regions have with each other."""
    primary = str(settings["primary_region"])
    home = settings.get("home_region", primary)
    others: Iterable[str] = sorted(settings["regions"], key=lambda name: name not in {primary, home})
    return [primary, *(name for name in others if name != primary)][:MOST_REGIONS]


def _written(paths: Paths, name: str, changes: Mapping[str, Any]) -> Path:
    content = yaml.safe_load(paths.settings.read_text(encoding="utf-8"))
    content = _merged(content, changes) | {"regions": first_regions(content)}
    path = paths.build / name
    path.write_text(yaml.safe_dump(content, sort_keys=False), encoding="utf-8")
    return path


def _merged(one: Mapping[str, Any], other: Mapping[str, Any]) -> dict[str, Any]:
    merged = dict(one)
    for key, value in other.items():
        old = merged.get(key)
        merged[key] = _merged(old, value) if isinstance(old, Mapping) and isinstance(value, Mapping) else value
    return merged


def _with(paths: Paths, settings: Path) -> Paths:
    return Paths(settings=settings, build=paths.build, out=paths.out)
