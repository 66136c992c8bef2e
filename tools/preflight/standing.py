"""Regions in which something stands, and those of the settings."""

from collections.abc import Iterator

from tools.errors import ToolError
from tools.preflight.check import Check
from tools.preflight.finding import Finding
from tools.preflight.subject import Look


def _regions(look: Look) -> Iterator[Finding]:
    try:
        lines = look.subject.regions_in_state()
    except ToolError as error:
        yield look.stops(error.message, error.advice or "see docs/regions.md")
        return
    for line in lines:
        yield look.warns(line.removeprefix("note: "), "nothing, if that is meant: docs/regions.md")


CHECKS = (Check(name="regions in the state", place="account", run=_regions, actions=("s3:GetObject",), of_ours=True),)
