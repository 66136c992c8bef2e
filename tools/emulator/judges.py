"""Who looks at a call before moto does: AWS's models first, then IAM, then the rules that neither has."""

from collections.abc import Sequence

from tools.emulator import model, rules
from tools.emulator.refusal import Judge


def judges(iam: Judge) -> Sequence[Judge]:
    """Return the judges of this process in the order in which they are asked.

    Parameters
    ----------
    iam : Judge
        What enforces IAM.
    """
    rules.load()
    return [model.judge, iam, rules.judge]
