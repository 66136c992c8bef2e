"""Backup: tags, selections and updates of plans, access policies of vaults."""

import json
from typing import Any
from urllib.parse import unquote
from uuid import uuid4

from moto.backup.exceptions import ResourceNotFoundException
from moto.backup.models import BackupBackend, Plan
from moto.backup.responses import BackupResponse
from moto.backup.urls import url_paths
from moto.core.utils import unix_time

from tools.emulator.helpers.replacing import replace


def list_tags(response: BackupResponse) -> str:
    """Find the resource whether or not the path ends in a slash.

    moto wants the slash of boto3; Terraform's SDK leaves it off, gets no tags, and puts them again at every apply.
    """
    arn = unquote(response.path.split("/tags/", 1)[1]).removesuffix("/")
    return json.dumps({"Tags": response.backup_backend.list_tags(resource_arn=arn)})


def update_backup_plan(response: BackupResponse) -> str:
    """Change a plan, which moto cannot: a new version of the same id."""
    plan = _plan(response)
    fresh = Plan(json.loads(response.body)["BackupPlan"], plan.creator_request_id, response.backup_backend)
    plan.backup_plan, plan.version_id = fresh.backup_plan, fresh.version_id
    plan.advanced_backup_settings = fresh.advanced_backup_settings
    return json.dumps(plan.to_dict())


def create_backup_selection(response: BackupResponse) -> str:
    """Choose resources for a plan, which moto cannot."""
    body = json.loads(response.body)
    selection = {
        "SelectionId": str(uuid4()),
        "BackupPlanId": _plan(response).backup_plan_id,
        "CreationDate": unix_time(),
        "CreatorRequestId": body.get("CreatorRequestId"),
        "BackupSelection": body["BackupSelection"],
    }
    _selections(response)[selection["SelectionId"]] = selection
    return json.dumps({name: selection[name] for name in ("SelectionId", "BackupPlanId", "CreationDate")})


def get_backup_selection(response: BackupResponse) -> str:
    """Return a selection as it was put, or AWS's error where there is none: Terraform waits for it at destroy."""
    return json.dumps(_selections(response)[_selection_id(response)])


def delete_backup_selection(response: BackupResponse) -> str:
    """Remove a selection."""
    del _selections(response)[_selection_id(response)]
    return "{}"


def list_backup_selections(response: BackupResponse) -> str:
    """List the selections of a plan."""
    listed = [
        {**selection, **{name: selection["BackupSelection"].get(name) for name in ("SelectionName", "IamRoleArn")}}
        for selection in _selections(response).values()
    ]
    return json.dumps({"BackupSelectionsList": listed})


def put_backup_vault_access_policy(response: BackupResponse) -> str:
    """Keep the access policy of a vault, which moto does not have."""
    _policies(response)[_vault_name(response)] = json.loads(response.body)["Policy"]
    return "{}"


def get_backup_vault_access_policy(response: BackupResponse) -> str:
    """Return the access policy of a vault, or AWS's error where there is none: Terraform waits for it at destroy."""
    name = _vault_name(response)
    if name not in _policies(response):
        raise ResourceNotFoundException(msg=f"Backup vault {name} has no access policy")
    vault = response.backup_backend.describe_backup_vault(name)
    policy = _policies(response)[name]
    return json.dumps({"BackupVaultArn": vault.backup_vault_arn, "BackupVaultName": name, "Policy": policy})


def delete_backup_vault_access_policy(response: BackupResponse) -> str:
    """Remove the access policy of a vault."""
    _policies(response).pop(_vault_name(response), None)
    return "{}"


def _vault_name(response: BackupResponse) -> str:
    name = unquote(response.path.split("/backup-vaults/", 1)[1].split("/", 1)[0])
    if name not in response.backup_backend.vaults:
        raise ResourceNotFoundException(msg=f"Backup vault {name} not found")
    return name


def _policies(response: BackupResponse) -> dict[str, str]:
    policies: dict[str, str] = response.backup_backend.__dict__.setdefault("access_policies", {})
    return policies


def _plan(response: BackupResponse) -> Plan:
    plan_id = response.path.split("/plans/", 1)[1].split("/", 1)[0]
    return response.backup_backend.get_backup_plan(plan_id, version_id=None)


def _selections(response: BackupResponse) -> dict[str, Any]:
    # Kept on the backend, so that a reset forgets them.
    backend: BackupBackend = response.backup_backend
    selections: dict[str, dict[str, Any]] = backend.__dict__.setdefault("selections", {})
    return selections.setdefault(_plan(response).backup_plan_id, {})


def _selection_id(response: BackupResponse) -> str:
    selection_id = response.path.split("/selections/", 1)[1].removesuffix("/")
    if selection_id not in _selections(response):
        raise ResourceNotFoundException(msg=f"Cannot find Backup selection with ID {selection_id}")
    return selection_id


def apply() -> None:
    """Apply the patches."""
    for operation in (
        list_tags,
        update_backup_plan,
        create_backup_selection,
        get_backup_selection,
        delete_backup_selection,
        list_backup_selections,
        put_backup_vault_access_policy,
        get_backup_vault_access_policy,
        delete_backup_vault_access_policy,
    ):
        replace(BackupResponse, operation.__name__, operation)
    url_paths["{0}/backup-vaults/(?P<name>[^/]+)/access-policy$"] = BackupResponse.dispatch
