"""What a destruction takes, what stands in its way, and what it has to leave behind."""

from tools.destruction.configuration import DESTRUCTION, plan_destruction
from tools.destruction.content import empty
from tools.destruction.going import Going, of_plan, of_state
from tools.destruction.kept import SHARED, Kept, keep, shared, still_in_use
from tools.destruction.obstacles import require_free

__all__ = [
    "DESTRUCTION",
    "SHARED",
    "Going",
    "Kept",
    "empty",
    "keep",
    "of_plan",
    "of_state",
    "plan_destruction",
    "require_free",
    "shared",
    "still_in_use",
]
