"""One step of a life in a process of its own, for somebody to kill: `python -m tools.chaos.step STEP FOLDER`."""

import sys
from pathlib import Path

from tools.bootstrap import bootstrap
from tools.console import Reporter
from tools.local import LocalPlatform


def local_platform_in(folder: Path, *, reporter: Reporter | None = None) -> LocalPlatform:
    """Return the local platform whose settings, output and working directories are in a folder."""
    build = folder / "build" / "local"
    return LocalPlatform(settings=folder / "settings.yaml", build=build, out=folder / "cdktf.out", reporter=reporter)


def main() -> int:
    """Make the state backend on the emulator that runs, or apply or destroy the platform, and nothing else."""
    step, folder = sys.argv[1], Path(sys.argv[2])
    local = local_platform_in(folder)
    target = local.target(local.emulator_session.get())
    if step == "bootstrap":
        bootstrap(target)
    elif step == "apply":
        local.apply(target)
    else:
        local.destroy(target)
    return 0


if __name__ == "__main__":
    sys.exit(main())
