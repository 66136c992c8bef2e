from typing import Any

import pytest

from tests.support.refusals import REGION, fresh_name, refused, role
from tools.emulator import Emulator

pytestmark = pytest.mark.emulator


def select(emulator: Emulator, arn: str) -> None:
    backup, name = emulator.client("backup", REGION), fresh_name("vault")
    backup.create_backup_vault(BackupVaultName=name)
    rule = {"RuleName": "daily", "TargetBackupVaultName": name}
    plan = backup.create_backup_plan(BackupPlan={"BackupPlanName": name, "Rules": [rule]})["BackupPlanId"]
    backup.create_backup_selection(BackupPlanId=plan, BackupSelection={"SelectionName": "all", "IamRoleArn": arn})


def monitor(emulator: Emulator, arn: str) -> None:
    emulator.client("rds", REGION).create_db_instance(
        DBInstanceIdentifier=fresh_name("db"),
        DBInstanceClass="db.t4g.small",
        Engine="postgres",
        AllocatedStorage=20,
        MasterUsername="root",
        MasterUserPassword="password",
        MonitoringInterval=60,
        MonitoringRoleArn=arn,
    )


def record(emulator: Emulator, arn: str) -> None:
    recorder = {"name": "default", "roleARN": arn}
    emulator.client("config", "eu-west-3").put_configuration_recorder(ConfigurationRecorder=recorder)


@pytest.mark.parametrize(
    ("give", "service", "code"),
    [
        (select, "backup.amazonaws.com", "InvalidParameterValueException"),
        (monitor, "monitoring.rds.amazonaws.com", "InvalidParameterValue"),
        (record, "config.amazonaws.com", "InvalidRoleException"),
    ],
)
def test_a_service_is_given_a_role_that_trusts_it(emulator: Emulator, give: Any, service: str, code: str) -> None:
    for unfit in (role(emulator, service="ec2.amazonaws.com"), "arn:aws:iam::123456789012:role/nobody"):
        with refused(code):
            give(emulator, unfit)
    give(emulator, role(emulator, service=service))
