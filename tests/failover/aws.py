# ruff: noqa: ARG002 - every operation is called in the same way
"""AWS as far as a failover sees it: three regions in a file, each of which can go dark.

The parameters of every call are checked against botocore's own models. What the operations do follows the pages that
the runtime's docstrings name.
"""

from __future__ import annotations

import io
import json
import pickle
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from modules.areas.failover.runtime.advance import advance
from modules.areas.failover.runtime.clients import DarkError
from modules.areas.failover.runtime.world import Place, Platform, World
from tests.failover.aws_checks import check, holds
from tests.failover.aws_copies import Copies, error
from tests.failover.aws_secrets import ACCOUNT, Secrets
from tests.failover.aws_servers import HOME, Servers

WEST, SOUTH = "us-west-2", "ap-south-1"
REGIONS = (HOME, WEST, SOUTH)
SECRETS = ("database", "application")
START = 1_800_000_000.0
KEEPERS = {HOME: WEST, WEST: HOME, SOUTH: WEST}
READS = ("describe_", "get_", "scan", "list_", "invoke")


def platform(**changes: Any) -> Platform:
    places = {
        region: Place(
            keeper=KEEPERS[region],
            instance=f"main-{region}",
            acl=f"acl-{region}",
            group=f"web-{region}",
            page=f"page-{region}",
            rotation=f"rotation-{region}",
            secrets_key=f"alias/secrets-{region}",
            table=f"failover-{region}",
            machine=f"failover-{region}",
            look=f"look-{region}",
        )
        for region in REGIONS
    }
    values: dict[str, Any] = {
        "places": places,
        "secrets": SECRETS,
        "loss_limit_seconds": 420,
        "rotation_days": 30,
        "backup_days": 14,
        "backup_window": "02:00-03:00",
    }
    return Platform(**{**values, **changes})


class Killed(BaseException):
    """A driver that ends in the middle of a call."""


