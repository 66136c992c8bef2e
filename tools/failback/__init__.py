"""The way back after a failover: where one is on it, and its steps."""

from tools.failback.command import Failback
from tools.failback.guard import require_one_secret

__all__ = ["Failback", "require_one_secret"]
