"""A plan's drift, sorted: what matters, the rest, what a failover did, and what is only not deployed yet.

`resource_drift` is what a refresh found otherwise than the state had it, and `resource_changes` what the settings make
of that: https://developer.hashicorp.com/terraform/internals/json-format#plan-representation
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from tools.areas import area_of
from tools.danger import HOLD_DATA, of_change
from tools.drift.finding import Finding
from tools.drift.reasons import reasons_of
from tools.drift.table import EMPTY, LOST
from tools.drift.usual import COVERED, WATCHED, covering, differ, unexplained
from tools.drift.words import differences, in_words
from tools.part import blocks, references
from tools.plan import BOOKKEEPING, ELSEWHERE, Plan, changed_names, region_of_what_was

Change = Mapping[str, Any]
QUIET = ({"no-op"}, {"read"})
_NAMES = ("name", "identifier", "bucket", "alarm_name", "id")


@dataclass(frozen=True, kw_only=True)
class Compared:
    """What a look has found.

    Parameters
    ----------
    findings
        What has changed outside of Terraform.
    pending
        What the settings would change that nobody has deployed yet, a line each.
    noted
        Attributes that AWS alone chooses and that have changed, by address.
    """

    findings: tuple[Finding, ...] = ()
    pending: tuple[str, ...] = ()
    noted: Mapping[str, tuple[str, ...]]

    def __add__(self, other: "Compared") -> "Compared":
        return Compared(
            findings=self.findings + other.findings,
            pending=self.pending + other.pending,
            noted={**self.noted, **other.noted},
        )


def compare(plan: Plan, configuration: dict[str, Any], *, account_id: str) -> Compared:
    """Sort what a plan says.

    Parameters
    ----------
    plan : mapping
        The plan, as `terraform show -json` writes it.
    configuration : dict
        The Terraform JSON that it is of.
    account_id : str
        Whose plan it is.
    """
    return _Comparison(plan, configuration, account_id).done()


class _Comparison:
    def __init__(self, plan: Plan, configuration: dict[str, Any], account_id: str) -> None:
        self._plan, self._account_id = plan, account_id
        self._known = blocks(configuration)
        self._changes = {str(each["address"]): each for each in plan.get("resource_changes", ())}
        self._covering = covering(plan)
        self._regions = region_of_what_was(plan)

    def done(self) -> Compared:
        findings: list[Finding] = []
        noted: dict[str, tuple[str, ...]] = {}
        drifted: dict[str, set[str]] = {}
        for change in self._plan.get("resource_drift", ()):
            if change.get("mode") != "managed" or change["type"] == BOOKKEEPING:
                continue
            address = str(change["address"])
            if "delete" in change["change"]["actions"]:
                findings.append(self._gone(change))
                drifted[address] = set()
                continue
            names, extra, rest = self._sorted(change)
            if names or extra:
                findings.append(self._changed(change, names, extra))
                drifted[address] = {*names, *extra}
            elif rest:
                noted[address] = tuple(rest)
        return Compared(findings=tuple(findings), pending=tuple(self._pending(drifted)), noted=noted)

    def _sorted(self, change: Change) -> tuple[list[str], dict[str, list[str]], list[str]]:
        """Return what Terraform puts back or ought to watch, what no other resource explains, and the rest."""
        address, kind = str(change["address"]), change["type"]
        before, after = change["change"]["before"] or {}, change["change"]["after"] or {}
        body = self._body(address)
        put_back = _put_back(self._changes.get(address), body)
        ignored = body.get("lifecycle", {}).get("ignore_changes", ())
        names, extra, rest = [], {}, []
        for name, (old, new) in differences(change).items():
            if not differ(old, new):
                continue
            if name in put_back or name in ignored:
                names.append(name)
            elif name in body:
                # What the provider takes for the same, such as the number of a protocol for its name.
                continue
            elif (kind, name) not in WATCHED:
                rest.append(name)
            elif (left := unexplained(kind, name, before, after, self._plan)) is not None:
                if left:
                    extra[name] = left
            elif not COVERED.get((kind, name), frozenset()) & self._covering.get(address, set()):
                names.append(name)
        return names, extra, rest

    def _changed(self, change: Change, names: list[str], extra: Mapping[str, list[str]]) -> Finding:
        # The dangers are looked for in what has changed, and not in what other resources explain.
        what = change["change"]
        sides = {
            side: {
                key: value
                for key, value in (what[side] or {}).items()
                if key in names or key in extra or not differ(what["before"].get(key), what["after"].get(key))
            }
            for side in ("before", "after")
        }
        narrowed = {**change, "change": {**what, **sides}}
        dangers = list(of_change(narrowed, account_id=self._account_id))
        # Of protections the attribute itself tells it.
        lines = [text for name, text in dangers if name != "protection"]
        lines += [f"{name}: {text}" for name, found in extra.items() for text in found]
        lines += in_words(change, names)
        found = self._finding(change, what["after"])
        reasons = reasons_of(change, names, extra, dangers)
        planned = self._changes.get(found.address)
        undone = bool(names) and planned is not None and {*names} <= changed_names(planned)
        attributes = (*names, *extra)
        return replace(
            found, reasons=reasons, attributes=attributes, changes=tuple(dict.fromkeys(lines)), undone=undone
        )

    def _gone(self, change: Change) -> Finding:
        planned = self._changes.get(str(change["address"]))
        undone = planned is not None and "create" in planned["change"]["actions"]
        found = self._finding(change, change["change"]["before"])
        lost = LOST.get(found.kind, EMPTY if found.kind in HOLD_DATA else "")
        changes = ("deleted", lost) if lost else ("deleted",)
        return replace(found, gone=True, reasons=("deleted",), changes=changes, undone=undone)

    def _finding(self, change: Change, values: Mapping[str, Any]) -> Finding:
        address = str(change["address"])
        path = str(self._body(address).get("//", {}).get("metadata", {}).get("path", ""))
        region = self._region(address, values)
        area = area_of(path, regions={region, *self._regions.values()}) if "/" in path else ELSEWHERE
        return Finding(
            address=address,
            kind=change["type"],
            region=region,
            area=area,
            name=next((str(values[name]) for name in _NAMES if values.get(name)), ""),
            gone=False,
            reasons=(),
            attributes=(),
            changes=(),
            undone=False,
        )

    def _region(self, address: str, values: Mapping[str, Any]) -> str:
        found = self._regions.get(address, ELSEWHERE)
        if found != ELSEWHERE:
            return found
        arn = str(values.get("arn", "")).split(":")
        in_arn = arn[3] if len(arn) > 3 else ""  # noqa: PLR2004 - the region is an ARN's fourth part
        return str(self._body(address).get("provider", "")).rpartition(".")[2] or in_arn or ELSEWHERE

    def _body(self, address: str) -> Mapping[str, Any]:
        """Return what is configured of a resource, which may be one of several with `count` or `for_each`."""
        return self._known.get(address.partition("[")[0]) or {}

    def _pending(self, drifted: Mapping[str, set[str]]) -> Iterator[str]:
        """Yield what the settings would change, besides putting back what has drifted and what follows from that."""
        for address, change in self._changes.items():
            actions = change["change"]["actions"]
            if change.get("mode") != "managed" or set(actions) in QUIET or change["type"] == BOOKKEEPING:
                continue
            names = changed_names(change)
            own = names - drifted.get(address, set())
            if "update" in actions:
                if own and not self._follows(change, own, drifted):
                    yield f"{'/'.join(actions)} {address} ({', '.join(sorted(own))})"
            elif actions != ["create"] or address not in drifted:
                yield f"{'/'.join(actions)} {address}"

    def _follows(self, change: Change, names: set[str], drifted: Mapping[str, set[str]]) -> bool:
        """Tell whether a change is one only because something that it refers to has drifted."""
        unknown = change["change"].get("after_unknown") or {}
        if not all(unknown.get(name) for name in names):
            return False
        seen, wanted = set(), [str(change["address"]).partition("[")[0]]
        while wanted:
            address = wanted.pop()
            if address in seen:
                continue
            seen.add(address)
            wanted += [name for name in references(self._known.get(address)) if name in self._known]
        return bool((seen - {change["address"]}) & drifted.keys())


def _put_back(planned: Change | None, body: Mapping[str, Any]) -> set[str]:
    """Return the attributes that a deployment sets; of what is made anew, those that somebody has configured."""
    if planned is None or not {"create", "update"} & {*planned["change"]["actions"]}:
        return set()
    unknown = planned["change"].get("after_unknown") or {}
    return {name for name in changed_names(planned) if name in body or not unknown.get(name)}
