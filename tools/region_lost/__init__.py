"""A region that stays lost: the platform goes on without it, and takes it in again if it returns."""

from tools.region_lost.command import RegionLost

__all__ = ["RegionLost"]
