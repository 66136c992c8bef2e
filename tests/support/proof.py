"""A context without an account."""

from __future__ import annotations

import io
from collections.abc import Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from rich.console import Console

from tools.console import Reporter
from tools.paths import Paths
from tools.prove import Context, Step

ACCOUNT = "123456789012"
HOME, OTHER = "us-east-1", "us-west-2"


class Clock:
    """Time that passes by sleeping."""

    def __init__(self) -> None:
        self.now = 0.0

    def sleep(self, seconds: float) -> None:
        self.now += seconds

    def __call__(self) -> float:
        return self.now


def resource(kind: str, region: str, **attributes: Any) -> dict[str, Any]:
    provider = f'provider["registry.terraform.io/hashicorp/aws"].{region}'
    return {
        "mode": "managed",
        "type": kind,
        "name": "one",
        "provider": provider,
        "instances": [{"attributes": attributes}],
    }


def answering(**answers: Any) -> SimpleNamespace:
    """A client: each call gives its answer, or the next of a list of answers until the last one stays."""

    def call(answer: Any) -> Any:
        left = list(answer) if isinstance(answer, list) else [answer]
        return lambda **_arguments: left.pop(0) if len(left) > 1 else left[0]

    return SimpleNamespace(**{name: call(answer) for name, answer in answers.items()})


def paging(*pages: dict[str, Any]) -> SimpleNamespace:
    """A client whose paginators give these pages."""
    return SimpleNamespace(get_paginator=lambda _name: SimpleNamespace(paginate=lambda **_arguments: pages))


def context(
    folder: Path,
    *resources: dict[str, Any],
    clients: Mapping[tuple[str, str], Any] | None = None,
    on_emulator: bool = False,
    **account: Any,
) -> Context:
    """Return a context whose state holds the resources and whose account answers as told."""
    paths = Paths(settings=folder / "settings.yaml", build=folder / "build" / "aws", out=folder / "out")
    clock = Clock()
    target = SimpleNamespace(
        settings=SimpleNamespace(
            regions=(HOME, OTHER), home=HOME, environment_suffix="prove", project="proof", domain="example.com"
        ),
        account_id=ACCOUNT,
        bucket="state",
        clients=lambda service, region: (clients or {})[service, region],
        state=lambda stack: {"resources": list(resources)} if stack == "platform" else None,
    )
    reporter = Reporter(Console(file=io.StringIO()))
    return Context(
        account=SimpleNamespace(paths=paths, reporter=reporter, **account),  # type: ignore[arg-type]
        target=target,  # type: ignore[arg-type]
        on_emulator=on_emulator,
        mark="abc",
        sleep=clock.sleep,
        clock=clock,
    )


def step(name: str, run: Any, **more: Any) -> Step:
    return Step(name=name, proves=f"that {name} works", minutes=1, run=run, **more)