class FakeAws(Copies, Secrets, Servers):
    """The regions. With a file they outlive the process that uses them."""

    def __init__(self, file: Path | None = None) -> None:
        self._file = file
        self.calls: list[tuple[str, str, str]] = []
        #: The number of the changing call before or after which the driver ends.
        self.die_before = self.die_after = 0
        self._changes = 0
        #: Operations that a region refuses, and the code that it says.
        self.refuses: dict[tuple[str, str], str] = {}
        #: What is called after each change.
        self.look: Callable[[], None] = lambda: None
        #: Services that are dark in a region.
        self.ill: set[tuple[str, str]] = set()
        #: Regions that changes of secrets do not reach yet.
        self.behind: set[str] = set()
        self.regions: dict[str, dict[str, Any]] = {}
        self.now = START
        self.dark: dict[str, float] = {}
        if file and file.exists():
            self.regions, self.now, self.dark = pickle.loads(file.read_bytes())  # noqa: S301 - our own
        else:
            self._build()

    def _build(self) -> None:
        for region in REGIONS:
            self.regions[region] = {
                "instance": {"status": "available", "source": None if region == HOME else arn(HOME), "busy": 0},
                "protected": True,
                "copied": region == HOME,
                "restored": {},
                "snapshots": {},
                "failed_objects": 0,
                "jobs": [],
                "acl": [{"RuleNumber": 100, "RuleAction": "allow", "Egress": False}],
                "group": {"DesiredCapacity": 6 if region == HOME else 3, "MaxSize": 9},
                "secrets": {
                    name: {
                        "primary": HOME,
                        "value": {"host": f"main-{HOME}.rds", "password": "pw"},
                        "rotation": f"rotation-{HOME}" if region == HOME else None,
                        "pending": False,
                        "failed": [],
                    }
                    for name in SECRETS
                },
                "puts": 0,
                "table": {},
                "told": [],
                "metrics": {},
                "started": {},
                "broken": {},
                "lag": None,
            }
        self.keep()

    def keep(self) -> None:
        if self._file:
            self._file.write_bytes(pickle.dumps((self.regions, self.now, self.dark)))

    def world(self, **changes: Any) -> World:
        return World(platform=platform(**changes), aws=self, account=ACCOUNT, now=lambda: self.now)

    def pass_time(self, seconds: float) -> None:
        self.now += seconds
        self.keep()

    def go_dark(self, *regions: str) -> None:
        self.dark |= dict.fromkeys(regions, self.now)
        self.keep()

    def come_back(self, *regions: str) -> None:
        for region in regions:
            del self.dark[region]
        self.catch_up()
        self.keep()

    def ask(self, service: str, region: str, operation: str, **arguments: Any) -> dict[str, Any]:
        check(service, operation, arguments)
        self.calls.append((service, region, operation))
        if region in self.dark or (service, region) in self.ill:
            raise DarkError(f"{service} in {region} does not answer")
        if wanted := self.refuses.get((region, operation)):
            raise error(wanted)
        method = getattr(self, f"_{operation}")
        if operation.startswith(READS):
            return method(self.regions[region], region, **arguments)
        self._changes += 1
        if self._changes == self.die_before:
            raise Killed
        answer = method(self.regions[region], region, **arguments)
        self.look()
        self.keep()
        if self._changes == self.die_after:
            raise Killed
        return answer or {}

    # DynamoDB

    def _get_item(self, here: dict[str, Any], region: str, **arguments: Any) -> dict[str, Any]:
        item = here["table"].get(arguments["Key"]["id"]["S"])
        return {"Item": item} if item else {}

    def _scan(self, here: dict[str, Any], region: str, **_: Any) -> dict[str, Any]:
        return {"Items": list(here["table"].values())}

    def _put_item(self, here: dict[str, Any], region: str, **arguments: Any) -> None:
        key = arguments["Item"]["id"]["S"]
        if "ConditionExpression" in arguments and not holds(here["table"].get(key), arguments):
            raise error("ConditionalCheckFailedException")
        here["table"][key] = arguments["Item"]

    # SNS and Step Functions

    def _publish(self, here: dict[str, Any], region: str, **arguments: Any) -> None:
        arguments["Subject"].encode("ascii")
        here["told"].append(arguments["Subject"])

    def _start_execution(self, here: dict[str, Any], region: str, **arguments: Any) -> dict[str, Any]:
        if arguments["name"] in here["started"]:
            raise error("ExecutionAlreadyExists")
        here["started"][arguments["name"]] = json.loads(arguments["input"])
        return {"executionArn": f"arn:aws:states:{region}:{ACCOUNT}:execution:failover:{arguments['name']}"}

    def _describe_execution(self, here: dict[str, Any], region: str, **arguments: Any) -> dict[str, Any]:
        name = arguments["executionArn"].rpartition(":")[2]
        if why := here["broken"].get(name):
            return {"status": "FAILED", "error": "ClientError", "cause": why}
        event = here["started"][name]
        # A machine that has not been told to wait ends with the failover; one that is refused fails.
        answer = advance({**event["request"], "dry_run": True}, self.world())
        if answer["state"] == "refused":
            return {"status": "FAILED", "error": "Refused", "cause": answer["why"]}
        return {"status": "RUNNING"}

    def _invoke(self, here: dict[str, Any], region: str, **arguments: Any) -> dict[str, Any]:
        answer = advance({**json.loads(arguments["Payload"]), "dry_run": True}, self.world())
        return {"Payload": io.BytesIO(json.dumps(answer).encode())}

    # What people look at besides

    def _get_caller_identity(self, here: dict[str, Any], region: str, **_: Any) -> dict[str, Any]:
        return {"Account": ACCOUNT, "Arn": f"arn:aws:sts::{ACCOUNT}:assumed-role/on-call/me"}

    def _describe_alarms(self, here: dict[str, Any], region: str, **_: Any) -> dict[str, Any]:
        return {"CompositeAlarms": [{"StateValue": "OK"}]}

    def _list_certificates(self, here: dict[str, Any], region: str, **_: Any) -> dict[str, Any]:
        return {"CertificateSummaryList": []}

    # For tests

    def held(self, region: str) -> float | None:
        return self.regions[KEEPERS[region]]["metrics"].get(("RegionHeld", region))

    def fenced(self, region: str) -> bool:
        return any(entry["RuleNumber"] == 1 for entry in self.regions[region]["acl"])

    def hosts(self) -> dict[str, set[str]]:
        return {
            region: {secret["value"]["host"].split(".")[0] for secret in here["secrets"].values()}
            for region, here in self.regions.items()
        }

    def picture(self) -> dict[str, Any]:
        """Everything that a failover is for; without what may be done twice, such as messages."""
        return {
            region: {
                "source": here["instance"]["source"],
                "status": here["instance"]["status"],
                "backups": here["instance"].get("backups"),
                "fenced": self.fenced(region),
                "group": here["group"],
                "secrets": here["secrets"],
                "held": self.held(region),
                "told": bool(here["told"]),
            }
            for region, here in self.regions.items()
        }


def arn(region: str) -> str:
    return f"arn:aws:rds:{region}:{ACCOUNT}:db:main-{region}"


def drive(aws: FakeAws, request: dict[str, Any], *, most: int = 400) -> tuple[list[str], dict[str, Any]]:
    """A driver: advance until the end. What was done, and the last answer."""
    did = []
    for _ in range(most):
        answer = advance(request, aws.world())
        json.dumps(answer)
        with suppress(KeyError):
            did.append(answer["did"])
        if answer["next"] == "end":
            return did, answer
        aws.pass_time(answer.get("seconds", 1))
    raise AssertionError(f"no end: {answer}")
