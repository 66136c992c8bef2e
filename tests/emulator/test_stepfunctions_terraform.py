"""A state machine, as Terraform makes, looks at and destroys one."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.support.refusals import allows, fresh_name, policy
from tools.emulator import Emulator
from tools.terraform import cli_configuration, find_terraform

pytestmark = pytest.mark.emulator

REGION = "eu-west-1"
DELIVERY = [
    *(f"logs:{verb}LogDelivery" for verb in ("Create", "Get", "Update", "Delete")),
    *("logs:ListLogDeliveries", "logs:PutResourcePolicy", "logs:DescribeResourcePolicies", "logs:DescribeLogGroups"),
]
TRUST = {"Effect": "Allow", "Principal": {"Service": "states.amazonaws.com"}, "Action": "sts:AssumeRole"}


def configuration(name: str, *, seconds: int) -> dict[str, Any]:
    """A state machine with everything that the provider asks about: key, logs, traces, tags."""
    definition = {"StartAt": "Wait", "States": {"Wait": {"Type": "Wait", "Seconds": seconds, "End": True}}}
    machine = {
        "name": name,
        "role_arn": "${aws_iam_role.this.arn}",
        "definition": json.dumps(definition),
        "encryption_configuration": {
            "type": "CUSTOMER_MANAGED_KMS_KEY",
            "kms_key_id": "${aws_kms_key.this.arn}",
            "kms_data_key_reuse_period_seconds": 300,
        },
        "logging_configuration": {
            "level": "ALL",
            "include_execution_data": True,
            "log_destination": "${aws_cloudwatch_log_group.this.arn}:*",
        },
        "tracing_configuration": {"enabled": True},
        "tags": {"Name": name},
        "depends_on": ["aws_iam_role_policy.this"],
    }
    return {
        "terraform": {"required_providers": {"aws": {"source": "hashicorp/aws", "version": "~> 5.100"}}},
        "provider": {"aws": {"region": REGION}},
        "resource": {
            "aws_iam_role": {"this": {"name": name, "assume_role_policy": policy(TRUST)}},
            "aws_iam_role_policy": {
                "this": {"name": "logs", "role": "${aws_iam_role.this.name}", "policy": policy(allows(DELIVERY, "*"))}
            },
            "aws_kms_key": {"this": {"description": name, "enable_key_rotation": True}},
            "aws_cloudwatch_log_group": {"this": {"name": f"/aws/vendedlogs/states/{name}"}},
            "aws_sfn_state_machine": {"this": machine},
        },
    }


def test_a_state_machine_is_applied_planned_empty_changed_and_destroyed(emulator: Emulator, tmp_path: Path) -> None:
    binary = find_terraform(os.environ.get("PATH")).path
    environment = emulator.clean_environment(os.environ) | {"CHECKPOINT_DISABLE": "1"}
    if file := cli_configuration(environ=os.environ, file=tmp_path / "cli.tfrc", binary=binary):
        environment["TF_CLI_CONFIG_FILE"] = str(file)

    def terraform(*arguments: str) -> int:
        command = [str(binary), *arguments, "-no-color", "-input=false"]
        done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
        assert done.returncode in {0, 2}, f"{arguments}: {done.stdout}{done.stderr}"
        return done.returncode

    def write(seconds: int) -> None:
        (tmp_path / "main.tf.json").write_text(json.dumps(configuration(name, seconds=seconds)))

    name = fresh_name("machine")
    machines = emulator.client("stepfunctions", REGION)
    write(1)
    terraform("init")
    terraform("apply", "-auto-approve")
    assert terraform("plan", "-detailed-exitcode") == 0
    write(2)
    terraform("apply", "-auto-approve")
    (found,) = (one for one in machines.list_state_machines()["stateMachines"] if one["name"] == name)
    assert '"Seconds": 2' in machines.describe_state_machine(stateMachineArn=found["stateMachineArn"])["definition"]
    terraform("destroy", "-auto-approve")
    assert name not in {one["name"] for one in machines.list_state_machines()["stateMachines"]}
