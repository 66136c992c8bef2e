"""Where a command of Terraform's runs, and what advice about it names: files and commands."""

import json
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where one command runs.

    Parameters
    ----------
    directory : Path
        Its working directory.
    log : Path
        Its log.
    local : bool
        True on the emulator.
    """

    directory: Path
    log: Path
    local: bool

    @property
    def recover(self) -> str:
        """The command that brings the state and what stands together again."""
        return "make local-recover" if self.local else "make recover"

    @property
    def unlock(self) -> str:
        """The command that removes the state lock; `{id}` in it stands for the lock's id."""
        return "make local-unlock" if self.local else f"terraform -chdir={self.directory} force-unlock {{id}}"

    @property
    def down(self) -> str:
        """The command that destroys the platform."""
        return "make local-down" if self.local else "make destroy"

    @property
    def unsaved(self) -> Path:
        """Where Terraform leaves a state that it could not save."""
        return self.directory / "errored.tfstate"

    @property
    def push(self) -> str:
        """What to do about a state that could not be saved."""
        return (
            f"`{self.recover}` before anything else: it pushes {self.unsaved}, the only record of what was made last; "
            "a run before that would make it a second time"
        )

    @property
    def lock(self) -> str:
        """The object that is the state lock, as far as it is known here."""
        try:
            file = self.directory / ".terraform" / "terraform.tfstate"
            backend = json.loads(file.read_text(encoding="utf-8"))["backend"]["config"]
            return f"s3://{backend['bucket']}/{backend['key']}.tflock"
        except (OSError, ValueError, KeyError, TypeError):
            return "an object beside the state"
