from typing import Any

import pytest

from tests.support.filter_patterns import PatternError, matches

EVENT: dict[str, Any] = {
    "eventName": "StopLogging",
    "errorCode": "Client.UnauthorizedOperation",
    "userIdentity": {"type": "Root", "invokedBy": None},
}


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("{ $.eventName = StopLogging }", True),
        ('{ $.eventName = "StopLogging" }', True),
        ("{ $.eventName = stoplogging }", False),
        ("{ $.eventName = Stop }", False),
        ("{ $.eventName = Stop* }", True),
        ('{ $.errorCode = "*UnauthorizedOperation" }', True),
        ("{ $.eventName != StopLogging }", False),
        ("{ $.eventName != StartLogging }", True),
        # What is not there is not unequal: CloudWatch compares properties, and there is none.
        ("{ $.region != eu-west-1 }", False),
        ("{ $.region NOT EXISTS }", True),
        ("{ $.eventName NOT EXISTS }", False),
        ("{ $.userIdentity.type = Root }", True),
        ("{ $.userIdentity.invokedBy NOT EXISTS }", False),
        ("{ $.userIdentity.invokedBy IS NULL }", True),
        ("{ ($.eventName = StopLogging) && ($.userIdentity.type = IAMUser) }", False),
        ("{ ($.eventName = StopLogging) || ($.userIdentity.type = IAMUser) }", True),
        ("{ ($.a = 1) || ($.b = 1) || ($.eventName = StopLogging) }", True),
        # Were || to bind more tightly, the second would have to hold.
        ("{ $.eventName = StopLogging || $.a = 1 && $.b = 1 }", True),
        ("{ ($.eventName = StopLogging || $.a = 1) && $.b = 1 }", False),
    ],
)
def test_patterns_match_as_cloudwatch_documents(pattern: str, *, expected: bool) -> None:
    assert matches(pattern, EVENT) is expected


@pytest.mark.parametrize(
    "pattern",
    [
        "$.eventName = StopLogging",
        "{ $.eventName = StopLogging",
        "{ ($.eventName = StopLogging }",
        "{ eventName = StopLogging }",
        "{ $.eventName == StopLogging }",
        "{ $.eventName = StopLogging } more",
        "{ $.eventName = Stop? }",
        "{ " + " || ".join(["($.eventName = StopLogging)"] * 40) + " }",
    ],
)
def test_rejects_what_cloudwatch_would_not_take(pattern: str) -> None:
    with pytest.raises(PatternError):
        matches(pattern, EVENT)
