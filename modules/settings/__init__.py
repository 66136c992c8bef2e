"""The settings file, read and judged before anything is synthesized. Plain Python: it never imports cdktf."""

from modules.settings.faults import Fault, SettingsError
from modules.settings.loader import load_settings
from modules.settings.model import Settings

__all__ = ["Fault", "Settings", "SettingsError", "load_settings"]
