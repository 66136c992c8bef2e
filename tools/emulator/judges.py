"""Who looks at a call before moto does: AWS's models first, then IAM, then the rules that neither has."""

from collections.abc import Sequence

from tools.emulator import model, rules
from tools.emulator.patches import service_linked_roles
from tools.emulator.refusal import Judge


def judges(iam: Judge) -> Sequence[Judge]:
    """Return the judges of this process in the order in which they are asked.

    Parameters
    ----------
    iam : Judge
        What enforces IAM.
    """
    rules.load()
    # Last, because it makes what a call needs that nobody refuses.
    return [model.judge, iam, rules.judge, service_linked_roles.judge]
