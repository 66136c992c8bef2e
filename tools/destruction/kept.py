"""Keys that a destruction has to keep, because they encrypt something that stays."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import chain

from tools.destruction.going import Clients, Going
from tools.destruction.leavings import left_behind
from tools.destruction.survey import READERS, Place
from tools.errors import ToolError

KEY = "aws_kms_key"
_MOST_NAMED = 5


@dataclass(frozen=True, kw_only=True)
class Kept:
    """A key that outlives the platform.

    Parameters
    ----------
    key : Going
        The key.
    uses : tuple of str
        What it encrypts that stays, in words.
    """

    key: Going
    uses: tuple[str, ...]

    @property
    def key_id(self) -> str:
        """What KMS knows it by."""
        return str(self.key.attributes["key_id"])

    @property
    def name(self) -> str:
        """What it is called."""
        return str((self.key.attributes.get("tags") or {}).get("Name") or self.key_id)

    @property
    def text(self) -> str:
        """The key and what it encrypts, the first few by name."""
        named, more = self.uses[:_MOST_NAMED], len(self.uses) - _MOST_NAMED
        return f"{self.name} in {self.key.region} ({self.key_id}): " + "; ".join(
            [*named, *([f"and {more} more"] if more > 0 else [])]
        )

    @property
    def command(self) -> str:
        """The line of the AWS CLI that has it deleted once nothing needs it."""
        days = self.key.attributes.get("deletion_window_in_days") or 30
        return (
            f"aws kms schedule-key-deletion --region {self.key.region} --key-id {self.key_id}"
            f" --pending-window-in-days {days}"
        )

    @property
    def rescue(self) -> list[str]:
        """The lines that bring it back while it waits for its deletion."""
        flags = f"--region {self.key.region} --key-id {self.key_id}"
        return [f"aws kms cancel-key-deletion {flags}", f"aws kms enable-key {flags}"]


def keep(going: Sequence[Going], clients: Clients) -> list[Kept]:
    """Find the keys, of those that would go, that encrypt something that stays.

    Parameters
    ----------
    going : sequence of Going
        All that would go. Without a key among it AWS is not asked.
    clients : callable
        Makes a boto3 client of a service and a region.

    Raises
    ------
    ToolError
        When something cannot be read; it names every service that did not answer.
    """
    return _used(going, chain(left_behind(going), _survey(going, clients)))


def still_in_use(going: Sequence[Going], clients: Clients) -> list[Kept]:
    """Find the keys that have gone and are missed, because something came between the first look and their end.

    Raises as `keep` does.
    """
    return _used(going, _survey(going, clients))


def _used(going: Sequence[Going], found: Iterable[tuple[str | None, str]]) -> list[Kept]:
    keys = {str(one.attributes["key_id"]): one for one in going if one.kind == KEY}
    aliases = {
        str(one.attributes["name"]): str(one.attributes["target_key_id"])
        for one in going
        if one.kind == "aws_kms_alias"
    }
    uses: dict[str, set[str]] = defaultdict(set)
    for identifier, what in found:
        key_id = _key_id(identifier, aliases)
        if key_id in keys:
            uses[key_id].add(what)
    return [Kept(key=key, uses=tuple(sorted(uses[key_id]))) for key_id, key in keys.items() if key_id in uses]


def _key_id(identifier: str | None, aliases: Mapping[str, str]) -> str:
    # Services tell a key by its ARN, by its id, or by an alias, as they were told.
    if not identifier:
        return ""
    name = identifier.partition(":alias/")[2] if identifier.startswith("arn:") else identifier.removeprefix("alias/")
    return aliases.get(f"alias/{name}") or identifier.rpartition("/")[2]


def _survey(going: Sequence[Going], clients: Clients) -> list[tuple[str | None, str]]:
    from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415 - slow to import

    found: list[tuple[str | None, str]] = []
    faults = []
    for region in sorted({one.region for one in going if one.kind == KEY}):
        place = Place(region=region, clients=cache(clients), going=going)
        for service, read in READERS.items():
            try:
                found += read(place)
            except (BotoCoreError, ClientError) as error:
                faults.append(f"  {service} in {region}: {error}")
    if faults:
        listed = "\n".join(faults)
        raise ToolError(
            f"it cannot be told what the keys still encrypt:\n{listed}",
            advice="nothing was changed: let who destroys read these services, as `ReadOnlyAccess` does",
        )
    return found
