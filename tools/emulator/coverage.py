"""Which calls of a life some rule looks at: ``python -m tools.emulator.coverage build/local/emulator/emulator.log``.

Every call is judged by the model of its service. What is listed as "model only" nobody else checks, so that AWS may
refuse it for a reason that the emulator does not know.
"""

import re
import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path

from tools.emulator import rules
from tools.emulator.call import SERVICES_BY_SIGNING_NAME

LINE = re.compile(r"^[\d:]{8} \d{3} (?P<service>[\w-]+) \S+ (?P<what>.+)$")
#: What only looks, and fails for nothing but a name.
READING = re.compile(r"^(Batch)?(Describe|Get|List|Head|Lookup|Search)")


def calls(lines: Iterable[str]) -> Counter[tuple[str, str]]:
    """Return how often each operation that changes something was called, by service and operation."""
    found: Counter[tuple[str, str]] = Counter()
    for line in lines:
        match = LINE.match(line.strip())
        if match is None or match["what"].endswith(" unjudged"):
            continue
        operation = match["what"].rpartition(" ")[2]
        if not READING.match(operation):
            found[SERVICES_BY_SIGNING_NAME.get(match["service"], (match["service"],))[0], operation] += 1
    return found


def table(found: Counter[tuple[str, str]]) -> str:
    """Return the calls with the rules that look at each, those that no rule looks at last."""
    rows = [(service, operation, count, _names(service, operation)) for (service, operation), count in found.items()]
    rows.sort(key=lambda row: (not row[3], row[0], row[1]))
    judged = sum(count for *_, count, names in rows if names)
    lines = [f"{count:5}  {service} {operation}: {names or 'model only'}" for service, operation, count, names in rows]
    operations = f"{sum(bool(row[3]) for row in rows)} of {len(rows)} operations"
    return "\n".join([*lines, f"rules look at {operations}, {judged} of {found.total()} calls"])


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the table of a log.

    Parameters
    ----------
    arguments : sequence of str, optional
        The path of the log. By default, that of the command.
    """
    (path,) = sys.argv[1:] if arguments is None else arguments
    rules.load()
    sys.stdout.write(table(calls(Path(path).read_text(encoding="utf-8").splitlines())) + "\n")


def _names(service: str, operation: str) -> str:
    return ", ".join(rule.__name__ for rule in rules.RULES.get((service, operation), ()))


if __name__ == "__main__":
    main()
