"""What an apply that was broken off has left: found, and taken into the state."""

from tools.recovery.recovery import Recovery

__all__ = ["Recovery"]
