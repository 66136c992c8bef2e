"""The closing statement: what is true now, what is not, and what to do."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from . import credentials
from .credentials import CANCELLED, ON

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .journal import Run
    from .world import Platform


def statement(run: Run, platform: Platform) -> list[str]:
    """Lines for people, from the journal alone: nothing is asked of AWS.

    Parameters
    ----------
    run
        The record of a failover, done or not.
    platform
        The platform.
    """
    lines = [f"Failover {run.id}: {run.origin} -> {run.target}, {run.state} ({_begun(run)})"]
    lines += [f"  is: {line}" for line in _true(run)]
    lines += [f"  is not: {line}" for line in _not_true(run, platform)]
    if "settle" in run.steps:
        lines += [f"  to do: {line}" for line in _to_do(run)]
    return lines


def settings_edit(run: Run) -> str:
    """The edit that makes the settings say what is true."""
    return f"database.instances: {{{run.target}: {{role: writer}}, {run.origin}: {{role: detached}}}}"


def _begun(run: Run) -> str:
    by = f" by {run.by}" if run.by else ""
    reason = f", forced: {run.force_reason}" if run.force_reason else ""
    return f"{moment(run.began)}{by}{', planned' if run.planned else ''}{reason}"


def _true(run: Run) -> Iterator[str]:
    steps = run.steps
    if "settle" in steps:
        yield f"the writer is {steps['settle']['host']} in {run.target}"
    primary = credentials.primary_of(run)
    if "secret" in steps and primary == run.target:
        yield f"the secrets in {run.target} have its address, and are primary secrets"
    elif "secret" in steps:
        yield f"the secrets in {primary} have its address, and those in all other regions follow them"
    if following := sorted(set(steps.get("spread", {})) - set(credentials.missing(run))):
        yield f"the secrets in {', '.join(following)} follow them"
    if steps.get("hold", {}).get("held"):
        yield f"{run.origin} is out of DNS, and stays out until make failback STEP=release"
    if steps.get("fence", {}).get("fenced"):
        yield f"the old writer is fenced: no client reaches {run.source}"
    if steps.get("drain", {}).get("drained"):
        yield "nothing that was committed is lost"
    if "scale" in steps:
        yield f"the web tier in {run.target} has {steps['scale']['desired']} instances"


def _not_true(run: Run, platform: Platform) -> Iterator[str]:
    steps = run.steps
    seconds = steps.get("look", {}).get("loss_seconds")
    if "promote" in steps and not steps.get("drain", {}).get("drained"):
        known = "an unknown amount" if seconds is None else f"up to {seconds} s"
        yield f"everything here: {known} of writes to the old writer are not in {run.target}"
    if "hold" in steps and not steps["hold"]["held"]:
        yield f"held out of DNS: {run.origin} would be used again when it is healthy ({steps['hold']['why']})"
    if "fence" in steps and not steps["fence"]["fenced"]:
        yield f"fenced: the old writer ({steps['fence']['why']}); its keeper fences it within minutes of its return"
    for region in credentials.missing(run):
        yield f"following: the secrets in {region} ({steps['spread'][region]}); a keeper sees to it"
    for name, what in steps.get("rotation", {}).items():
        if what not in {ON, CANCELLED}:
            yield f"as it should be: rotation of {name} is {what}"
    if "settle" in steps:
        for region in platform.others(run.origin, run.target):
            yield f"current: the replica in {region}, which replicates the old writer; do not read from it"
        yield "protected: backups of the new writer are not replicated to another region before the next apply"
    if run.region != platform.places[run.origin].keeper:
        yield f"in its place: the record is in {run.region}, since {platform.places[run.origin].keeper} did not answer"


def _to_do(run: Run) -> Iterator[str]:
    yield f"write into the settings: {settings_edit(run)}"
    yield f"make plan asks every region: it works again when {run.origin} answers"
    yield "make failback says what comes next, from here to the release of the region (docs/failover.md#afterwards)"


def moment(seconds: float) -> str:
    """A time in UTC, for people."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
