"""Where a command reads and writes. Everything is a parameter, so that several lives can run side by side."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Self

ROOT = Path(__file__).resolve().parents[1]
"""The project's directory."""
PROVIDER_LOCK = ROOT / ".terraform.lock.hcl"
"""The providers that Terraform may run: their versions, and the hashes of their packages."""
BACKEND = "state-backend"
PLATFORM = "platform"
STACKS = (BACKEND, PLATFORM)
DEFAULT_SETTINGS = "config/prod.yaml"


@dataclass(frozen=True, kw_only=True)
class Paths:
    """The three places of a command.

    Parameters
    ----------
    settings : Path
        The settings file.
    build : Path
        Working directories, plans, logs, and the emulator's record.
    out : Path
        The synthesized output.
    """

    settings: Path
    build: Path
    out: Path

    @classmethod
    def standard(cls, *, environ: Mapping[str, str], place: str) -> Self:
        """Return the paths that the `make` targets use.

        Parameters
        ----------
        environ : mapping
            `MERIDIAN_SETTINGS` in it names the settings file; by default that is `config/prod.yaml`.
        place : str
            `local` for the emulator, `aws` for an account.
        """
        settings = Path(environ.get("MERIDIAN_SETTINGS") or DEFAULT_SETTINGS)
        return cls(settings=ROOT / settings, build=ROOT / "build" / place, out=ROOT / "cdktf.out")

    def absolute(self) -> Self:
        """Return the same places as absolute paths."""
        return type(self)(settings=self.settings.absolute(), build=self.build.absolute(), out=self.out.absolute())

    @property
    def emulator(self) -> Path:
        """The emulator's record and log."""
        return self.build / "emulator"

    @property
    def logs(self) -> Path:
        """Raw output of what was run."""
        return self.build / "logs"

    @property
    def reports(self) -> Path:
        """The gate's reports."""
        return self.build.parent

    @property
    def terraform_configuration(self) -> Path:
        """Terraform's CLI configuration, where the user has none."""
        return self.build.parent / "terraform.rc"

    def stack_output(self, stack: str) -> Path:
        """Return the directory of a synthesized stack."""
        return self.out / "stacks" / stack

    def plan_json(self, stack: str) -> Path:
        """Return where the plan of a stack is left as JSON."""
        return self.build / stack / "plan.json"
