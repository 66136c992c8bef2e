"""A directory for Terraform to work in: the synthesized stack, and what Terraform keeps beside it."""

import json
import shutil
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tools.digest import of_directory
from tools.errors import ToolError
from tools.files import write_text
from tools.paths import PROVIDER_LOCK

CONFIGURATION = "cdk.tf.json"
_BACKEND_OVERRIDE = "backend_override.tf.json"
_EMULATOR_OVERRIDE = "emulator_override.tf.json"
_REMOVED = "removed.tf.json"
_KEPT = (".terraform*", "terraform.tfstate*", "errored.tfstate", "*.tfplan", "*plan.json", "applying.json")


class Workspace:
    """The working directory of one stack.

    Parameters
    ----------
    directory : Path
        Where Terraform works. Its last part is the stack's name.
    source : Path
        The synthesized stack.
    expected : str, optional
        Digest of the stack that was synthesized, see `digest_of_stack`. By default any will do.
    local : bool
        True on the emulator: providers then try a call five times instead of 25, so that a fault of the emulator's
        is an error and not an hour of silence. By default False.
    """

    def __init__(self, *, directory: Path, source: Path, expected: str | None = None, local: bool = False) -> None:
        self.directory = directory
        self.source = source
        self._expected = expected
        self._local = local

    @property
    def stack(self) -> str:
        """The stack's name."""
        return self.directory.name

    @property
    def prepared(self) -> bool:
        """Whether a stack is in it."""
        return (self.directory / CONFIGURATION).is_file()

    def prepare(self) -> None:
        """Bring the directory up to the synthesized output; what Terraform keeps there stays.

        The lock file of providers is the repository's.

        Raises
        ------
        ToolError
            When the stack is not synthesized, or not the one that is expected.
        """
        if not (self.source / CONFIGURATION).is_file():
            raise ToolError(f"{self.source} holds no synthesized stack", advice="run `make synth`")
        self.directory.mkdir(parents=True, exist_ok=True)
        for path in self.directory.iterdir():
            if not _is_kept(path):
                _remove(path)
        shutil.copytree(self.source, self.directory, dirs_exist_ok=True, ignore=_not_copied)
        # What was copied is looked at, and not what it was copied from, which may change in between.
        if self._expected not in {None, digest_of_stack(self.directory)}:
            raise ToolError(
                f"{self.source} is not what this command has synthesized: something else has written there",
                advice="let nothing else synthesize here, the cdktf CLI included, and run again",
            )
        _lock_providers(self.directory)
        if self._local:
            override = emulator_override(self.configuration())
            (self.directory / _EMULATOR_OVERRIDE).write_text(json.dumps(override, indent=2) + "\n", encoding="utf-8")

    def keep(self, addresses: Sequence[str]) -> None:
        """Have Terraform forget, and not destroy, what has left the stack; until it is prepared again."""
        (self.directory / _REMOVED).write_text(json.dumps(removed(addresses), indent=2) + "\n", encoding="utf-8")

    def configuration(self) -> dict[str, Any]:
        """Return the stack's Terraform JSON."""
        document: dict[str, Any] = json.loads((self.directory / CONFIGURATION).read_text(encoding="utf-8"))
        return document

    @contextmanager
    def local_backend(self) -> Iterator[None]:
        """Keep the state in this directory inside the block; an override does it, the stack is not touched."""
        override = self.directory / _BACKEND_OVERRIDE
        override.write_text(json.dumps({"terraform": {"backend": {"local": {}}}}) + "\n", encoding="utf-8")
        try:
            yield
        finally:
            override.unlink(missing_ok=True)

    def local_state(self) -> dict[str, Any] | None:
        """Return the state that is kept in this directory; None if there is none or it holds nothing."""
        try:
            state: dict[str, Any] = json.loads((self.directory / "terraform.tfstate").read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return None
        return state if state.get("resources") or state.get("outputs") else None

    def forget_local_state(self) -> None:
        """Remove the state that is kept in this directory, and its backups."""
        for path in self.directory.glob("terraform.tfstate*"):
            path.unlink()


def digest_of_stack(directory: Path) -> str:
    """Return one SHA-256 for a stack, synthesized or prepared: its configuration and assets.

    What Terraform keeps beside them does not count, nor what a preparation adds.
    """
    return of_directory(directory, ignored=lambda path: path.name == _REMOVED or _is_left(path))


def write_stack(directory: Path, content: dict[str, Any]) -> None:
    """Make a working directory for Terraform JSON that was not synthesized, with the hashes of its providers.

    Parameters
    ----------
    directory : Path
        Where; made if it is not there.
    content : dict
        The Terraform JSON.
    """
    write_text(directory / CONFIGURATION, json.dumps(content, indent=2) + "\n")
    _lock_providers(directory)


def removed(addresses: Iterable[str]) -> dict[str, Any]:
    """Return Terraform JSON by which what a state has at these addresses is forgotten, and not destroyed.

    See https://developer.hashicorp.com/terraform/language/block/removed
    """
    blocks = [{"from": address, "lifecycle": {"destroy": False}} for address in addresses]
    return {"removed": blocks} if blocks else {}


def emulator_override(configuration: dict[str, Any]) -> dict[str, Any]:
    """Return an override that has every provider of a stack try each call five times.

    Parameters
    ----------
    configuration : dict
        The stack's Terraform JSON. Its providers stay as they are; Terraform merges by alias.
    """
    providers = configuration.get("provider", {}).get("aws", [])
    aliases = [{"alias": each["alias"]} if "alias" in each else {} for each in providers]
    return {"provider": {"aws": [{**alias, "max_retries": 5} for alias in aliases]}}


def _lock_providers(directory: Path) -> None:
    # From the repository, and anew each time: what lies in a directory that is written all day vouches for nothing.
    shutil.copyfile(PROVIDER_LOCK, directory / PROVIDER_LOCK.name)


def _is_kept(path: Path) -> bool:
    return any(path.match(pattern) for pattern in _KEPT)


def _not_copied(directory: str, names: list[str]) -> set[str]:
    return {name for name in names if _is_left(Path(directory) / name)}


def _is_left(path: Path) -> bool:
    # What the cdktf CLI left in the output directory is of another life, and an override there is never synthesized.
    return _is_kept(path) or path.name.endswith("_override.tf.json")


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink()
