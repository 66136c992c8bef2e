"""One step of a life in a process of its own, for somebody to kill: `python -m tools.recovery.step STEP FOLDER`."""

import sys
from pathlib import Path

from tools.bootstrap import bootstrap
from tools.console import Screen
from tools.local import Life


def life_in(folder: Path, *, screen: Screen | None = None) -> Life:
    """Return the life whose settings, output and working directories are in a folder."""
    build = folder / "build" / "local"
    return Life(settings=folder / "settings.yaml", build=build, out=folder / "cdktf.out", screen=screen)


def main() -> int:
    """Make the state backend on the emulator that runs, or apply or destroy the platform, and nothing else."""
    step, folder = sys.argv[1], Path(sys.argv[2])
    life = life_in(folder)
    target = life.target(life.hosting.get())
    if step == "bootstrap":
        bootstrap(target)
    elif step == "apply":
        life.apply(target)
    else:
        life.destroy(target)
    return 0


if __name__ == "__main__":
    sys.exit(main())
