"""The lines of a file that another process writes, while it grows."""

from collections.abc import Iterator
from typing import BinaryIO


class Tail:
    """Reads each line of a file once, as soon as the whole of it is there.

    Parameters
    ----------
    file : binary file
        What is read, from where it stands.
    """

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._begun = b""

    def lines(self) -> Iterator[str]:
        """Return the lines that came to their end since the last time; a line that is half written waits."""
        *whole, self._begun = (self._begun + self._file.read()).split(b"\n")
        return map(_text, whole)

    def rest(self) -> Iterator[str]:
        """Return what is left once nobody writes any more: the last line may have no end."""
        yield from self.lines()
        if self._begun:
            yield _text(self._begun)
            self._begun = b""


def _text(line: bytes) -> str:
    return line.decode("utf-8", errors="replace")
