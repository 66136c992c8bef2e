"""`make restore-drill`: database, sessions and objects come back from their backups, and are compared."""

from tools.restore.drill import RestoreDrill, drill_parts, of_before, restore_drill

__all__ = ["RestoreDrill", "drill_parts", "of_before", "restore_drill"]
