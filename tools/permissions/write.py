"""`make iam`: the least policies of the settings file, from a life of it on the emulator."""

import os
from collections.abc import Mapping, Sequence

from modules.settings import Settings, load_settings
from tools.console import Reporter
from tools.emulator.iam.question import Question
from tools.paths import ROOT, Paths
from tools.permissions.documents import RECORDING, read_recording, write
from tools.permissions.page import page
from tools.permissions.recording import record

FOLDER = ROOT / "iam"
PAGE = ROOT / "docs" / "permissions.md"


def write_policies(paths: Paths, *, environ: Mapping[str, str] = os.environ, reporter: Reporter | None = None) -> None:
    """Record a life, and write `iam/` and `docs/permissions.md` from it.

    Parameters
    ----------
    paths : Paths
        The settings, and where to build.
    environ : mapping, optional
        By default this process's environment.
    reporter : Reporter, optional
        By default standard output.

    Raises
    ------
    ToolError
        When a step of the life fails.
    """
    reporter = reporter or Reporter()
    settings = load_settings(paths.settings, environ)
    questions = record(place_of_recording(paths), environ=environ, reporter=reporter)
    _write(questions, settings=settings, account=settings.account_id or "123456789012", reporter=reporter)


def place_of_recording(paths: Paths) -> Paths:
    """Return where the life that is recorded builds: in a place of its own, beside the others."""
    build = paths.build.parent / "iam"
    return Paths(settings=paths.settings, build=build, out=build / "out").absolute()


def write_policies_again(
    paths: Paths, *, environ: Mapping[str, str] = os.environ, reporter: Reporter | None = None
) -> None:
    """Write `iam/` and `docs/permissions.md` from the recording that is there, without a life.

    Parameters
    ----------
    paths, environ, reporter
        As `write_policies` takes them.
    """
    questions, account = read_recording(FOLDER / RECORDING)
    _write(questions, settings=load_settings(paths.settings, environ), account=account, reporter=reporter or Reporter())


def _write(
    questions: Mapping[str, Sequence[Question]], *, settings: Settings, account: str, reporter: Reporter
) -> None:
    files = write(FOLDER, questions, settings=settings, account=account)
    PAGE.write_text(page(FOLDER), encoding="utf-8")
    for path in [*files, PAGE]:
        reporter.say(f"written: {path.relative_to(ROOT)}")
