from http.client import HTTPConnection
from urllib.parse import quote, urlsplit

import pytest
from botocore.exceptions import ClientError

from tests.support.refusals import role
from tools.emulator import Emulator

pytestmark = pytest.mark.emulator

REGION = "eu-central-1"


def make_plan(emulator: Emulator, name: str) -> dict[str, str]:
    rule = {"RuleName": "daily", "TargetBackupVaultName": "vault", "Lifecycle": {"DeleteAfterDays": 35}}
    created: dict[str, str] = emulator.client("backup", REGION).create_backup_plan(
        BackupPlan={"BackupPlanName": name, "Rules": [rule]}, BackupPlanTags={"Owner": "platform"}
    )
    return created


@pytest.mark.parametrize("slash", ["/", ""])
def test_tags_are_found_with_and_without_a_slash_at_the_end(emulator: Emulator, slash: str) -> None:
    arn = make_plan(emulator, f"tagged{len(slash)}")["BackupPlanArn"]
    connection = HTTPConnection("127.0.0.1", urlsplit(emulator.endpoint).port)
    scope = f"Credential={emulator.credentials.access_key}/20300101/{REGION}/backup/aws4_request"
    connection.request(
        "GET", f"/tags/{quote(arn, safe='')}{slash}", headers={"Authorization": f"AWS4-HMAC-SHA256 {scope}, x"}
    )
    assert connection.getresponse().read() == b'{"Tags": {"Owner": "platform"}}'
    connection.close()


def test_a_plan_can_be_changed(emulator: Emulator) -> None:
    backup = emulator.client("backup", REGION)
    created = make_plan(emulator, "changed")
    rule = {"RuleName": "weekly", "TargetBackupVaultName": "vault", "ScheduleExpression": "cron(0 5 ? * 1 *)"}
    backup.update_backup_plan(
        BackupPlanId=created["BackupPlanId"], BackupPlan={"BackupPlanName": "changed", "Rules": [rule]}
    )
    plan = backup.get_backup_plan(BackupPlanId=created["BackupPlanId"])
    assert [entry["RuleName"] for entry in plan["BackupPlan"]["Rules"]] == ["weekly"]
    assert plan["VersionId"] != created["VersionId"]


def test_a_selection_reads_back_and_goes(emulator: Emulator) -> None:
    backup = emulator.client("backup", REGION)
    plan_id = make_plan(emulator, "selected")["BackupPlanId"]
    selection = {
        "SelectionName": "by-tag",
        "IamRoleArn": role(emulator, service="backup.amazonaws.com"),
        "Resources": ["*"],
        "NotResources": [],
        "ListOfTags": [],
        "Conditions": {"StringEquals": [{"ConditionKey": "aws:ResourceTag/Backup", "ConditionValue": "daily"}]},
    }
    selection_id = backup.create_backup_selection(BackupPlanId=plan_id, BackupSelection=selection)["SelectionId"]
    key = {"BackupPlanId": plan_id, "SelectionId": selection_id}
    assert backup.get_backup_selection(**key)["BackupSelection"] == selection
    (listed,) = backup.list_backup_selections(BackupPlanId=plan_id)["BackupSelectionsList"]
    assert (listed["SelectionName"], listed["SelectionId"]) == ("by-tag", selection_id)
    backup.delete_backup_selection(**key)
    with pytest.raises(ClientError, match="ResourceNotFoundException"):
        backup.get_backup_selection(**key)


def test_access_policy_of_a_vault_reads_back_and_goes(emulator: Emulator) -> None:
    backup = emulator.client("backup", REGION)
    vault = {"BackupVaultName": "guarded"}
    backup.create_backup_vault(**vault)
    with pytest.raises(ClientError, match="ResourceNotFoundException"):
        backup.get_backup_vault_access_policy(**vault)
    backup.put_backup_vault_access_policy(**vault, Policy='{"Version":"2012-10-17","Statement":[]}')
    found = backup.get_backup_vault_access_policy(**vault)
    assert (found["BackupVaultName"], found["Policy"]) == ("guarded", '{"Version":"2012-10-17","Statement":[]}')
    backup.delete_backup_vault_access_policy(**vault)
    with pytest.raises(ClientError, match="ResourceNotFoundException"):
        backup.get_backup_vault_access_policy(**vault)
    with pytest.raises(ClientError, match="ResourceNotFoundException"):
        backup.put_backup_vault_access_policy(BackupVaultName="missing", Policy="{}")
