"""What the processes of a test session share."""

from __future__ import annotations

#: The variable that names their folder.
SESSION_FOLDER = "MERIDIAN_TEST_SESSION"
