"""CloudTrail: a look for some trails finds these, and a trail can be deleted by its ARN.

https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_DescribeTrails.html and
https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_DeleteTrail.html
"""

import json
from collections.abc import Callable

from moto.cloudtrail.models import CloudTrailBackend
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


def delete_trail(original: Callable[..., None], backend: CloudTrailBackend, name: str) -> None:
    """Delete the trail of this name or ARN. moto takes the ARN, by which Terraform deletes, for no trail's name."""
    original(backend, name.rpartition("/")[2])


def apply() -> None:
    """Apply the patch."""
    wrap(CloudTrailBackend, "delete_trail", delete_trail)
    wrap(CloudTrailResponse, "describe_trails", describe_trails)
