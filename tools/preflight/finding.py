"""What a check says."""

from dataclasses import dataclass
from enum import StrEnum

ACCOUNT = "account"
"""Where what exists once in an account is found."""


class Severity(StrEnum):
    """What comes of a finding."""

    STOPS = "stops"
    """A deployment would fail, most likely half-way: `make deploy` does not begin."""
    WARNS = "warns"
    """A deployment gets through, and something will not be as one thinks."""
    UNSEEN = "could not look"
    """Nobody knows, because AWS did not answer the question."""


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One thing that was found.

    Parameters
    ----------
    severity : Severity
        What comes of it.
    region : str
        The region it is in; `account` for what exists once.
    what : str
        What was found, with its name.
    advice : str
        What to do about it.
    paste : tuple of str
        Lines for the settings file or a shell. None by default.
    check : str
        The check that found it.
    """

    severity: Severity
    region: str
    what: str
    advice: str
    paste: tuple[str, ...] = ()
    check: str = ""

    def as_json(self) -> dict[str, object]:
        """Return the finding as a program reads it."""
        return {
            "severity": str(self.severity),
            "check": self.check,
            "region": self.region,
            "what": self.what,
            "advice": self.advice,
            "paste": list(self.paste),
        }
