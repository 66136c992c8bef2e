from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from threading import Event
from typing import Any

from tools.emulator.replay import KEPT, Replay


class Counting:
    """Answers with the number of the request."""

    def __init__(self, status: str = "200 OK") -> None:
        self.requests = 0
        self.status = status

    def __call__(self, _environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        self.requests += 1
        start_response(self.status, [("x-request", str(self.requests))])
        return [str(self.requests).encode()]


def ask(replay: Replay, call: str | None) -> tuple[str, list[tuple[str, str]], bytes]:
    started: list[Any] = []
    environ = {"HTTP_AMZ_SDK_INVOCATION_ID": call} if call else {}
    body = b"".join(replay(environ, lambda status, headers, _fault=None: started.extend([status, headers])))  # type: ignore[arg-type, return-value]
    return started[0], started[1], body


def test_a_repeated_call_is_answered_again_and_done_once() -> None:
    application = Counting()
    replay = Replay(application)
    assert ask(replay, "one") == ask(replay, "one") == ("200 OK", [("x-request", "1")], b"1")
    assert application.requests == 1


def test_other_calls_and_those_without_an_id_are_done_each_time() -> None:
    replay = Replay(Counting())
    assert [ask(replay, call)[2] for call in ("one", "two", None, None)] == [b"1", b"2", b"3", b"4"]


def test_a_call_that_failed_for_the_servers_fault_is_done_again() -> None:
    replay = Replay(Counting(status="503 SERVICE UNAVAILABLE"))
    assert [ask(replay, "one")[2] for _ in range(2)] == [b"1", b"2"]


def test_only_the_latest_answers_are_kept() -> None:
    application = Counting()
    replay = Replay(application)
    for number in range(KEPT + 1):
        ask(replay, str(number))
    ask(replay, "0")
    assert application.requests == KEPT + 2


def test_an_attempt_that_comes_while_the_first_is_worked_on_waits_for_its_answer() -> None:
    entered, may_end = Event(), Event()

    class Slow(Counting):
        def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
            entered.set()
            may_end.wait(10)
            return super().__call__(environ, start_response)

    application = Slow()
    replay = Replay(application)
    with ThreadPoolExecutor() as pool:
        first = pool.submit(ask, replay, "one")
        entered.wait(10)
        second = pool.submit(ask, replay, "one")
        may_end.set()
        assert first.result() == second.result()
    assert application.requests == 1
