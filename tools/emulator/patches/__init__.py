"""Where moto falls short of AWS, one module a service; each patch says what moto does and what AWS does.

Every module of this folder is a patch, and has a function `apply`. They work in any order: what two of them take hold
of, each wraps. One can be left out, to see whether moto has caught up: ``MERIDIAN_EMULATOR_WITHOUT=kms,rds``.
"""

import os
import pkgutil
from importlib import import_module

LEFT_OUT_VARIABLE = "MERIDIAN_EMULATOR_WITHOUT"


def names() -> list[str]:
    """Return the names of the patches, sorted."""
    return sorted(module.name for module in pkgutil.iter_modules(__path__))


def apply() -> None:
    """Apply every patch to the moto of this process; meant to be called once, before serving.

    Raises
    ------
    ValueError
        If ``MERIDIAN_EMULATOR_WITHOUT`` names a patch that there is not.
    """
    left_out = {name for name in os.environ.get(LEFT_OUT_VARIABLE, "").split(",") if name}
    if unknown := left_out.difference(names()):
        raise ValueError(f"{LEFT_OUT_VARIABLE} names {sorted(unknown)}; there are {', '.join(names())}")
    for name in names():
        if name not in left_out:
            import_module(f"{__name__}.{name}").apply()
