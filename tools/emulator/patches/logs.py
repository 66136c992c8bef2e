"""CloudWatch Logs: saved queries, which moto does not have."""

import json
from typing import Any
from uuid import uuid4

from moto.core.utils import unix_time_millis
from moto.logs.exceptions import ResourceNotFoundException
from moto.logs.responses import LogsResponse

from tools.emulator.helpers.replacing import replace
from tools.emulator.helpers.requests import parameter


def put_query_definition(response: LogsResponse) -> str:
    """Save a query, or change the one whose id is given."""
    id_ = parameter(response, "queryDefinitionId") or str(uuid4())
    if parameter(response, "queryDefinitionId") and id_ not in _queries(response):
        raise ResourceNotFoundException
    _queries(response)[id_] = {
        "queryDefinitionId": id_,
        "name": parameter(response, "name"),
        "queryString": parameter(response, "queryString"),
        "logGroupNames": parameter(response, "logGroupNames", []),
        "lastModified": int(unix_time_millis()),
    }
    return json.dumps({"queryDefinitionId": id_})


def describe_query_definitions(response: LogsResponse) -> str:
    """List the saved queries whose names open with a prefix."""
    prefix = parameter(response, "queryDefinitionNamePrefix") or ""
    found = [query for query in _queries(response).values() if query["name"].startswith(prefix)]
    return json.dumps({"queryDefinitions": found})


def delete_query_definition(response: LogsResponse) -> str:
    """Remove a saved query."""
    return json.dumps({"success": _queries(response).pop(parameter(response, "queryDefinitionId"), None) is not None})


def _queries(response: LogsResponse) -> dict[str, dict[str, Any]]:
    # Kept on the backend, so that a reset forgets them.
    queries: dict[str, dict[str, Any]] = response.logs_backend.__dict__.setdefault("query_definitions", {})
    return queries


def apply() -> None:
    """Apply the patches."""
    for operation in (put_query_definition, describe_query_definitions, delete_query_definition):
        replace(LogsResponse, operation.__name__, operation)
