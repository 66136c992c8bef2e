"""Replication of S3 buckets reads back as it was put."""

import xmltodict  # type: ignore[import-untyped]  # moto's own dependency, without stubs
from moto.s3.exceptions import ReplicationConfigurationNotFoundError
from moto.s3.responses import S3Response

from tools.emulator.helpers.replacing import replace

XML_NAMESPACE = "http://s3.amazonaws.com/doc/2006-03-01/"


def get_bucket_replication(response: S3Response) -> str:
    """Return every rule as it was put.

    moto answers a fixed filter and a fixed word on delete markers, and leaves out what else was put, such as source
    selection, replication time and the replica's key. Terraform then wants to put it again at every plan.
    """
    replication = response.backend.get_bucket_replication(response.bucket_name)
    if not replication:
        raise ReplicationConfigurationNotFoundError(bucket_name=response.bucket_name)
    # moto keeps the document as its parser understood it, which goes back the same way without loss.
    return str(xmltodict.unparse({"ReplicationConfiguration": {**replication, "@xmlns": XML_NAMESPACE}}))


def apply() -> None:
    """Apply the patch."""
    replace(S3Response, "get_bucket_replication", get_bucket_replication)
