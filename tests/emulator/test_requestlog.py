import errno
import sys
from typing import NoReturn

import pytest

from tools.emulator.requestlog import log


class Full:
    """A stream on a disk that is full."""

    def write(self, _text: str) -> NoReturn:
        raise OSError(errno.ENOSPC, "No space left on device")


def test_a_request_is_answered_although_its_log_is_full(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdout", Full())
    log({"REQUEST_METHOD": "GET", "PATH_INFO": "/"}, body=b"", status="200 OK")
