"""The function that marks findings as told."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from modules.areas.findings.marker.runtime.handler import MarkError, mark

FOUND = [
    {
        "Id": f"arn:aws:securityhub:us-west-2:123456789012:finding/{number}",
        "ProductArn": "arn:aws:product",
        "Title": "x",
    }
    for number in range(2)
]
EVENT = {"source": "aws.securityhub", "detail": {"findings": FOUND}}


class Spy:
    def __init__(self, *unprocessed: dict[str, Any]) -> None:
        self.requests: list[dict[str, Any]] = []
        self.unprocessed = list(unprocessed)

    def batch_update_findings(self, **request: Any) -> Mapping[str, Any]:
        self.requests.append(request)
        return {"ProcessedFindings": [], "UnprocessedFindings": self.unprocessed}


def test_every_finding_of_an_event_is_marked_as_told_and_nothing_else_of_it_is_changed() -> None:
    spy = Spy()
    mark(EVENT, client=spy)
    (request,) = spy.requests
    assert request == {
        "FindingIdentifiers": [{"Id": one["Id"], "ProductArn": one["ProductArn"]} for one in FOUND],
        "Workflow": {"Status": "NOTIFIED"},
    }


def test_rejects_to_be_done_while_a_finding_is_not_marked() -> None:
    spy = Spy({"ErrorCode": "FindingNotFound", "ErrorMessage": "no such finding"})
    with pytest.raises(MarkError, match="1 of 2 not marked: FindingNotFound: no such finding"):
        mark(EVENT, client=spy)
