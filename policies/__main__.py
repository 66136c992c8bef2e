"""Run the policy gate: `python -m policies --help`."""

from __future__ import annotations

import argparse
import json
import os
import sys
from contextlib import nullcontext
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING
from xml.etree.ElementTree import ElementTree, indent

from rich.console import Console

from policies.gate import STACKS, judge
from policies.junit import junit
from policies.sarif import sarif
from policies.scan import Framework, Scanner, run_checkov
from policies.terminal import show

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from policies.gate import Verdict

# Wide enough for an address where the output goes to a file, whose width nobody knows.
WIDTH_OF_A_FILE = 200


def main(*, arguments: Sequence[str] | None = None, today: date | None = None, scan: Scanner = run_checkov) -> int:
    """Run the gate, print what it found and write the reports.

    Parameters
    ----------
    arguments
        Of the command line. By default those of the process.
    today
        Date against which the waivers' expiry is checked. By default today's, in UTC.
    scan
        What scans the files. By default checkov does.

    Returns
    -------
    int
        The exit code: 0 for a pass, 1 for findings or faulty waivers, 2 where the gate could not do its job.
    """
    options = _parser().parse_args(arguments)
    console = Console()
    # A scan takes half a minute. Nobody looks on where the output goes to a file.
    watched = console.is_terminal and sys.stdout.isatty() and not os.environ.get("CI")
    with console.status("judging output and plans") if watched else nullcontext():
        verdict = _judged(options, today=today or datetime.now(tz=UTC).date(), scan=scan)
    try:
        write_reports(verdict=verdict, folder=options.report_dir)
    except OSError as error:
        fault = f"{options.report_dir}: reports cannot be written, {error.strerror}, allowed: a folder to write in"
        verdict = replace(verdict, errors=(*verdict.errors, fault))
    console = Console(stderr=bool(verdict.errors))
    if not console.is_terminal:
        console.width = WIDTH_OF_A_FILE
    show(verdict=verdict, console=console)
    return verdict.exit_code


def _judged(options: argparse.Namespace, *, today: date, scan: Scanner) -> Verdict:
    return judge(
        names=options.stacks or STACKS,
        stacks_dir=options.stacks_dir,
        plans_dir=options.plans_dir,
        waivers_path=options.waivers,
        today=today,
        scan=scan,
        plan_name=options.plan_name,
        frameworks=(Framework.PLAN,) if options.plan_only else tuple(Framework),
    )


def write_reports(*, verdict: Verdict, folder: Path) -> None:
    """Write `policy.sarif` and `policy.junit.xml`, so that no report of an earlier run is taken for this one's.

    Parameters
    ----------
    verdict
        What the gate found.
    folder
        Where to write; made if it is missing.
    """
    folder.mkdir(parents=True, exist_ok=True)
    text = json.dumps(sarif(verdict), indent=2)
    (folder / "policy.sarif").write_text(text + "\n", encoding="utf-8")
    root = junit(verdict)
    indent(root)
    ElementTree(root).write(folder / "policy.junit.xml", encoding="utf-8", xml_declaration=True)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m policies", description="scan the synthesized JSON and its plan")
    for name, default, text in (
        ("--stacks-dir", "cdktf.out/stacks", "folder of the synthesized stacks"),
        ("--plans-dir", "build/local", "folder of the plans"),
        ("--waivers", "policies/waivers.yaml", "findings that may stand"),
        ("--report-dir", "build", "folder for policy.sarif and policy.junit.xml"),
    ):
        parser.add_argument(name, type=Path, default=Path(default), help=f"{text} (default: {default})")
    parser.add_argument("--plan-name", default="plan", help="name of the plans' files (default: plan)")
    parser.add_argument(
        "--plan-only", action="store_true", help="scan the plans alone: for output that was judged before"
    )
    parser.add_argument("stacks", nargs="*", metavar="STACK", help=f"stack to scan (default: {' '.join(STACKS)})")
    return parser


if __name__ == "__main__":
    sys.exit(main())
