"""What the regions in memory ask of each call: parameters as AWS's models say, and conditions as DynamoDB does."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

import botocore.session
from botocore import xform_name
from botocore.validate import ParamValidator


def holds(item: dict[str, Any] | None, arguments: dict[str, Any]) -> bool:
    """Evaluate a condition as DynamoDB does; what is missing equals nothing."""
    names, values = arguments["ExpressionAttributeNames"], arguments["ExpressionAttributeValues"]

    def value(name: str) -> Any:
        return (item or {}).get(names[name])

    def clause(text: str) -> bool:
        if found := re.fullmatch(r"attribute_not_exists\((#\w+)\)", text):
            return value(found[1]) is None
        if found := re.fullmatch(r"(#\w+) IN \((.*)\)", text):
            return value(found[1]) in [values[one.strip()] for one in found[2].split(",")]
        found = re.fullmatch(r"(#\w+) = (:\w+)", text)
        assert found, text
        return value(found[1]) == values[found[2]]

    parts = arguments["ConditionExpression"].split(" OR ")
    return any(all(clause(one) for one in part.split(" AND ")) for part in parts)


@cache
def _model(service: str) -> Any:
    return botocore.session.get_session().get_service_model(service)


@cache
def _operations(service: str) -> dict[str, str]:
    return {xform_name(name): name for name in _model(service).operation_names}


def action(service: str, operation: str) -> str:
    """What IAM calls an operation."""
    return f"{_model(service).signing_name.replace('monitoring', 'cloudwatch')}:{_operations(service)[operation]}"


def check(service: str, operation: str, arguments: dict[str, Any]) -> None:
    shape = _model(service).operation_model(_operations(service)[operation]).input_shape
    report = ParamValidator().validate(arguments, shape)
    assert not report.has_errors(), report.generate_report()
