"""A driver in a process of its own, which ends before or after a step: FILE REQUEST [before|after STEP]."""

import json
import os
import sys
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[2]))

from modules.areas.failover.runtime import advance as runtime
from tests.failover.aws import FakeAws, drive


def ending(step: Callable[..., Any], when: str) -> Callable[..., Any]:
    @wraps(step)
    def run(*arguments: Any) -> Any:
        if when == "before":
            os._exit(9)
        step(*arguments)
        os._exit(9)

    return run


def main(file: str, request: str, when: str = "", name: str = "") -> None:
    if name == "look":
        runtime.look = ending(runtime.look, when)  # type: ignore[assignment]
    runtime.STEPS = tuple(ending(step, when) if step.__name__ == name else step for step in runtime.STEPS)
    did, end = drive(FakeAws(Path(file)), json.loads(request))
    for line in [*did, end]:
        print(json.dumps(line))  # noqa: T201


main(*sys.argv[1:])
