"""Checkov's scans: `python checkov_driver.py CHECKS OUTPUT FRAMEWORK=FILE ...`, with the Python of `.venv-checkov`.

The report of the first scan is written to `OUTPUT/0.json`, that of the second to `OUTPUT/1.json`. Checkov's own program
scans one file, and does much that the gate does not need. This is left out, and each check still has the same result:

- The runners of other frameworks, the command line, the platform, plugins and downloads are not imported. The two
  runners are called as checkov's program calls them.
- Checkov and all checks are loaded once. Each scan is a process that is forked afterwards, so that no scan sees what
  another has left.
- JSON is parsed as JSON. Checkov parses it as YAML, to know the lines of each block. Here each line is 0, as checkov
  has it for very large plans. No check reads lines, and the gate reports addresses.
- Log messages below warnings are off. Checkov formats them for its support, to which nothing is sent.
- The tables of the JSONPath grammar are built once, and not for each path: they depend on the grammar alone.
- There is no garbage collection: a scan ends before it needs one.
- A report has only what the gate reads, without the code of the blocks.

Variables are rendered as ever: checks compare what is rendered. Where checkov no longer has or uses what is replaced
here, the driver ends with an error. `tests/policies/test_checkov_driver.py` compares its results with those of
checkov's program.
"""

from __future__ import annotations

import gc
import json
import logging
import os
import signal
import sys
import traceback
from copy import copy
from pathlib import Path
from typing import Any, NoReturn

import ply.yacc
from checkov.cloudformation.parser import cfn_yaml
from checkov.common.checks_infra.registry import get_graph_checks_registry
from checkov.common.parsers.yaml import loader
from checkov.runner_filter import RunnerFilter
from checkov.terraform.checks.resource.registry import resource_registry
from checkov.terraform.plan_runner import Runner as PlanRunner
from checkov.terraform_json.runner import TerraformJsonRunner

RUNNERS = {"terraform_json": TerraformJsonRunner, "terraform_plan": PlanRunner}
RESULTS = ("passed_checks", "failed_checks", "skipped_checks")
SCANS_AT_A_TIME = 2
TIMEOUT_SECONDS = 900
LINES = {"__startline__": 0, "__endline__": 0}
# Checkov counts from 1 where it has no line at all.
NO_LINE = 1


def replace(owner: Any, name: str, value: object) -> None:  # noqa: ANN401  # a module or class of checkov
    """Replace what checkov has under a name.

    Raises
    ------
    AttributeError
        It has nothing of that name.
    """
    getattr(owner, name)
    setattr(owner, name, value)


def load_json(content: str) -> list[Any]:
    """Parse JSON like checkov's YAML loader does: a list of one document, with lines in each object."""
    try:
        return [json.loads(content, object_hook=lambda block: block | LINES)]
    except ValueError:
        return [None]


def trim() -> None:
    """Replace what makes scans slow and changes no result."""
    logging.disable(logging.INFO)
    replace(loader, "loads", load_json)
    replace(cfn_yaml, "MAX_IAC_FILE_SIZE", 0)
    build = ply.yacc.yacc
    built: dict[object, Any] = {}

    def build_once(*, module: object, start: str, **options: Any) -> Any:  # noqa: ANN401  # a parser of ply
        key = (type(module), start)
        if key not in built:
            built[key] = build(module=module, start=start, **options)
        # The tables are shared, the stack is not: checkov parses in threads.
        return copy(built[key])

    replace(ply.yacc, "yacc", build_once)


def load_checks(folder: str) -> None:
    """Load our checks and checkov's, in the order in which its runners do."""
    graph_checks = get_graph_checks_registry("terraform")
    resource_registry.load_external_checks(folder)
    graph_checks.load_external_checks(folder)
    graph_checks.load_checks()


def report_on(framework: str, path: str) -> dict[str, Any]:
    """Scan a file, and return of checkov's report what the gate reads.

    Raises
    ------
    RuntimeError
        Checkov has lines, so what parses the file is not what was put in place for it.
    """
    report = RUNNERS[framework]().run(
        files=[path], runner_filter=RunnerFilter(framework=[framework], show_progress_bar=False)
    )
    if any(record.file_line_range[1] > NO_LINE for kind in RESULTS for record in getattr(report, kind)):
        raise RuntimeError("checkov has parsed the file in another way than the driver wants")
    results = {
        kind: [
            {
                "check_id": record.check_id,
                "check_name": record.check_name,
                "check_result": {"evaluated_keys": record.check_result.get("evaluated_keys")},
                "guideline": record.guideline,
                "resource": record.resource,
            }
            for record in getattr(report, kind)
        ]
        for kind in RESULTS
    }
    return {"results": results | {"parsing_errors": report.parsing_errors}}


def scan(framework: str, path: str, output: Path) -> NoReturn:
    """Scan a file and write the report, in a process of its own that ends here."""
    signal.alarm(TIMEOUT_SECONDS)
    try:
        output.write_text(json.dumps(report_on(framework, path)), encoding="utf-8")
    except BaseException:  # noqa: BLE001  # the process ends here, whatever happens
        traceback.print_exc()
        os._exit(1)
    os._exit(0)


def main(checks: str, output: str, *scans: str) -> int:
    """Scan all files, the largest first, and return how many scans failed."""
    trim()
    load_checks(checks)
    gc.disable()
    jobs = [(Path(output) / f"{number}.json", *each.partition("=")[::2]) for number, each in enumerate(scans)]
    jobs.sort(key=lambda job: Path(job[2]).stat().st_size)
    running = failed = 0
    while jobs or running:
        if jobs and running < SCANS_AT_A_TIME:
            report, framework, path = jobs.pop()
            running += 1
            if os.fork() == 0:
                scan(framework, path, report)
        else:
            running -= 1
            failed += os.wait()[1] != 0
    return failed


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
