"""Errors that say where they happened."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


class AreaError(Exception):
    """What failed while an area of the platform was built in a region; its text is one line."""

    def __init__(self, area: str, region: str, cause: BaseException) -> None:
        # jsii puts the JavaScript stack into the message: its first line is what went wrong.
        lines = str(cause).strip().splitlines()
        kind = "" if isinstance(cause, (ValueError, RuntimeError)) else f"{type(cause).__name__}: "
        super().__init__(f"{area} in {region}: {kind}{lines[0] if lines else type(cause).__name__}")


@contextmanager
def error_context(area: str, region: str) -> Iterator[None]:
    """Name the area and the region in whatever fails inside.

    Parameters
    ----------
    area
        The feature area, such as ``network``.
    region
        The AWS region, or a pair of them such as ``us-east-1 and us-west-2``.

    Raises
    ------
    AreaError
        In place of any exception but one that already is an ``AreaError``.
    """
    try:
        yield
    except AreaError:
        raise
    except Exception as cause:
        raise AreaError(area, region, cause) from cause
