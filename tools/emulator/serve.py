"""The emulator's own process: ``python -m tools.emulator.serve``; started by `tools.emulator.Emulator`."""

import argparse
import gc
import json
import os
import secrets
import signal
import sys
import threading
from collections.abc import Sequence
from pathlib import Path
from types import FrameType
from typing import NoReturn

from werkzeug.serving import make_server

from tools.emulator import patches
from tools.emulator.account import account_id
from tools.emulator.application import Application
from tools.emulator.door import Door
from tools.emulator.iam.judge import Judge
from tools.emulator.iam.recording import Recording
from tools.emulator.judges import judges
from tools.emulator.outage import Outages
from tools.emulator.replay import Replay
from tools.emulator.requestlog import QuietRequestHandler

HOST = "127.0.0.1"


def main(arguments: Sequence[str] | None = None) -> None:
    """Serve until told to end.

    Parameters
    ----------
    arguments : sequence of str, optional
        ``--report-fd N`` writes the endpoint and the access key, as one line of JSON, to an open file descriptor once
        requests are taken; ``--watch-stdin`` ends the process when its standard input closes; ``--recording FILE``
        keeps what was asked of IAM. By default, those of the command.
    """
    parser = argparse.ArgumentParser(prog="python -m tools.emulator.serve", description="serve the embedded AWS")
    parser.add_argument("--report-fd", type=int, help="file descriptor to write endpoint and access key to")
    parser.add_argument("--watch-stdin", action="store_true", help="end when standard input closes")
    parser.add_argument("--recording", type=Path, help="file that takes what is asked of IAM")
    options = parser.parse_args(arguments)

    signal.signal(signal.SIGTERM, _end)
    if options.watch_stdin:
        threading.Thread(target=_end_with_stdin, name="watch-stdin", daemon=True).start()

    patches.apply()
    _collect_rarely()
    # Known to whoever may read the report or the environment of this one's clients, and of the shape that moto takes.
    access_key = f"AKIA{secrets.token_hex(8).upper()}"
    door = Door(access_key=access_key, account_id=account_id())
    # Binding port 0 lets the system choose: nobody can take the port between choosing and binding.
    iam = Judge(account_id=account_id(), recording=Recording.at(options.recording))
    application = Outages(Replay(Application(judges(iam), door=door)), door=door)
    server = make_server(HOST, 0, application, threaded=True, request_handler=QuietRequestHandler)
    os.environ["MOTO_PORT"] = str(server.server_port)
    endpoint = f"http://{HOST}:{server.server_port}"
    print(f"serving at {endpoint}")  # noqa: T201 - standard output is the log
    if options.report_fd is not None:
        # The socket listens already, so a request sent from here on is answered.
        with os.fdopen(options.report_fd, "w", encoding="utf-8") as report:
            report.write(json.dumps({"endpoint": endpoint, "access_key": access_key}) + "\n")
    server.serve_forever()


def _collect_rarely() -> None:
    """Leave what is loaded out of garbage collections, and let there be fewer: a tenth of what a request takes.

    See https://docs.python.org/3/library/gc.html#gc.freeze
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 50, 100)


def _end(_number: int, _frame: FrameType | None) -> NoReturn:
    sys.exit(0)


def _end_with_stdin() -> None:
    """Wait until the last holder of the pipe's other end is gone: the kernel closes it even after SIGKILL."""
    while os.read(sys.stdin.fileno(), 1024):
        pass
    # sys.exit would only end this thread.
    os._exit(0)


if __name__ == "__main__":
    main()
