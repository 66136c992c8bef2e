"""An account that answers from a table, and holds questions and answers to AWS's own models."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import botocore.session
from botocore import xform_name
from botocore.exceptions import ClientError
from botocore.validate import validate_parameters

from modules.settings import Settings, load_settings
from tests.support.region_sets import settings_of, write_settings
from tools.preflight import Finding, Subject
from tools.preflight.checks import CHECKS
from tools.preflight.finding import ACCOUNT
from tools.preflight.stacks import Held, Wanted
from tools.preflight.subject import Look

ACCOUNT_ID = "123456789012"
REGION = "eu-west-1"
SESSION = botocore.session.get_session()
NOW = datetime(2026, 1, 1, tzinfo=UTC)

Answers = Mapping[str, Any]


def refusal(code: str, message: str = "no") -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": message}}, "Asked")


@cache
def _operations(service: str) -> dict[str, str]:
    return {xform_name(name): name for name in SESSION.get_service_model(service).operation_names}


class Client:
    """A client that answers by the table: with a value, an error, or what a function makes of region and question."""

    def __init__(self, service: str, region: str, answers: Answers) -> None:
        self._service, self._region, self._answers = service, region, answers

    def __getattr__(self, operation: str) -> Callable[..., Any]:
        name = _operations(self._service)[operation]
        model = SESSION.get_service_model(self._service).operation_model(name)

        def call(**question: Any) -> Any:
            if model.input_shape:
                validate_parameters(question, model.input_shape)
            answer = self._answers[f"{self._service}.{operation}"]
            if callable(answer):
                answer = answer(self._region, **question)
            if isinstance(answer, Exception):
                raise answer
            for key in answer:
                assert key in model.output_shape.members, f"{name} answers no {key}"
            return answer

        return call

    def get_paginator(self, operation: str) -> Any:
        SESSION.get_paginator_model(self._service).get_paginator(_operations(self._service)[operation])
        call = getattr(self, operation)

        class Pages:
            def paginate(self, **question: Any) -> Iterator[Any]:
                yield call(**question)

        return Pages()


def settings(*regions: str, **more: Any) -> Settings:
    with TemporaryDirectory() as folder:
        return load_settings(write_settings(Path(folder), settings_of(*(regions or (REGION,)), **more)), {})


def stack(**resources: Any) -> dict[str, Any]:
    """A synthesized stack: by type, bodies or numbers of them, in the one region unless they name a provider."""
    blocks: dict[str, Any] = {}
    for kind, said in resources.items():
        bodies = [{}] * said if isinstance(said, int) else said
        blocks[kind] = {
            f"{kind}-{number}": {"provider": f"aws.{REGION}"} | body for number, body in enumerate(bodies, start=1)
        }
    return {"resource": blocks}


def held(made: Mapping[str, Any]) -> Held:
    """That all of a synthesized stack stands."""
    return Held(addresses=frozenset(f"{kind}.{name}" for kind, blocks in made["resource"].items() for name in blocks))


def subject(answers: Answers, made: Mapping[str, Any] | None = None, **more: Any) -> Subject:
    def clients(service: str, region: str) -> Any:
        return Client(service, region, answers)

    fields: dict[str, Any] = {"settings": settings(), "held": Held(), "now": NOW} | more
    return Subject(
        account_id=ACCOUNT_ID,
        clients=clients,
        wanted=Wanted(stacks=(made or stack(),), account_id=ACCOUNT_ID),
        **fields,
    )


def ask(name: str, answers: Answers, made: Mapping[str, Any] | None = None, **more: Any) -> list[Finding]:
    """What one check finds, in the one region or in the account."""
    (check,) = (one for one in CHECKS if one.name == name)
    place = ACCOUNT if check.place == ACCOUNT else REGION
    return list(check.run(Look(subject=subject(answers, made, **more), place=place)))
