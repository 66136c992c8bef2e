"""What an apply that was broken off has left: found, and taken into the state."""

from tools.recovery.backend import BackendRecovery, is_broken_off
from tools.recovery.recovery import Recovery

__all__ = ["BackendRecovery", "Recovery", "is_broken_off"]
