"""What synthesizes for `make chaos`: `main.py`, and then the platform is cut down to a part.

It is a fifth of the resources, but some of each kind that is found in a way of its own, by name, by tag, or by what it
belongs to, and all that takes long to make.
"""

import json
import os
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
#: With all that these refer to.
KINDS = (
    "aws_db_instance",
    "aws_dynamodb_table",
    "aws_kms_alias",
    "aws_lambda_function",
    "aws_lb",
    "aws_nat_gateway",
    "aws_route_table",
    "aws_s3_bucket_policy",
    "aws_s3_bucket_replication_configuration",
    "aws_vpc_peering_connection_accepter",
    "terraform_data",
)
PROGRAM = Path(__file__)


def cut(file: Path) -> None:
    """Take out of a synthesized platform what is neither of `KINDS` nor needed by them.

    Parameters
    ----------
    file : Path
        Its JSON.
    """
    from tools.part import part_of  # noqa: PLC0415 - as a program it has to find its modules first

    part = part_of(json.loads(file.read_text(encoding="utf-8")), KINDS)
    file.write_text(json.dumps(part, indent=2) + "\n", encoding="utf-8")


def main() -> int:
    """Synthesize as `main.py` does, and cut; return its exit code."""
    sys.path[0] = str(ROOT)
    from main import main as synthesize  # noqa: PLC0415 - as above

    code = synthesize()
    if code == 0:
        cut(Path(os.environ["CDKTF_OUTDIR"]) / "stacks" / "platform" / "cdk.tf.json")
    return code


if __name__ == "__main__":
    sys.exit(main())
