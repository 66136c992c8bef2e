"""Where the rules of the services come together, and how one is declared."""

from collections import defaultdict
from collections.abc import Callable

from tools.emulator.call import Call
from tools.emulator.refusal import Judge, Refusal

RULES: dict[tuple[str, str], list[Judge]] = defaultdict(list)


def rule(service: str, *operations: str) -> Callable[[Judge], Judge]:
    """Make a function a rule of ``operations``: it is asked about each such call before moto is.

    Parameters
    ----------
    service : str
        botocore's name of the service, such as ``elbv2``.
    *operations : str
        Operations by the names of its model.
    """

    def register(judge: Judge) -> Judge:
        for operation in operations:
            RULES[service, operation].append(judge)
        return judge

    return register


def judge(call: Call) -> Refusal | None:
    """Return the first refusal of the rules of ``call``, or None."""
    rules = RULES.get((call.service, call.operation), ())
    return next((refusal for judge in rules if (refusal := judge(call))), None)
