"""Say what this machine lacks: ``make doctor``, or ``sh tools/doctor/doctor.sh [CHECK...]``.

Without arguments everything is looked at and told, and the exit code is 1 if something is missing that ``make install``
needs. With names of checks only these are looked at, and only what is missing is told.
"""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

from tools.doctor import checks

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

FOR_INSTALL = (checks.python, checks.node, checks.npm, checks.disk)
FOR_MORE = (checks.terraform, checks.provider, checks.memory, checks.openssl, checks.postgresql, checks.nginx)
BY_NAME = {check.__name__: check for check in (*FOR_INSTALL, *FOR_MORE)}


def main(arguments: Sequence[str], environ: Mapping[str, str] = os.environ) -> int:
    """Look, tell, and return the exit code."""
    if arguments:
        lacking = [one for one in (BY_NAME[name](environ) for name in arguments) if not one.present]
        sys.stderr.writelines(f"{line}\n" for one in lacking for line in one.lines())
        return 1 if lacking else 0
    missing = 0
    for check in (*FOR_INSTALL, *FOR_MORE):
        one = check(environ)
        sys.stdout.writelines(f"{line}\n" for line in one.lines())
        missing += check in FOR_INSTALL and not one.present
    sys.stdout.write(f"make install lacks {missing} of these\n" if missing else "make install has what it needs\n")
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
