"""Objects that S3 could not replicate, and does not try again: copied by S3 Batch Replication.

What waited for a region that was dark is `PENDING`, and is copied by itself when the region returns; only what was
refused, by a key or a policy say, is `FAILED`.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/replication-status.html
https://docs.aws.amazon.com/AmazonS3/latest/API/API_control_CreateJob.html
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from modules.areas.failover.runtime.journal import Run
from modules.areas.failover.runtime.world import PARTITION, World
from modules.areas.storage.names import DATA
from modules.core.naming import Names, bucket_name
from modules.settings import Settings
from tools.errors import ToolError

DAY = 24 * 60 * 60
#: Of a job that is over and has not done what it was for.
ENDED = {"Failed", "Cancelled"}
PAGE = "docs/storage.md#replication"


@dataclass(frozen=True, kw_only=True)
class FailedObjects:
    """Copies what failed since a failover began, with a job for each bucket.

    Parameters
    ----------
    settings : Settings
        The settings, which say where what is replicated.
    world : World
        The platform and AWS.
    record : Run
        The record of the failover.
    role : str
        ARN of the role of the jobs. Empty if nobody gave one.
    tell : callable
        Where to say what is done.
    """

    settings: Settings
    world: World
    record: Run
    role: str
    tell: Callable[[str], None]

    def copy(self) -> None:
        """Begin the jobs that are needed, again where one has failed, and say how far they are.

        Raises
        ------
        ToolError
            When something failed, and there is no role to copy it with.
        """
        failed = dict(self._failed())
        if not failed:
            self.tell("S3 says of no object that its replication failed; what is pending it copies by itself")
            return
        for region, count in failed.items():
            bucket, jobs = self._bucket(region), self._jobs(region)
            for job in jobs:
                self.tell(f"{bucket}: {_told(job)}")
            if not all(map(_is_over, jobs)):
                continue
            if not self.role:
                raise ToolError(
                    f"{count} objects of {bucket} were not replicated",
                    advice=f"BATCH_ROLE=ARN of a role for S3 Batch Replication that the buckets know ({PAGE})",
                )
            began = self._begin(region, after=len(jobs))
            self.tell(f"{bucket}: job {began} copies {count} objects; the same command says how far it is")

    def _failed(self) -> Iterator[tuple[str, int]]:
        """Return how many operations failed since the failover began, by the region of the bucket."""
        for region in sorted(self.world.platform.places):
            count = sum(self._count(region, to) for to in self.settings.replication_destinations(region))
            if count:
                yield region, count

    def _count(self, region: str, to: str) -> int:
        answer = self.world.aws.ask(
            "cloudwatch",
            region,
            "get_metric_statistics",
            Namespace="AWS/S3",
            MetricName="OperationsFailedReplication",
            Dimensions=[
                {"Name": "SourceBucket", "Value": self._bucket(region)},
                {"Name": "DestinationBucket", "Value": self._bucket(to)},
                {"Name": "RuleId", "Value": f"to-{to}"},
            ],
            StartTime=datetime.fromtimestamp(self.record.began, UTC),
            EndTime=datetime.fromtimestamp(self.world.now(), UTC),
            Period=DAY,
            Statistics=["Sum"],
        )
        return int(sum(point["Sum"] for point in answer["Datapoints"]))

    def _jobs(self, region: str) -> list[dict[str, Any]]:
        answer = self.world.aws.ask("s3control", region, "list_jobs", AccountId=self.world.account, MaxResults=1000)
        return [job for job in answer.get("Jobs", []) if job.get("Description") == self._description]

    def _begin(self, region: str, *, after: int) -> str:
        """Begin a job. S3 begins one job for a token, however often it is asked: that of a job that failed is used."""
        token = f"{self.record.id}-{region}{f'-{after}' if after else ''}"
        answer = self.world.aws.ask(
            "s3control",
            region,
            "create_job",
            AccountId=self.world.account,
            ClientRequestToken=token[-64:],
            Description=self._description,
            Operation={"S3ReplicateObject": {}},
            ManifestGenerator={
                "S3JobManifestGenerator": {
                    "SourceBucket": f"arn:{PARTITION}:s3:::{self._bucket(region)}",
                    "ExpectedBucketOwner": self.world.account,
                    "EnableManifestOutput": False,
                    "Filter": {"EligibleForReplication": True, "ObjectReplicationStatuses": ["FAILED"]},
                }
            },
            Report={"Enabled": False},
            Priority=1,
            RoleArn=self.role,
            ConfirmationRequired=False,
        )
        return str(answer["JobId"])

    @property
    def _description(self) -> str:
        return f"after failover {self.record.id}"

    def _bucket(self, region: str) -> str:
        names = Names(environment=self.settings.environment, suffix=self.settings.environment_suffix, region=region)
        return bucket_name(names, DATA, self.world.account)


def _told(job: Mapping[str, Any]) -> str:
    done = job.get("ProgressSummary", {})
    return (
        f"job {job['JobId']} is {job['Status']}, {done.get('NumberOfTasksSucceeded', 0)} objects are copied, "
        f"{done.get('NumberOfTasksFailed', 0)} failed"
    )


def _is_over(job: Mapping[str, Any]) -> bool:
    """Whether a job has ended and left something: a role that lacks a permission, for one."""
    failed = job.get("ProgressSummary", {}).get("NumberOfTasksFailed", 0)
    return job["Status"] in ENDED or (job["Status"] == "Complete" and failed > 0)
