"""How a patch takes hold of moto: by replacing a method of one of its classes."""

from collections.abc import Callable
from functools import wraps
from types import ModuleType
from typing import Any

Method = Callable[..., Any]


def replace(owner: type | ModuleType, name: str, method: Method | property) -> None:
    """Make ``method`` what ``owner``, a class or module, has by ``name``, whether it had one or not."""
    setattr(owner, name, method)


def wrap(owner: type, name: str, around: Method) -> None:
    """Put ``around`` around the method ``name`` of ``owner``.

    Parameters
    ----------
    owner : type
        A class of moto's.
    name : str
        A method that it has.
    around : callable
        Called as ``around(original, instance, *args, **kwargs)``; its result is the method's.

    Raises
    ------
    AttributeError
        If moto has no such method any more: the patch needs another look.
    """
    original = getattr(owner, name)

    # A plain function, because moto finds its operations with inspect.isfunction.
    @wraps(original)
    def method(*args: object, **kwargs: object) -> object:
        return around(original, *args, **kwargs)

    setattr(owner, name, method)


def wrap_all(owner: type, names: tuple[str, ...], around: Method) -> None:
    """Put ``around`` around several methods of ``owner``, as `wrap` does."""
    for name in names:
        wrap(owner, name, around)
