"""The settings keys behind what a plan takes away."""

from policies.losses import Loss
from tools.changes.table import tried

#: More than these say nothing.
MOST_KEYS = 5


def keys_behind(loss: Loss) -> list[str]:
    """Return the keys whose change was seen to destroy, or to replace for the same attribute, what a loss is about.

    Parameters
    ----------
    loss : Loss
        What a plan takes away.
    """
    action, forced = "replace" if loss.replaced else "delete", {*loss.forced_by}
    keys = [
        key
        for key, effects in tried().items()
        if any(
            (each.action, each.kind) == (action, loss.kind) and (not loss.replaced or forced & {*each.attributes})
            for each in effects
        )
    ]
    return keys[:MOST_KEYS]
