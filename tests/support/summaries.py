"""Summaries of plans that Terraform has made."""

from __future__ import annotations

from pathlib import Path

from tools.paths import Paths
from tools.plan_summary.command import plan_summary


def summary_of(settings: Path, build: Path) -> str:
    """The summary for a comment, of the plan that was made last below ``build``."""
    short, _ = plan_summary(Paths(settings=settings, build=build / "aws", out=build / "none"), environ={})
    return short.read_text(encoding="utf-8")
