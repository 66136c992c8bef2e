"""Whoever types commands and edits settings, against the regions in memory."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from botocore.exceptions import ClientError
from rich.console import Console

from modules.areas.failover.runtime.advance import advance
from modules.areas.failover.runtime.keeper import keep
from modules.settings import Settings, load_settings
from tests.failover.aws import HOME, REGIONS, WEST, FakeAws, arn, platform
from tests.support.region_sets import THREE, settings_of, write_settings
from tools import failover as command
from tools.console import Reporter
from tools.failback import Failback
from tools.failback.marks import Mark
from tools.failover import Failovers


class Client:
    """A boto3 client of the regions in memory."""

    def __init__(self, aws: FakeAws, service: str, region: str) -> None:
        self._aws, self._service, self._region = aws, service, region

    def __getattr__(self, operation: str) -> Callable[..., Any]:
        return lambda **arguments: self._aws.ask(self._service, self._region, operation, **arguments)


class People:
    """Whoever types commands, and what they read."""

    def __init__(self, aws: FakeAws, file: Path) -> None:
        self.aws, self.file, self.text = aws, file, io.StringIO()
        #: What happens after two minutes of a command.
        self.after: Callable[[], None] = lambda: None
        self._began = 0.0

    def type(self, name: str, **environ: str) -> str:
        self.text.truncate(0)
        self.text.seek(0)
        self._began = self.aws.now
        failovers = self._failovers(environ)
        if name == "failback":
            Failback(failovers).run()
        else:
            getattr(failovers, name)()
        return self.text.getvalue()

    def marks(self) -> list[Mark]:
        return Failback(self._failovers({})).marks()

    def settings(self) -> Settings:
        return load_settings(self.file, {})

    def edit(self, **database: Any) -> None:
        content = yaml.safe_load(self.file.read_text())
        content["database"] = {**content.get("database", {}), **database}
        write_settings(self.file.parent, content)

    def change(self, **more: Any) -> None:
        write_settings(self.file.parent, yaml.safe_load(self.file.read_text()) | more)

    def deploy(self) -> None:
        """What Terraform does with the instances, their protection, their backups and their network ACLs."""
        settings = self.settings()
        for region, member in settings.topology.places.items():
            here, stated = self.aws.regions[region], settings.database.instances.get(region)
            instance = here["instance"]
            if member.rebuild and not here.get("rebuilt"):
                assert not here["protected"], region
                self.aws._snapshot(here, f"final-{region}-{len(here['snapshots'])}", of=region)
                assert member.source
                instance = here["instance"] = {"status": "available", "source": arn(member.source), "busy": 0}
            here["rebuilt"] = member.rebuild
            source = instance["source"]
            assert source == (arn(member.source) if member.source else None), f"{region}: no plan does that"
            own = stated.deletion_protection if stated else None
            here["protected"] = settings.database.deletion_protection if own is None else own
            here["copied"] = member.is_standalone
            here["acl"] = [entry for entry in here["acl"] if entry["RuleNumber"] != 1]
            if settings.fenced(region):
                here["acl"].append({"RuleNumber": 1, "RuleAction": "deny", "Egress": False})
        self.keep()

    def keep(self) -> None:
        """A minute passes."""
        for region in REGIONS:
            if region not in self.aws.dark:
                keep(region, self.aws.world())
        self.aws.pass_time(60)

    def lose_home(self) -> None:
        self.aws.go_dark(HOME)
        self.aws.pass_time(60)
        keep(WEST, self.aws.world())

    def fail_over(self) -> None:
        """Home is lost, another region takes over, and home returns and is fenced."""
        self.lose_home()
        self.type("fail_over", REGION=WEST, DRIVER="here")
        self.aws.come_back(HOME)
        self.keep()

    def _failovers(self, environ: dict[str, str]) -> Failovers:
        return Failovers(
            file=self.file,
            make=lambda service, region_name, config: Client(self.aws, service, region_name),  # noqa: ARG005
            environ=environ,
            reporter=Reporter(Console(file=self.text, width=200)),
            sleep=self._wait,
        )

    def _wait(self, seconds: float) -> None:
        """Meanwhile the state machines do a step each."""
        self.aws.pass_time(seconds)
        if self.aws.now - self._began > 120:
            self.after()
        for region, here in self.aws.regions.items():
            for name, event in here["started"].items():
                if region in self.aws.dark or name in here["broken"]:
                    continue
                try:
                    advance(event["request"], self.aws.world())
                except ClientError as error:
                    # As Lambda answers, and Step Functions hands on.
                    here["broken"][name] = json.dumps({"errorMessage": str(error), "stackTrace": ["a line"]})


def new_people(folder: Path, monkeypatch: pytest.MonkeyPatch) -> People:
    """Three regions, and somebody who types."""
    aws = FakeAws()
    for region in REGIONS:
        keep(region, aws.world())
    world = Failovers.world

    def with_time(*arguments: Any, **more: Any) -> Any:
        found, by = world(*arguments, **more)
        return command.World(platform=found.platform, aws=found.aws, account=found.account, now=lambda: aws.now), by

    monkeypatch.setattr(Failovers, "world", with_time)
    monkeypatch.setattr(command, "describe", lambda _: platform())
    return People(aws, write_settings(folder, settings_of(*THREE)))


def current(people: People) -> Mark:
    return next(mark for mark in people.marks() if not mark.done)


def walk(people: People, *, to: str = "") -> list[str]:
    """Do what is next until there is nothing; the names of what was done."""
    done: list[str] = []
    while people.marks() and len(done) < 20:
        mark = current(people)
        if mark.name == to:
            break
        done.append(mark.name)
        if mark.edit is not None:
            people.edit(instances=mark.edit)
            people.deploy()
        elif "STEP=" in mark.to_do:
            people.type("failback", STEP=mark.to_do.rpartition("=")[2])
        else:
            people.deploy()
    return done
