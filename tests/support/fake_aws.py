"""An AWS that gives the answers it was told, and nothing else, to the tools that only read."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from botocore.exceptions import ClientError


def denied(operation: str, code: str = "AccessDenied") -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": "no"}}, operation)


@dataclass(eq=False)
class FakeAws:
    """Makes clients, as `Target.clients` does.

    Parameters
    ----------
    answers : dict
        By service and operation: an answer, an error to raise, or a function of the arguments. By default every answer
        is empty.
    """

    answers: dict[tuple[str, str], Any] = field(default_factory=dict)
    asked: list[tuple[str, str, str]] = field(default_factory=list)

    def __call__(self, service: str, region: str) -> Any:
        return _Client(self, service, region)


@dataclass
class _Client:
    aws: FakeAws
    service: str
    region: str

    def __getattr__(self, operation: str) -> Callable[..., Any]:
        def call(**arguments: Any) -> Any:
            self.aws.asked.append((self.region, self.service, operation))
            answer = self.aws.answers.get((self.service, operation), {})
            if isinstance(answer, Exception):
                raise answer
            return answer(**arguments) if callable(answer) else answer

        return call

    def can_paginate(self, _operation: str) -> bool:
        return True

    def get_paginator(self, operation: str) -> _Pages:
        return _Pages(getattr(self, operation))


@dataclass
class _Pages:
    call: Callable[..., Any]

    def paginate(self, **arguments: Any) -> Iterator[Any]:
        yield self.call(**arguments)
