"""Objects of the data bucket: older and deleted versions restored into another place, and compared byte for byte.

Buckets are in no backup plan: an object is restored from its versions, or from the copies in other regions.
"""

import hashlib
import secrets
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

from modules.core.naming import bucket_name
from tools.errors import ToolError
from tools.restore.part import Notes, Place, Restored

#: Below which everything of drills is.
FOLDER = "restore-drill/"
#: Existing objects that are tried, and the largest of them in bytes.
MOST, LARGEST = 20, 64 * 1024 * 1024
#: Minutes that S3 is given to copy what was written to other regions.
COPYING = 15
_SIZE = 1024 * 1024
_PAGE = 1000
_BATCH = 500


@dataclass(frozen=True, kw_only=True)
class Version:
    """One version of an object."""

    key: str
    version_id: str
    is_marker: bool = False


@dataclass(frozen=True, kw_only=True)
class Objects:
    """Versions of the data bucket of the primary region."""

    place: Place
    name: str = "objects"

    @property
    def region(self) -> str:
        """The primary region, from which all others get copies."""
        return self.place.settings.primary_region

    def bucket(self, region: str) -> str:
        """Return the data bucket of a region."""
        return bucket_name(self.place.named(region), "data", self.place.account_id)

    def left(self) -> list[str]:
        """List the folders of drills, by run, that hold a version or a delete marker in any region."""
        found = {version.key for region in self._regions() for version in self._versions(region, FOLDER)}
        return sorted({"/".join(key.split("/")[:2]) + "/" for key in found})

    def own(self) -> list[str]:
        """List what this run has left."""
        return [name for name in self.left() if name == self._folder()]

    def remove(self, name: str) -> None:
        """Delete all versions of a folder in every region: deletions of versions are not replicated.

        Raises
        ------
        ToolError
            When S3 does not delete one; it says so in an answer that is no error.
            https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteObjects.html
        """
        self._await_copies(name)
        for region in self._regions():
            s3, versions = self._s3(region), [*self._versions(region, name)]
            for first in range(0, len(versions), _BATCH):
                some = versions[first : first + _BATCH]
                answer = s3.delete_objects(
                    Bucket=self.bucket(region),
                    ExpectedBucketOwner=self.place.account_id,
                    Delete={"Objects": [{"Key": one.key, "VersionId": one.version_id} for one in some], "Quiet": True},
                )
                for fault in answer.get("Errors", ()):
                    raise ToolError(f"{self.bucket(region)}/{fault['Key']}: not deleted, {fault['Code']}")

    def restore(self) -> Restored:
        """Overwrite and delete an object of our own, bring its versions back, and try some that are there already."""
        s3, bucket, notes, left_out = self._s3(self.region), self.bucket(self.region), Notes(), []
        key, texts = f"{self._folder()}object", [secrets.token_bytes(_SIZE) for _ in range(2)]
        written = [self._put(key, text) for text in texts]
        s3.delete_object(Bucket=bucket, Key=key, ExpectedBucketOwner=self.place.account_id)
        others = [*self._sample()]
        started = self.place.clock()
        for number, (version, text) in enumerate(zip(written, texts, strict=True), start=1):
            copy = self._copy(version)
            what = f"version {number} of a deleted object"
            notes.equal(f"{what}, byte for byte", _digest(text), _digest(self._read(copy)))
            notes.equal(f"{what}, its encryption", self._encryption(version), self._encryption(copy))
        seconds = self.place.clock() - started
        differing = [one.key for one in others if _digest(self._read(one)) != _digest(self._read(self._copy(one)))]
        notes.differ += [f"{key}: a version came back otherwise" for key in differing]
        notes.same.append(f"{len(others) - len(differing)} versions of objects that were there")
        for region in self._regions()[1:]:
            left_out += self._compare_copies(region, others, notes)
        return Restored(
            source=bucket,
            restored_as=f"{bucket}/{self._folder()}restored/",
            reaches="each version",
            seconds=seconds,
            compared=tuple(notes.same),
            differences=tuple(notes.differ),
            left_out=tuple(left_out),
        )

    def _regions(self) -> list[str]:
        regions = self.place.settings.regions
        return sorted(regions, key=lambda name: (name != self.region, name))

    def _folder(self) -> str:
        return f"{FOLDER}{self.place.mark}/"

    def _s3(self, region: str) -> Any:  # noqa: ANN401 - a client of boto3
        return self.place.clients("s3", region)

    def _versions(self, region: str, prefix: str) -> Iterator[Version]:
        paginator = self._s3(region).get_paginator("list_object_versions")
        pages = paginator.paginate(Bucket=self.bucket(region), Prefix=prefix, ExpectedBucketOwner=self.place.account_id)
        for page in pages:
            for kind in ("Versions", "DeleteMarkers"):
                for one in page.get(kind, ()):
                    yield Version(key=one["Key"], version_id=one["VersionId"], is_marker=kind == "DeleteMarkers")

    def _await_copies(self, name: str) -> None:
        """Wait until S3 has copied what was written to other regions: a copy that comes later would stay there.

        https://docs.aws.amazon.com/AmazonS3/latest/userguide/replication-status.html
        """
        written = [one for one in self._versions(self.region, name) if not one.is_marker]

        def copied() -> bool:
            return not any(self._head(self.region, one).get("ReplicationStatus") == "PENDING" for one in written)

        try:
            self.place.until(copied, what=f"the copies of {name}", minutes=COPYING)
        except ToolError as late:
            self.place.say(f"    {late}: one that comes still, the next drill deletes")

    def _sample(self) -> list[Version]:
        """Choose existing versions, the older ones of an object too: evenly over the first page of them."""
        page = self._s3(self.region).list_object_versions(
            Bucket=self.bucket(self.region), MaxKeys=_PAGE, ExpectedBucketOwner=self.place.account_id
        )
        found = [
            Version(key=one["Key"], version_id=one["VersionId"])
            for one in page.get("Versions", ())
            if one["Size"] <= LARGEST and not one["Key"].startswith(FOLDER) and _is_at_hand(one)
        ]
        return found[:: max(1, len(found) // MOST)][:MOST]

    def _put(self, key: str, body: bytes) -> Version:
        answer = self._s3(self.region).put_object(
            Bucket=self.bucket(self.region), Key=key, Body=body, ExpectedBucketOwner=self.place.account_id
        )
        return Version(key=key, version_id=answer["VersionId"])

    def _copy(self, version: Version) -> Version:
        """Copy a version into the folder of what is restored, with the bucket's own encryption, and without its tags.

        Tags would need permissions of their own: https://docs.aws.amazon.com/AmazonS3/latest/API/API_CopyObject.html
        """
        # A key of its own for each, however long the original is.
        name = _digest(f"{version.key}\0{version.version_id}".encode())
        bucket, key = self.bucket(self.region), f"{self._folder()}restored/{name}"
        answer = self._s3(self.region).copy_object(
            Bucket=bucket,
            Key=key,
            CopySource={"Bucket": bucket, "Key": version.key, "VersionId": version.version_id},
            TaggingDirective="REPLACE",
            ExpectedBucketOwner=self.place.account_id,
            ExpectedSourceBucketOwner=self.place.account_id,
        )
        return Version(key=key, version_id=answer["VersionId"])

    def _read(self, version: Version, region: str | None = None) -> bytes:
        region = region or self.region
        answer = self._s3(region).get_object(
            Bucket=self.bucket(region),
            Key=version.key,
            VersionId=version.version_id,
            ExpectedBucketOwner=self.place.account_id,
        )
        body: bytes = answer["Body"].read()
        return body

    def _encryption(self, version: Version) -> tuple[str, str]:
        head = self._head(self.region, version)
        return str(head.get("ServerSideEncryption")), str(head.get("SSEKMSKeyId"))

    def _head(self, region: str, version: Version) -> Mapping[str, Any]:
        head: Mapping[str, Any] = self._s3(region).head_object(
            Bucket=self.bucket(region),
            Key=version.key,
            VersionId=version.version_id,
            ExpectedBucketOwner=self.place.account_id,
        )
        return head

    def _compare_copies(self, region: str, versions: list[Version], notes: Notes) -> list[str]:
        """Compare copies in another region, which have the same version ids; tell what has none there."""
        same, missing = 0, 0
        for one in versions:
            try:
                copy = self._read(one, region)
            except ClientError as error:
                if error.response["Error"]["Code"] not in {"NoSuchKey", "NoSuchVersion", "404"}:
                    raise
                missing += 1
                if self._head(self.region, one).get("ReplicationStatus") == "COMPLETED":
                    notes.differ.append(f"{one.key}: S3 says that {region} has a copy, and it has none")
                continue
            if _digest(copy) == _digest(self._read(one)):
                same += 1
            else:
                notes.differ.append(f"{one.key}: the copy in {region} is another")
        if same:
            notes.same.append(f"{same} copies in {region}, byte for byte")
        why = "the emulator copies no objects" if self.place.on_emulator else "they were not replicated"
        return [f"{missing} versions have no copy in {region}: {why}"] if missing else []


def _is_at_hand(version: Mapping[str, Any]) -> bool:
    """Tell whether a version can be read at once."""
    return version.get("StorageClass") not in {"DEEP_ARCHIVE", "GLACIER"}


def _digest(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()
