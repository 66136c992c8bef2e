"""What AWS refuses and no service model says: order, other resources, and what they permit. One module a service.

Each rule is a function that gets a call and returns a refusal or None; its docstring says what AWS does and names the
page. A rule looks at what is there and changes nothing.
"""

import pkgutil
from importlib import import_module

from tools.emulator.helpers.registry import RULES, judge

__all__ = ["RULES", "judge", "load"]


def load() -> None:
    """Load the rules of every module of this folder; meant to be called once, before serving."""
    for module in pkgutil.iter_modules(__path__):
        import_module(f"{__name__}.{module.name}")
