"""The least policies that are committed for `config/prod.yaml`, and whether they allow a call."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

from modules.settings import load_settings
from tools.emulator.iam.question import Question
from tools.emulator.policy import Caller, Decision, Request, decide
from tools.paths import ROOT
from tools.permissions.declared import declared
from tools.permissions.documents import read_recording
from tools.permissions.patterns import ACCOUNT

FOLDER = ROOT / "iam"
SETTINGS = load_settings(ROOT / "config" / "prod.yaml", {})
Document = dict[str, Any]


@cache
def recording() -> tuple[dict[str, list[Question]], str]:
    return read_recording(FOLDER / "recorded.jsonl")


@cache
def asked(role: str) -> list[Question]:
    """What a life asked, and what tools say that they may come to ask."""
    questions, account = recording()
    assert questions[role]
    return [*questions[role], *declared(role, settings=SETTINGS, account=account)]


@cache
def documents(role: str) -> list[Document]:
    return [json.loads(path.read_text()) for path in sorted(FOLDER.glob(f"{role}-*.json"))]


@cache
def statements(role: str) -> list[dict[str, Any]]:
    return [statement for document in documents(role) for statement in document["Statement"]]


@cache
def in_the_account(role: str) -> list[dict[str, Any]]:
    """The statements with the account of the recording."""
    found: list[dict[str, Any]] = json.loads(json.dumps(statements(role)).replace(ACCOUNT, recording()[1]))
    return found


def allows(of_role: list[dict[str, Any]], question: Question) -> bool:
    _, account = recording()
    caller = Caller(identities=(f"arn:aws:iam::{account}:role/r", f"arn:aws:iam::{account}:root"), account_id=account)
    context = {name.lower(): values for name, values in question.keys.items()}
    context["aws:requestedregion"] = (question.region,)
    request = Request(action=question.action, resource=question.resource, caller=caller, context=context)
    return decide({"Statement": of_role}, request, of_identity=True) is Decision.ALLOWED
