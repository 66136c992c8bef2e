"""What synthesizes for `make drill`: `main.py`, and then the platform is cut down to a part."""

import json
import os
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
#: What a failover looks at or changes, and what does it; with all that these refer to.
KINDS = (
    "aws_autoscaling_group",
    "aws_cloudwatch_composite_alarm",
    "aws_cloudwatch_event_target",
    "aws_db_instance",
    "aws_db_instance_automated_backups_replication",
    "aws_dynamodb_table",
    "aws_iam_role_policy",
    "aws_kms_alias",
    "aws_lambda_function",
    "aws_lambda_permission",
    "aws_network_acl",
    "aws_route53_record",
    "aws_secretsmanager_secret_policy",
    "aws_secretsmanager_secret_rotation",
    "aws_secretsmanager_secret_version",
    "aws_sfn_state_machine",
    "aws_sns_topic_policy",
)
PROGRAM = Path(__file__)


def main() -> int:
    """Synthesize as `main.py` does, and keep the part; return its exit code."""
    sys.path[0] = str(ROOT)
    from main import main as synthesize  # noqa: PLC0415 - as a program it has to find its modules first
    from tools.part import part_of  # noqa: PLC0415 - as above

    code = synthesize()
    if code == 0:
        file = Path(os.environ["CDKTF_OUTDIR"]) / "stacks" / "platform" / "cdk.tf.json"
        part = part_of(json.loads(file.read_text(encoding="utf-8")), KINDS)
        file.write_text(json.dumps(part, indent=2) + "\n", encoding="utf-8")
    return code


if __name__ == "__main__":
    sys.exit(main())
