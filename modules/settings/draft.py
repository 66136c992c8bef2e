"""A settings file while it is checked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from pydantic import ValidationError

from modules.settings.alarms import AlarmSettings
from modules.settings.backup import BackupSettings
from modules.settings.compute import ComputeSettings
from modules.settings.database import DatabaseSettings
from modules.settings.entry import EntrySettings
from modules.settings.failover import FailoverSettings
from modules.settings.faults import Fault, nearest
from modules.settings.logs import LogSettings
from modules.settings.network import NetworkSettings
from modules.settings.policy import PolicySettings
from modules.settings.regions import known_regions
from modules.settings.retired import MOVE_FIRST, LeavingSettings
from modules.settings.types import Section

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

Model = TypeVar("Model", bound=Section)


class Draft:
    """What a file says, valid or not, for the rules that look at more than one key.

    A section is ``None`` if pydantic refuses it. Its faults are reported by the loader, so a rule returns then. Rules
    that need one key of a section read the file's own mapping, so that they also find what is wrong beside a fault.

    Attributes
    ----------
    regions
        Every text in the list of regions, whether AWS has such a region or not.
    retired, lost
        The same of the lists of retired and of lost regions.
    primary_region, home
        As in ``Settings``; ``None`` if the file does not say.
    leaving
        By region, what is valid of the regions that leave.
    """

    def __init__(self, raw: Mapping[str, Any]) -> None:
        self._raw = raw
        self.regions = self._texts("regions")
        self.retired = self._texts("retired_regions")
        self.lost = self._texts("lost_regions")
        self.primary_region = self.text("primary_region")
        self.home = self.text("home_region") or self.primary_region
        self.alarms = self._section("alarms", AlarmSettings)
        self.backup = self._section("backup", BackupSettings)
        self.compute = self._section("compute", ComputeSettings)
        self.database = self._section("database", DatabaseSettings)
        self.entry = self._section("entry", EntrySettings)
        self.failover = self._section("failover", FailoverSettings)
        self.logs = self._section("logs", LogSettings)
        self.network = self._section("network", NetworkSettings)
        self.policy = self._section("policy", PolicySettings)
        leaving = {
            name: self._section(name, LeavingSettings, self.mapping("leaving")) for name in self.mapping("leaving")
        }
        self.leaving = {name: found for name, found in leaving.items() if found}

    def text(self, key: str) -> str | None:
        """Text of a key outside of the sections."""
        value = self._raw.get(key)
        return value if isinstance(value, str) else None

    def mapping(self, *keys: str) -> Mapping[str, Any]:
        """The file's own mapping below ``keys``, valid or not; empty if there is none."""
        found: Any = self._raw
        for key in keys:
            found = found.get(key) if isinstance(found, Mapping) else None
        return found if isinstance(found, Mapping) else {}

    def check_region(self, path: str, value: object) -> Iterator[Fault]:
        """Fault if ``value`` is a text that is not in the list of regions, unless a misspelt one there means it."""
        known = [name for name in dict.fromkeys(self.regions) if name in known_regions()]
        meant = [nearest(name, sorted(known_regions())) for name in self.regions if name not in known_regions()]
        if isinstance(value, str) and known and value not in self.regions and repr(value) not in "".join(meant):
            if value in self.retired:
                yield Fault(path, "a retired region", value, f"{', '.join(known)}: {MOVE_FIRST}")
            elif value in self.lost:
                yield Fault(path, "a lost region", value, f"{', '.join(known)}: docs/region-lost.md")
            else:
                yield Fault(path, f"not one of the regions{nearest(value, known)}", value, ", ".join(known))

    def check_keys(self, path: str, keys: Iterable[str]) -> Iterator[Fault]:
        """Fault for each of ``keys`` of the mapping at ``path`` that is an AWS region and not in the list of regions.

        Such a key would have no effect, and is more likely a mistake.
        """
        for key in keys:
            if key in known_regions():
                yield from self.check_region(f"{path}.{key}", key)

    @property
    def writer(self) -> str | None:
        """Region whose instance is stated to be the writer, or else the primary region."""
        stated = self.mapping("database", "instances")
        return next(
            (name for name in stated if self.mapping("database", "instances", name).get("role") == "writer"),
            self.primary_region,
        )

    def _texts(self, key: str) -> list[str]:
        value = self._raw.get(key)
        return [name for name in value if isinstance(name, str)] if isinstance(value, list) else []

    def _section(self, key: str, model: type[Model], place: Mapping[str, Any] | None = None) -> Model | None:
        try:
            return model.model_validate((self._raw if place is None else place).get(key, {}))
        except ValidationError:
            return None
