"""The marks on the way back, and the edits of the settings that some of them are."""

from dataclasses import dataclass

BACK, FENCED, SECRETS, SETTINGS = "back", "fenced", "secrets", "settings"
REBUILD, OPENED, RELEASE = "rebuild", "opened", "release"
COMPARE, OBJECTS = "compare", "objects"
#: What is a command of its own; the others are edits of the settings, or happen by themselves.
COMMANDS = (COMPARE, SECRETS, OBJECTS, RELEASE)
Instances = dict[str, dict[str, str]]


@dataclass(frozen=True, kw_only=True)
class Mark:
    """One mark on the way.

    Parameters
    ----------
    name : str
        Its name. That of a rebuild has its region.
    done : bool
        Whether it is behind.
    text : str
        How it is.
    to_do : str
        What to do; empty if it is behind.
    edit : mapping
        What to write under `database.instances`, by region, before `make deploy`. Empty for a command.
    """

    name: str
    done: bool
    text: str
    to_do: str = ""
    edit: Instances | None = None


def in_yaml(edit: Instances) -> list[str]:
    """Return an edit as lines of YAML, one for each region."""
    return [
        f"{region}: {{{', '.join(f'{key}: {value}' for key, value in says.items())}}}" for region, says in edit.items()
    ]
