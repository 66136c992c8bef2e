"""A plan and its configuration, made resource by resource, and what a look for drift says of it."""

from __future__ import annotations

from typing import Any

from tools.drift.compare import Compared, compare
from tools.drift.report import Report

OURS = "123456789012"
HOME, WEST = "us-east-1", "us-west-2"
POLICY: dict[str, Any] = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Action": "sns:Publish", "Principal": {"Service": "events.amazonaws.com"}}],
}
WIDER = {**POLICY, "Statement": [*POLICY["Statement"], {"Effect": "Allow", "Action": "sns:*", "Principal": "*"}]}


class Made:
    """A plan and its configuration, resource by resource."""

    def __init__(self) -> None:
        self.drift: list[dict[str, Any]] = []
        self.changes: list[dict[str, Any]] = []
        self.standing: list[dict[str, Any]] = []
        self.referring: list[dict[str, Any]] = []
        self.resources: dict[str, Any] = {}

    def configure(self, address: str, region: str = HOME, **body: Any) -> None:
        kind, name = address.split(".")
        path = f"platform/{region}/network/{name}"
        known = {"//": {"metadata": {"path": path}}, "provider": f"aws.{region}"}
        self.resources.setdefault(kind, {})[name] = {**known, **body}

    def refer(self, address: str, to: str) -> None:
        self.configure(address, of=f"${{{to}.id}}")
        self.referring.append(
            {
                "address": address,
                "type": address.split(".", maxsplit=1)[0],
                "expressions": {"of": {"references": [f"{to}.id", to]}},
            }
        )

    def drifted(
        self, address: str, before: Any, after: Any, *, put_back: Any = (), region: str = HOME, **more: Any
    ) -> None:
        """A change outside of Terraform, of which the next deployment puts some attributes back."""
        kind = kind_of(address)
        if address.split(".")[1] not in self.resources.get(kind, {}):
            self.configure(address, region, **dict.fromkeys(put_back, "stated"))
        one = {"address": address, "mode": "managed", "type": kind}
        actions = ["update"] if after is not None else ["delete"]
        self.drift.append({**one, "change": {"actions": actions, "before": before, "after": after, **more}})
        planned = {**(after or {}), **{name: before[name] for name in put_back}} if after is not None else before
        action = "create" if after is None else "update" if put_back else "no-op"
        self.changes.append({**one, "change": {"actions": [action], "before": after, "after": planned}})

    def planned(self, address: str, actions: list[str], before: Any, after: Any, **more: Any) -> None:
        kind, name = address.split(".")
        if name not in self.resources.get(kind, {}):
            self.configure(address)
        what = {"actions": actions, "before": before, "after": after, **more}
        self.changes.append({"address": address, "mode": "managed", "type": kind, "change": what})

    def stands(self, address: str, **values: Any) -> None:
        self.standing.append(
            {"address": address, "mode": "managed", "type": address.split(".", maxsplit=1)[0], "values": values}
        )

    @property
    def plan(self) -> dict[str, Any]:
        return {
            "resource_drift": self.drift,
            "resource_changes": self.changes,
            "configuration": {"root_module": {"resources": self.referring}},
            "prior_state": {"values": {"root_module": {"resources": self.standing}}},
        }

    def compare(self) -> Compared:
        return compare(self.plan, {"resource": self.resources}, account_id=OURS)

    def only(self) -> Any:
        (found,) = self.compare().findings
        return found


def kind_of(address: str) -> str:
    return address.partition(".")[0]


def report(compared: Compared) -> Report:
    """What is told of a comparison."""
    return Report(account_id=OURS, platform="PROD main", looked="2026-11-30T12:00:00Z", compared=compared)
