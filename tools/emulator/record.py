"""What a running emulator leaves in its directory, so that a later command finds it again."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path

import psutil

RECORD_NAME = "emulator.json"
# The kernel's idea of its boot time, from which the creation time is computed, moves when the clock is adjusted.
CLOCK_TOLERANCE_SECONDS = 2.0


@dataclass(frozen=True, kw_only=True)
class Record:
    """Identity of one emulator process.

    Parameters
    ----------
    pid : int
        Process id. Never enough alone, because systems use ids again.
    create_time : float
        When the process began, in seconds since the epoch.
    endpoint : str
        ``http://127.0.0.1:PORT``.
    account_id : str
        The AWS account that the emulator answers as.
    access_key : str
        What its clients have to sign with.
    """

    pid: int
    create_time: float
    endpoint: str
    account_id: str
    access_key: str

    @classmethod
    def of(cls, *, pid: int, endpoint: str, account_id: str, access_key: str) -> "Record":
        """Return the record of the running process ``pid``."""
        began = psutil.Process(pid).create_time()
        return cls(pid=pid, create_time=began, endpoint=endpoint, account_id=account_id, access_key=access_key)

    @classmethod
    def read(cls, directory: Path) -> "Record | None":
        """Return the record in ``directory``, or None where there is none.

        One that cannot be understood is removed: it would stand in the way of the next.
        """
        path = directory / RECORD_NAME
        try:
            return cls(**json.loads(path.read_text(encoding="utf-8")))
        except FileNotFoundError:
            return None
        except (ValueError, TypeError):
            path.unlink(missing_ok=True)
            return None

    def write(self, directory: Path) -> bool:
        """Write the record, unless another one is there.

        Returns
        -------
        bool
            False if another process recorded its emulator first.
        """
        draft = directory / f".{RECORD_NAME}.{self.pid}"
        draft.write_text(json.dumps(asdict(self), indent=2) + "\n", encoding="utf-8")
        try:
            # Unlike a rename, a hard link never replaces, and readers never see half a file.
            (directory / RECORD_NAME).hardlink_to(draft)
        except FileExistsError:
            return False
        finally:
            draft.unlink()
        return True

    def remove(self, directory: Path) -> None:
        """Remove this record, and no other, from ``directory``."""
        if Record.read(directory) == self:
            (directory / RECORD_NAME).unlink(missing_ok=True)

    def process(self) -> psutil.Process | None:
        """Return the recorded process while it lives, or None if it is gone or its id belongs to another one."""
        try:
            process = psutil.Process(self.pid)
            alive = process.status() != psutil.STATUS_ZOMBIE
            same = abs(process.create_time() - self.create_time) < CLOCK_TOLERANCE_SECONDS
        except psutil.Error:
            return None
        return process if alive and same else None
