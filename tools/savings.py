"""What other settings would save: choices that give something up, priced by synthesizing the changed settings."""

import json
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import yaml

from modules.settings import SettingsError, load_settings
from modules.settings.text import TextLoader
from tools.paths import STACKS, Paths
from tools.synth import synthesize

SHOWN = 3
"""How many choices are shown."""
LEAST_USD = 1.0
"""What saves less in a month is no choice."""


@dataclass(frozen=True, kw_only=True)
class Choice:
    """A value of a settings key that costs less than the usual one, and what is given up with it."""

    key: str
    value: str | tuple[str, ...]
    gives_up: str

    @property
    def setting(self) -> str:
        """Key and value, as in `network.nat_gateways: single`."""
        value = self.value if isinstance(self.value, str) else f"[{', '.join(self.value)}]"
        return f"{self.key}: {value}"


#: In settings.md's order. Regions are no choice of this kind: docs/cost.md has the sum of each.
CHOICES: tuple[Choice, ...] = (
    Choice(
        key="network.availability_zones",
        value="2",
        gives_up="a third zone: the loss of one takes half of what is left running, and not a third",
    ),
    Choice(
        key="network.nat_gateways",
        value="single",
        gives_up="egress of the other zones when the zone of the one gateway fails; they pay for traffic to it",
    ),
    Choice(
        key="network.interface_endpoints",
        value=("secretsmanager",),
        gives_up="private ways to the other services: calls pay 0.045 USD a GB through NAT, and stop when it does",
    ),
    Choice(
        key="compute.instance_types",
        value=("t4g.small",),
        gives_up="memory and steady processors: 2 GiB, and a fifth of two vCPUs; steady use of more costs extra",
    ),
    Choice(
        key="compute.surviving_instances",
        value="1",
        gives_up="capacity after the loss of a zone: one instance is left until others have started",
    ),
    Choice(
        key="database.instance_class",
        value="db.t4g.medium",
        gives_up="memory and steady processors: 4 GiB, and a fifth of two vCPUs; steady use of more costs extra",
    ),
    Choice(
        key="database.multi_az",
        value="false",
        gives_up="the standby: the loss of a zone, or a maintenance, interrupts the database of a region",
    ),
)


@dataclass(frozen=True, kw_only=True)
class Saving:
    """What a choice saves, in dollars a month."""

    choice: Choice
    usd: float


TotalOf = Callable[[str], float | None]


def savings(text: str, *, now: float, total_of: TotalOf, workers: int = 1) -> list[Saving]:
    """Return the choices that save most, the largest first.

    Parameters
    ----------
    text : str
        A settings file.
    now : float
        What it costs, in dollars a month.
    total_of : callable
        Returns what a settings file with another text costs, or nothing where its settings are refused.
    workers : int
        How many are priced at the same time.
    """
    changed = {choice: with_choice(text, choice) for choice in CHOICES}
    others = {choice: other for choice, other in changed.items() if _read(other) != _read(text)}
    with ThreadPoolExecutor(workers) as pool:
        found = [
            Saving(choice=choice, usd=now - other)
            for choice, other in zip(others, pool.map(total_of, others.values()), strict=True)
            if other is not None and now - other >= LEAST_USD
        ]
    return sorted(found, key=lambda one: (-one.usd, one.choice.key))[:SHOWN]


def with_choice(text: str, choice: Choice) -> str:
    """Return a settings file in which a key has the value of a choice, and everything else is as it was."""
    settings = _read(text)
    *sections, key = choice.key.split(".")
    place = settings
    for section in sections:
        place[section] = place.get(section) or {}
        place = place[section]
    place[key] = choice.value if isinstance(choice.value, str) else list(choice.value)
    return yaml.safe_dump(settings, sort_keys=False, allow_unicode=True)


def _read(text: str) -> dict[str, Any]:
    settings: dict[str, Any] = yaml.load(text, Loader=TextLoader)  # noqa: S506 - derived from SafeLoader
    return settings


def settings_total(price: Callable[..., float], *, environ: Mapping[str, str]) -> TotalOf:
    """Return a function that synthesizes a settings file by its text, and prices the stacks.

    Parameters
    ----------
    price : callable
        Returns what stacks cost, given the JSON of each.
    environ : mapping
        The environment of the synthesis.
    """

    def total_of(text: str) -> float | None:
        with TemporaryDirectory() as folder:
            place = Path(folder)
            file = place / "settings.yaml"
            file.write_text(text, encoding="utf-8")
            try:
                load_settings(file, environ)
            except SettingsError:
                return None
            paths = Paths(settings=file, build=place / "build", out=place / "out")
            synthesize(paths, environ=environ)
            outputs = (paths.stack_output(stack) / "cdk.tf.json" for stack in STACKS)
            stacks: list[Any] = [json.loads(output.read_text(encoding="utf-8")) for output in outputs]
            return price(*stacks)

    return total_of
