from typing import Any

import pytest
from botocore.exceptions import ClientError

from tools.emulator import Emulator

pytestmark = pytest.mark.emulator

REGION = "eu-central-1"
POINTS = {
    "Algorithm": "LATEST_WITHIN_WINDOW",
    "IncludeVaults": ["arn:aws:backup:eu-central-1:123456789012:backup-vault:vault"],
    "RecoveryPointTypes": ["SNAPSHOT"],
}


def plan(name: str, schedule: str) -> dict[str, Any]:
    return {"RestoreTestingPlanName": name, "ScheduleExpression": schedule, "RecoveryPointSelection": POINTS}


def test_a_plan_lives_its_whole_life(emulator: Emulator) -> None:
    backup = emulator.client("backup", REGION)
    name = {"RestoreTestingPlanName": "mondays"}
    made = backup.create_restore_testing_plan(
        RestoreTestingPlan=plan("mondays", "cron(0 9 ? * 2 *)"), Tags={"Owner": "platform"}
    )
    assert backup.list_tags(ResourceArn=made["RestoreTestingPlanArn"])["Tags"] == {"Owner": "platform"}
    with pytest.raises(ClientError, match="AlreadyExistsException"):
        backup.create_restore_testing_plan(RestoreTestingPlan=plan("mondays", "cron(0 9 ? * 2 *)"))
    changed = {"ScheduleExpression": "cron(0 9 ? * 3 *)", "RecoveryPointSelection": POINTS}
    backup.update_restore_testing_plan(**name, RestoreTestingPlan=changed)
    found = backup.get_restore_testing_plan(**name)["RestoreTestingPlan"]
    assert found.items() >= {**name, **changed, "StartWindowHours": 24}.items()
    backup.delete_restore_testing_plan(**name)
    with pytest.raises(ClientError, match="ResourceNotFoundException"):
        backup.get_restore_testing_plan(**name)


def test_a_selection_lives_its_whole_life(emulator: Emulator) -> None:
    backup = emulator.client("backup", REGION)
    name = {"RestoreTestingPlanName": "selecting"}
    key = {**name, "RestoreTestingSelectionName": "tables"}
    role = "arn:aws:iam::123456789012:role/restore"
    chosen = {"ProtectedResourceArns": ["*"], "IamRoleArn": role, "ValidationWindowHours": 4}
    named = {"RestoreTestingSelectionName": "tables", "ProtectedResourceType": "DynamoDB"}
    with pytest.raises(ClientError, match="ResourceNotFoundException"):
        backup.create_restore_testing_selection(**name, RestoreTestingSelection={**chosen, **named})
    backup.create_restore_testing_plan(RestoreTestingPlan=plan("selecting", "cron(0 9 ? * 2 *)"))
    backup.create_restore_testing_selection(**name, RestoreTestingSelection={**chosen, **named})
    backup.update_restore_testing_selection(**key, RestoreTestingSelection={"ValidationWindowHours": 8})
    found = backup.get_restore_testing_selection(**key)["RestoreTestingSelection"]
    assert found.items() >= {**chosen, **named, **name, "ValidationWindowHours": 8}.items()
    backup.delete_restore_testing_selection(**key)
    with pytest.raises(ClientError, match="ResourceNotFoundException"):
        backup.get_restore_testing_selection(**key)
