"""What every part of the drill has: where it works, patience, and what came of it."""

import re
import time
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeVar

from botocore.exceptions import ClientError

from modules.core.naming import RULES, Names
from modules.settings import Settings
from tools.errors import ToolError

Answer = TypeVar("Answer")
#: Characters of a mark, which tells what one run restores from what others do.
MARK = 8
PAUSE = 15


@dataclass(frozen=True, kw_only=True)
class Place:
    """The platform whose backups are tried.

    Parameters
    ----------
    settings : Settings
        Its settings.
    account_id : str
        Its account.
    clients : callable
        Makes a boto3 client of a service and a region.
    mark : str
        Eight hexadecimal digits, other ones in each run.
    on_emulator : bool
        Whether the account is the emulator.
    sleep, clock : callable
        Wait so many seconds, and tell how many have gone by.
    say : callable
        Takes a line.
    """

    settings: Settings
    account_id: str
    clients: Callable[[str, str], Any]
    mark: str
    on_emulator: bool = False
    sleep: Callable[[float], None] = time.sleep
    clock: Callable[[], float] = time.monotonic
    say: Callable[[str], None] = print

    def name(self, service: str, region: str) -> str:
        """Return the name of what this run restores."""
        return self._opening(service, region) + self.mark

    def pattern(self, service: str, region: str) -> re.Pattern[str]:
        """Return what the names of everything match that drills restore."""
        return re.compile(re.escape(self._opening(service, region)) + f"[0-9a-f]{{{MARK}}}")

    def named(self, region: str) -> Names:
        """Return the names of the platform in a region."""
        return Names(environment=self.settings.environment, suffix=self.settings.environment_suffix, region=region)

    def _opening(self, service: str, region: str) -> str:
        name = self.named(region).of(service, "restore-drill")
        return name[: RULES[service].limit - MARK - 1].rstrip("-") + "-"

    def until(self, look: Callable[[], Answer | None], *, what: str, minutes: float) -> Answer:
        """Look until there is an answer.

        Raises
        ------
        ToolError
            When there is none in time.
        """
        deadline = self.clock() + 60 * minutes
        while True:
            if answer := look():
                return answer
            if self.clock() >= deadline:
                raise ToolError(f"{what}: not within {minutes:g} minutes")
            self.sleep(1 if self.on_emulator else PAUSE)

    def delete(
        self, call: Callable[[], object], *, name: str, gone: Collection[str], busy: Collection[str], minutes: float
    ) -> None:
        """Delete something, once the service lets it go.

        Parameters
        ----------
        call : callable
            Asks the service to delete it.
        name : str
            What it is called.
        gone, busy : collection of str
            Codes of errors that say that there is no such thing, and that it is still being made.
        minutes : float
            How long the service is asked again.

        Raises
        ------
        ToolError
            When it is not let go in time.
        """

        def let_go() -> bool:
            try:
                call()
            except ClientError as error:
                code = error.response["Error"]["Code"]
                if code not in {*gone, *busy}:
                    raise
                return code in gone
            return True

        self.until(let_go, what=f"the deletion of {name}", minutes=minutes)


@dataclass(frozen=True, kw_only=True)
class Restored:
    """What came of one part.

    Parameters
    ----------
    source, restored_as
        What was restored, and under which name.
    reaches : str
        The moment up to which the backup reached, in words.
    compared : tuple of str
        What was compared and is the same.
    differences : tuple of str
        What is not.
    left_out : tuple of str
        What was not compared, and why.
    seconds : float
        From the request to the moment in which it could be used.
    """

    source: str
    restored_as: str
    reaches: str
    seconds: float
    compared: tuple[str, ...] = ()
    differences: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()


class Part(Protocol):
    """One kind of data."""

    @property
    def name(self) -> str:
        """What it is called in `PARTS`."""

    def left(self) -> list[str]:
        """List what drills have restored that is still there, whichever run it was."""

    def remove(self, name: str) -> None:
        """Delete one of these."""

    def restore(self) -> Restored:
        """Restore, wait, and compare; leave what was restored where it is."""

    def own(self) -> list[str]:
        """List what this run has restored and that is still there."""


@dataclass(kw_only=True)
class Notes:
    """Comparisons, as they are made."""

    same: list[str] = field(default_factory=list)
    differ: list[str] = field(default_factory=list)

    def equal(self, what: str, before: object, after: object) -> None:
        """Note whether something is as it was."""
        if before == after:
            self.same.append(what)
        else:
            self.differ.append(f"{what}: {before} in the source, {after} restored")
