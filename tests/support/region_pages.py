"""The pages of docs/runbooks that need two regions, while `make drill` loses one and comes back."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import islice

from modules.areas.failover.runtime.traffic import open_region
from tests.support.runbooks import PAGES, Step, Walk, steps
from tools.drill.context import Drill

#: What is typed for a target of `make`.
TYPED = {"region-status": "status", "failover": "fail_over", "failback": "failback"}


class RegionPages:
    """Somebody who does what these pages say, as far as the drill is.

    Parameters
    ----------
    drill
        The drill.
    """

    def __init__(self, drill: Drill) -> None:
        self._drill = drill
        self._left = {page: iter(steps(PAGES[page])) for page in ("replica-late", "region-down", "region-back")}
        self._walks = {page: self._walk(page) for page in self._left}
        #: By the name of a step of the drill, what is done after it.
        self.after: dict[str, Callable[[], None]] = {
            "RDS reports the lag": self.replica_late,
            "dry run": self.region_down,
            "failover": self.region_down_decided,
            "DNS stays away still": self.region_back,
            "alone, no failback": self.region_back_asked,
            "secrets are one": self.region_back_secrets,
            "let back": self.region_back_released,
        }

    def replica_late(self) -> None:
        """All of it, while all is well."""
        self._go_on("replica-late", None)

    def region_down(self) -> None:
        """Where things stand, and what would be done."""
        self._go_on("region-down", 2)

    def region_down_decided(self) -> None:
        """The failover, which the drill has made: the command again says how it ended."""
        self._go_on("region-down", None)

    def region_back(self) -> None:
        """Where things stand, and the keeper by hand, which fences anew what is opened before."""
        self._go_on("region-back", 1)
        open_region(self._drill.world(), self._drill.home)
        self._go_on("region-back", 1)

    def region_back_asked(self) -> None:
        """What comes next."""
        self._go_on("region-back", 1)

    def region_back_secrets(self) -> None:
        """The secrets, which the drill has made one: the command again says so. Then a plan, which others run."""
        self._go_on("region-back", 2)

    def region_back_released(self) -> None:
        """The release, which the drill has just typed: it cannot be repeated."""
        said = self._drill.said
        self._walks["region-back"].make = lambda target, variables: (
            said if (target, variables) == ("failback", {"STEP": "release"}) else ""
        )
        self._go_on("region-back", None)

    def _go_on(self, page: str, count: int | None) -> None:
        done: list[Step] = []
        for step in islice(self._left[page], count):
            self._walks[page].do(step)
            done.append(step)
        assert done, page

    def _walk(self, page: str) -> Walk:
        folder = self._drill.local.paths.build / "pages" / page
        folder.mkdir(parents=True)
        facts = dict.fromkeys(("LOST", "HOME", "WRITER"), self._drill.home)
        facts |= dict.fromkeys(("TARGET", "REPLICA"), self._drill.survivor)
        settings = self._drill.settings
        facts |= {"PROD": settings.environment.upper(), "SUFFIX": settings.environment_suffix}
        return Walk(
            page=PAGES[page], facts=facts, environ=self._drill.target.environment, folder=folder, make=self._type
        )

    def _type(self, target: str, variables: Mapping[str, str]) -> str:
        return self._drill.type(TYPED[target], **variables)
