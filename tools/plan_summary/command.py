"""`make plan-summary`: the plan that was made last, as Markdown in `build/`."""

import json
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from modules.settings import SettingsError, load_settings
from modules.settings.choices import chosen
from tools.errors import ToolError
from tools.files import write_text
from tools.paths import PLATFORM, ROOT, STACKS, Paths
from tools.plan import Plan
from tools.plan_summary.facts import facts
from tools.plan_summary.markdown import cut
from tools.plan_summary.page import MOST_OF_A_KIND, page
from tools.workspace import CONFIGURATION

#: Where plans are left, and which command leaves them there.
PLACES = {"aws": "make plan", "aws/review": "make plan-only", "local": "make local-plan", "try": "make try"}
SUMMARY, WHOLE = "plan-summary.md", "plan-summary-whole.md"
ENDING = (
    "**{{lines}} lines are left out here: a comment has a limit.** The whole summary is `build/{whole}`, which the "
    "workflow keeps in its artifact `plan-summary`; the plan itself is `{place}`."
)


def plan_summary(paths: Paths, *, environ: Mapping[str, str]) -> list[Path]:
    """Write the summary of the plan that was made last, and return its files.

    Parameters
    ----------
    paths : Paths
        `build` of them is one of the places below the directory where plans are left; its settings are those planned.
    environ : mapping
        `BASE` in it is a revision of Git, whose settings tell which choices are new; by default all are listed. `HEAD`
        names the commit that was planned.

    Returns
    -------
    list of Path
        A file of at most 65,535 characters for a comment, and one that has everything.

    Raises
    ------
    ToolError
        When there is no plan, a file is broken, or Git does not know the revision.
    """
    build = paths.build.parent
    place = latest(build)
    plans = {stack: _read(build / place / stack / "plan.json") for stack in STACKS if _has(build / place, stack)}
    configurations = {stack: _read(build / place / stack / CONFIGURATION) for stack in plans}
    found = facts(plans, configurations)
    base_name = environ.get("BASE", "")
    base = choices_of(base_name, paths.settings) if base_name else None
    names = {"base_name": base_name, "head": environ.get("HEAD", "")}
    whole, short = (page(found, base=base, **names, most=most) for most in (None, MOST_OF_A_KIND))
    ending = ENDING.format(whole=WHOLE, place=f"{build.name}/{place}/{PLATFORM}/plan.json")
    write_text(build / SUMMARY, cut(short, ending=ending))
    write_text(build / WHOLE, "\n".join(whole) + "\n")
    return [build / SUMMARY, build / WHOLE]


def latest(build: Path) -> str:
    """Return the place below a directory where the platform was planned last.

    Raises
    ------
    ToolError
        When it was planned nowhere.
    """
    made = {place: build / place / PLATFORM / "plan.json" for place in PLACES}
    there = [place for place, file in made.items() if file.is_file()]
    if not there:
        raise ToolError(
            f"there is no plan in {build}", advice=f"make one: {', '.join(f'`{one}`' for one in PLACES.values())}"
        )
    return max(there, key=lambda place: made[place].stat().st_mtime_ns)


def choices_of(revision: str, settings: Path, *, root: Path = ROOT) -> dict[str, Any] | None:
    """Return the choices of the settings file as a revision has it; None if it has none, or one that is faulty now.

    Raises
    ------
    ToolError
        When Git does not know the revision.
    """
    name = settings.absolute().relative_to(root).as_posix() if settings.absolute().is_relative_to(root) else None
    if (
        revision.startswith("-")
        or name is None
        or _git(root, "rev-parse", "--verify", f"{revision}^{{commit}}") is None
    ):
        raise ToolError(
            f"BASE: not a revision of this repository that has {settings}, got {revision!r}",
            advice="name a branch or a commit that is fetched, such as origin/main",
        )
    text = _git(root, "show", f"{revision}:./{name}")
    if text is None:
        return None
    with TemporaryDirectory() as folder:
        file = Path(folder) / settings.name
        file.write_text(text, encoding="utf-8")
        try:
            return {one.path: one.value for one in chosen(load_settings(file, {}))}
        except SettingsError:
            return None


def _git(root: Path, *arguments: str) -> str | None:
    git = shutil.which("git") or "git"
    try:
        done = subprocess.run([git, *arguments], cwd=root, capture_output=True, text=True, check=False)  # noqa: S603
    except FileNotFoundError:
        return None
    return done.stdout if done.returncode == 0 else None


def _has(place: Path, stack: str) -> bool:
    return (place / stack / "plan.json").is_file() and (place / stack / CONFIGURATION).is_file()


def _read(file: Path) -> Plan:
    try:
        document: Plan = json.loads(file.read_text(encoding="utf-8"))
    except ValueError as error:
        raise ToolError(f"{file} is no JSON: {error}", advice="plan again") from error
    return document
