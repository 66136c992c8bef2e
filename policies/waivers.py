from __future__ import annotations

from datetime import date, timedelta
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Annotated, Any, Self

import yaml
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError, model_validator

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from pydantic import ValidationInfo

    from policies.outcomes import Outcome

LONGEST_DAYS = 366
ALLOWED = {
    "check": "the id of a check, such as CKV_AWS_117",
    "stack": "the name of a stack",
    "resource": "a full address, such as aws_vpc.network_*, with more than * for the name",
    "reason": "a sentence of 20 characters or more",
    "expires": f"a date without quotes, from today to {LONGEST_DAYS} days ahead",
    "optional": "true or false",
}


class Waiver(BaseModel):
    """A finding that may stand for a time.

    Parameters
    ----------
    check
        Id of the check.
    stack
        Name of the stack.
    resource
        Full address; `*` stands for the parts that depend on the region, and for the hash.
    reason
        Why the finding may stand.
    expires
        Last day on which it may.
    optional
        Whether only some settings lead to the finding, so that the waiver may cover none. By default it must cover one.

    Raises
    ------
    ValidationError
        A field is missing, unknown or out of bounds. The context holds `today`.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    check: Annotated[str, StringConstraints(pattern=r"^[A-Z][A-Z0-9]*(_[A-Z0-9]+)+$")]
    stack: Annotated[str, StringConstraints(min_length=1)]
    resource: Annotated[str, StringConstraints(pattern=r"^(data\.)?[a-z][a-z0-9_]*\.[\w*-]*[\w-][\w*-]*$")]
    reason: Annotated[str, StringConstraints(strip_whitespace=True, min_length=20)]
    expires: Annotated[date, Field(strict=True)]
    optional: Annotated[bool, Field(strict=True)] = False

    @model_validator(mode="after")
    def expires_within_a_year(self, info: ValidationInfo) -> Self:
        """Refuse a date that is past or too far ahead."""
        today: date = (info.context or {})["today"]
        if not today <= self.expires <= today + timedelta(days=LONGEST_DAYS):
            raise ValueError(f"expired or too far ahead|expires|{self.expires}")
        return self

    @property
    def justification(self) -> str:
        """Why the finding may stand, and how long."""
        return f"{self.reason} (expires {self.expires})"

    def covers(self, outcome: Outcome) -> bool:
        """Return whether the waiver is of this check and resource."""
        return (self.check, self.stack) == (outcome.check, outcome.stack) and self.matches(outcome.address)

    def matches(self, address: str) -> bool:
        """Return whether the waiver's pattern matches an address."""
        return fnmatchcase(address, self.resource)


def load_waivers(*, path: Path, today: date) -> tuple[dict[str, Waiver], list[str]]:
    """Read the waivers, and say what is wrong with those that are refused.

    Parameters
    ----------
    path
        YAML file with a list of waivers.
    today
        Date against which the expiry is checked.

    Returns
    -------
    waivers
        The sound ones, by their place in the file.
    faults
        One line for each fault: `path: what, value, allowed`.
    """
    try:
        entries = yaml.safe_load(path.read_text(encoding="utf-8"))
    except OSError as error:
        return {}, [f"{path}: {(error.strerror or 'cannot be read').lower()}, allowed: a YAML list, [] for no waivers"]
    except (ValueError, yaml.YAMLError) as error:
        return {}, [f"{path}: is not YAML, {' '.join(str(error).split())}, allowed: a YAML list"]
    if not isinstance(entries, list):
        return {}, [f"{path}: is no list, {entries!r}, allowed: a YAML list, [] for no waivers"]
    waivers: dict[str, Waiver] = {}
    faults: list[str] = []
    for index, entry in enumerate(entries):
        place = f"{path}[{index}]"
        try:
            waivers[place] = Waiver.model_validate(entry, context={"today": today})
        except ValidationError as error:
            faults += [_fault(place=place, detail=detail, today=today) for detail in error.errors()]
    return waivers, faults


def unused(
    *,
    waivers: dict[str, Waiver],
    outcomes: Iterable[Outcome],
    addresses: dict[str, frozenset[str]],
    known: Iterable[str],
) -> list[str]:
    """Say which waivers cover no finding.

    Parameters
    ----------
    waivers
        By their place in the file.
    outcomes
        What the checks found in the scanned stacks.
    addresses
        All addresses of each scanned stack.
    known
        Stacks that exist; waivers of one that was not scanned are left alone.

    Returns
    -------
    list of str
        One line for each: `path: what, value, allowed`.
    """
    findings = [outcome for outcome in outcomes if outcome.failed]
    faults = []
    for place, waiver in waivers.items():
        if waiver.stack not in addresses:
            if waiver.stack not in known:
                stacks = ", ".join(sorted({*known, *addresses}))
                faults.append(f"{place}.stack: is unknown, {waiver.stack!r}, allowed: {stacks}")
        elif not waiver.optional and not any(map(waiver.covers, findings)):
            value = f"{waiver.check} on {waiver.resource}"
            if any(map(waiver.matches, addresses[waiver.stack])):
                faults.append(f"{place}: covers no finding, {value}, allowed: only what fails, remove it")
            else:
                faults.append(
                    f"{place}.resource: matches no resource, {value}, allowed: an address of {waiver.stack}, "
                    "or `optional: true` where only some settings lead to the finding"
                )
    return faults


def _fault(*, place: str, detail: Any, today: date) -> str:  # noqa: ANN401
    field = ".".join(str(part) for part in detail["loc"])
    path = f"{place}.{field}" if field else place
    if detail["type"] == "missing":
        return f"{path}: is missing, nothing, allowed: {ALLOWED[field]}"
    if detail["type"] == "extra_forbidden":
        return f"{path}: is unknown, {detail['input']!r}, allowed: {', '.join(ALLOWED)}"
    if detail["type"] == "value_error":
        _, field, value = str(detail["ctx"]["error"]).split("|")
        what = "has expired" if value < today.isoformat() else "is too far ahead"
        last = today + timedelta(days=LONGEST_DAYS)
        return f"{place}.{field}: {what}, {value}, allowed: {today} to {last}"
    return f"{path}: is refused, {detail['input']!r}, allowed: {ALLOWED.get(field, 'a mapping')}"
