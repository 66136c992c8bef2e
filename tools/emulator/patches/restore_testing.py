"""Restore testing of Backup, which moto does not have: plans, their selections and tags, without tests."""

import json
from typing import Any
from urllib.parse import unquote

from moto.backup.exceptions import AlreadyExistsException, ResourceNotFoundException
from moto.backup.responses import BackupResponse
from moto.backup.urls import url_paths
from moto.core.utils import unix_time

from tools.emulator.helpers.replacing import replace

PLAN, SELECTION = "RestoreTestingPlan", "RestoreTestingSelection"


def create_restore_testing_plan(response: BackupResponse) -> str:
    """Make a plan."""
    body = json.loads(response.body)
    name = body[PLAN][f"{PLAN}Name"]
    if name in _plans(response):
        raise AlreadyExistsException(msg=f"Restore testing plan {name} already exists")
    arn = f"arn:{response.partition}:backup:{response.region}:{response.current_account}:restore-testing-plan:{name}"
    made = {f"{PLAN}Arn": arn, "CreationTime": unix_time()}
    # AWS gives a test a day to begin if the plan does not say how long.
    _plans(response)[name] = {"StartWindowHours": 24, **body[PLAN], **made, "selections": {}}
    response.backup_backend.tag_resource(arn, body.get("Tags", {}))
    return json.dumps({**made, f"{PLAN}Name": name})


def get_restore_testing_plan(response: BackupResponse) -> str:
    """Return a plan."""
    return json.dumps({PLAN: _known(_plan(response))})


def update_restore_testing_plan(response: BackupResponse) -> str:
    """Change a plan and leave its selections."""
    plan = _plan(response)
    plan.update(json.loads(response.body)[PLAN], LastUpdateTime=unix_time())
    return json.dumps({**_known(plan), "UpdateTime": plan["LastUpdateTime"]})


def delete_restore_testing_plan(response: BackupResponse) -> str:
    """Delete a plan."""
    del _plans(response)[_plan(response)[f"{PLAN}Name"]]
    return "{}"


def create_restore_testing_selection(response: BackupResponse) -> str:
    """Choose what a plan restores."""
    plan, chosen = _plan(response), json.loads(response.body)[SELECTION]
    name = chosen[f"{SELECTION}Name"]
    if name in plan["selections"]:
        raise AlreadyExistsException(msg=f"Restore testing selection {name} already exists")
    made = {"CreationTime": unix_time(), f"{PLAN}Name": plan[f"{PLAN}Name"]}
    plan["selections"][name] = {**chosen, **made}
    return json.dumps({**made, f"{PLAN}Arn": plan[f"{PLAN}Arn"], f"{SELECTION}Name": name})


def get_restore_testing_selection(response: BackupResponse) -> str:
    """Return a selection."""
    return json.dumps({SELECTION: _selection(response)})


def update_restore_testing_selection(response: BackupResponse) -> str:
    """Change a selection."""
    selection = _selection(response)
    selection.update(json.loads(response.body)[SELECTION])
    answer = {name: selection[name] for name in ("CreationTime", f"{PLAN}Name", f"{SELECTION}Name")}
    return json.dumps({**answer, f"{PLAN}Arn": _plan(response)[f"{PLAN}Arn"], "UpdateTime": unix_time()})


def delete_restore_testing_selection(response: BackupResponse) -> str:
    """Delete a selection."""
    del _plan(response)["selections"][_selection(response)[f"{SELECTION}Name"]]
    return "{}"


def _plans(response: BackupResponse) -> dict[str, dict[str, Any]]:
    # Kept on the backend, so that a reset forgets them.
    plans: dict[str, dict[str, Any]] = response.backup_backend.__dict__.setdefault("restore_testing_plans", {})
    return plans


def _plan(response: BackupResponse) -> dict[str, Any]:
    return _find(_plans(response), response, "/plans/")


def _selection(response: BackupResponse) -> dict[str, Any]:
    return _find(_plan(response)["selections"], response, "/selections/")


def _find(known: dict[str, dict[str, Any]], response: BackupResponse, after: str) -> dict[str, Any]:
    name = unquote(response.path.split(after, 1)[1].split("/", 1)[0])
    if name not in known:
        raise ResourceNotFoundException(msg=f"Cannot find {name}")
    return known[name]


def _known(plan: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in plan.items() if name != "selections"}


def apply() -> None:
    """Apply the patches."""
    for operation in (
        create_restore_testing_plan,
        get_restore_testing_plan,
        update_restore_testing_plan,
        delete_restore_testing_plan,
        create_restore_testing_selection,
        get_restore_testing_selection,
        update_restore_testing_selection,
        delete_restore_testing_selection,
    ):
        replace(BackupResponse, operation.__name__, operation)
    plan, selection = "/(?P<plan>[^/]+)", "/(?P<selection>[^/]+)"
    for path in ("", plan, f"{plan}/selections", f"{plan}/selections{selection}"):
        url_paths[f"{{0}}/restore-testing/plans{path}$"] = BackupResponse.dispatch
