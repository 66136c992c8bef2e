"""CloudTrail: a look for some trails finds these.

https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_DescribeTrails.html
"""

import json
from collections.abc import Callable

from moto.cloudtrail.responses import CloudTrailResponse

from tools.emulator.helpers.replacing import wrap


def describe_trails(original: Callable[..., str], response: CloudTrailResponse) -> str:
    """Answer with the trails whose names or ARNs were asked for.

    moto answers with every trail, so that with a second one in the account Terraform takes the first for gone.
    """
    answer, wanted = json.loads(original(response)), response._get_param("trailNameList")  # noqa: SLF001 - no other way
    if wanted:
        answer["trailList"] = [one for one in answer["trailList"] if {one["Name"], one["TrailARN"]} & set(wanted)]
    return json.dumps(answer)


def apply() -> None:
    """Apply the patch."""
    wrap(CloudTrailResponse, "describe_trails", describe_trails)
