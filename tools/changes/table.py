"""What happens if a key of the settings changes on a platform that stands: what was tried, and what Terraform did."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from tools.changes.effect import Effect

TABLE = Path(__file__).with_name("table.yaml")
EFFECTS = Path(__file__).with_name("effects.yaml")
#: In a value, the primary region of the platform, and another of its regions.
REGION, OTHER = "REGION", "OTHER"


@dataclass(frozen=True, kw_only=True)
class Row:
    """A change of one key.

    Parameters
    ----------
    key : str
        The key, as docs/settings.md calls it.
    to : object
        The value that it gets.
    beside : mapping
        What the settings say besides, before and after, by key. By default nothing.
    also : mapping
        What the settings say afterwards besides, because the key cannot have its value without. By default nothing.
    alone : bool
        Whether it is tried alone, because it would hide what others do, or does something else with more regions. By
        default not.
    note : str
        What AWS does then, where Terraform does not say: an interruption, or what is lost. By default nothing.
    """

    key: str
    to: Any
    beside: Mapping[str, Any] = field(default_factory=dict)
    also: Mapping[str, Any] = field(default_factory=dict)
    alone: bool = False
    note: str = ""

    def settings(self, *, region: str, other: str) -> tuple[dict[str, Any], dict[str, Any]]:
        """Return the keys before and after, for a platform with these regions."""
        texts = json.dumps(dict(self.beside)), json.dumps({**self.beside, **self.also, self._path: self.to})
        before, after = (json.loads(text.replace(REGION, region).replace(OTHER, other)) for text in texts)
        return before, after

    @property
    def _path(self) -> str:
        # The instance of the primary region is the writer, and it cannot leave: none of these changes is about it.
        return self.key.replace(f"instances.{REGION}", f"instances.{OTHER}").replace(
            f"leaving.{REGION}", f"leaving.{OTHER}"
        )


@cache
def rows() -> dict[str, Row]:
    """Return the rows by key, in the order of the settings."""
    stated: dict[str, Any] = yaml.safe_load(TABLE.read_text(encoding="utf-8"))
    return {key: Row(key=key, **row) for key, row in stated.items()}


@cache
def tried() -> dict[str, tuple[Effect, ...]]:
    """Return the effects that each change had when it was tried, by key."""
    stated: dict[str, list[str]] = _file()["effects"]
    return {key: tuple(map(Effect.of, lines)) for key, lines in stated.items()}


def packs() -> list[list[str]]:
    """Return the keys that can change together, so that none hides what another does."""
    found: list[list[str]] = _file()["packs"]
    return found


@cache
def _file() -> dict[str, Any]:
    content: dict[str, Any] = yaml.safe_load(EFFECTS.read_text(encoding="utf-8"))
    return content
