"""Errors that name the area and the region."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


class AreaError(Exception):
    """An error while an area of the platform is built in a region. The message is one line."""

    def __init__(self, area: str, region: str, cause: BaseException) -> None:
        # jsii puts the JavaScript stack trace into the message. The first line is the error.
        lines = str(cause).strip().splitlines()
        kind = "" if isinstance(cause, (ValueError, RuntimeError)) else f"{type(cause).__name__}: "
        super().__init__(f"{area} in {region}: {kind}{lines[0] if lines else type(cause).__name__}")


@contextmanager
def error_context(area: str, region: str) -> Iterator[None]:
    """Add the area and the region to any error inside.

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
