"""What a destruction takes, what stands in its way, and what it has to leave behind."""

from tools.destruction.configuration import DESTRUCTION, plan_destruction
from tools.destruction.content import empty
from tools.destruction.going import Going, of_plan, of_state
from tools.destruction.kept import Kept, keep, still_in_use
from tools.destruction.obstacles import require_free
from tools.destruction.retired import staying_of_plan
from tools.destruction.stale import is_stale
from tools.destruction.staying import Staying, shared

__all__ = [
    "DESTRUCTION",
    "Going",
    "Kept",
    "Staying",
    "empty",
    "is_stale",
    "keep",
    "of_plan",
    "of_state",
    "plan_destruction",
    "require_free",
    "shared",
    "staying_of_plan",
    "still_in_use",
]
