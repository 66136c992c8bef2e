"""One step of a local platform in a process of its own, to be killed: `python -m tools.chaos.step STEP FOLDER`."""

import sys
from pathlib import Path

from tools.bootstrap import bootstrap
from tools.chaos.part import PROGRAM
from tools.console import Reporter
from tools.local import LocalPlatform


def local_platform_in(folder: Path, *, reporter: Reporter | None = None) -> LocalPlatform:
    """Return the local platform, a part of one, whose settings, output and working directories are in a folder."""
    build = folder / "build" / "local"
    out = folder / "cdktf.out"
    return LocalPlatform(settings=folder / "settings.yaml", build=build, out=out, reporter=reporter, program=PROGRAM)


def main() -> int:
    """Make the state backend on the emulator that runs, or apply, upgrade or destroy the platform, and nothing else."""
    step, folder = sys.argv[1], Path(sys.argv[2])
    local = local_platform_in(folder)
    target = local.target(local.emulator_session.get())
    if step == "bootstrap":
        bootstrap(target)
    elif step == "upgrade":
        local.upgrade_database()
    elif step == "apply":
        local.apply(target)
    else:
        local.destroy(target)
    return 0


if __name__ == "__main__":
    sys.exit(main())
