"""Objects of a bucket that goes which the bucket that it is replicated to does not have."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

from tools.destruction.going import Clients, of_plan
from tools.plan import Plan

#: No more objects are compared; with so many, what is missing is seldom among the last.
MOST = 100_000
_REPLICATION = "aws_s3_bucket_replication_configuration"


@dataclass(frozen=True, kw_only=True)
class Uncopied:
    """A bucket that goes, and what would go with it.

    Parameters
    ----------
    bucket, region : str
        The bucket and its region.
    destination : str
        The bucket that it is replicated to.
    keys : list of str
        Keys of objects that the destination does not have.
    """

    bucket: str
    region: str
    destination: str
    keys: list[str]


def uncopied(plan: Plan, clients: Clients) -> Iterator[Uncopied]:
    """Yield the buckets that a plan destroys together with objects that were not replicated.

    Compared are the keys of current objects, not their content: replication ends within minutes, or has failed.

    See https://docs.aws.amazon.com/AmazonS3/latest/userguide/replication-status.html
    """
    regions = _regions(plan)
    going = {str(one.attributes["bucket"]): one for one in of_plan(plan) if one.kind == "aws_s3_bucket"}
    for one in of_plan(plan):
        source = str(one.attributes.get("bucket"))
        if one.kind != _REPLICATION or source not in going:
            continue
        for rule in one.attributes.get("rule") or ():
            destination = str(rule["destination"][0]["bucket"]).rpartition(":")[2]
            if destination in going or destination not in regions:
                continue
            there = set(_keys(clients("s3", regions[destination]), destination))
            here = _keys(clients("s3", going[source].region), source)
            if missing := [key for key in islice(here, MOST) if key not in there]:
                yield Uncopied(bucket=source, region=going[source].region, destination=destination, keys=missing)


def _regions(plan: Plan) -> dict[str, str]:
    """Map each bucket that was found when the plan was made to its region."""
    resources = plan.get("prior_state", {}).get("values", {}).get("root_module", {}).get("resources", ())
    return {
        str(each["values"]["bucket"]): str(each["values"]["region"])
        for each in resources
        if each.get("mode") == "managed" and each["type"] == "aws_s3_bucket"
    }


def _keys(client: Any, bucket: str) -> Iterator[str]:  # noqa: ANN401 - boto3 makes client classes at run time
    for page in client.get_paginator("list_objects_v2").paginate(Bucket=bucket):
        yield from (str(each["Key"]) for each in page.get("Contents", ()))
