"""Access logging of S3 buckets: any policy that lets the logging service deliver, and logs that do not come at once."""

import json

from moto.s3.models import FakeBucket, S3Backend

from tools.emulator.helpers.replacing import replace
from tools.emulator.policy import Caller, Decision, Request, decide

DELIVERY = Caller(service="logging.s3.amazonaws.com")


def log_permissions_enabled_policy(target_bucket: FakeBucket, target_prefix: str | None) -> bool:
    """Return whether the target's policy allows the delivery of a log.

    moto fails with a 500 on any statement whose Principal is ``*``, such as the usual "deny what is not TLS", and knows
    only three spellings of the Resource. AWS evaluates the policy.
    """
    if not target_bucket.policy:
        return False
    request = Request(
        action="s3:PutObject",
        resource=f"arn:{target_bucket.partition}:s3:::{target_bucket.name}/{target_prefix or ''}log",
        caller=DELIVERY,
        context={
            "aws:securetransport": ("true",),
            "aws:sourceaccount": (target_bucket.account_id,),
            # Which bucket asks is not known here; a policy that names the sources is satisfied by one it names.
            "aws:sourcearn": (f"arn:{target_bucket.partition}:s3:::any",),
            "s3:tlsversion": ("1.3",),
        },
    )
    return decide(json.loads(target_bucket.policy), request) is Decision.ALLOWED


def log_incoming_request(backend: S3Backend, request: object, bucket_name: str) -> None:
    """Deliver nothing.

    moto writes an object for every request before it answers, so that a log bucket is never empty, not even between
    Terraform's last look at it and its deletion. AWS delivers most logs within a few hours.
    """


def apply() -> None:
    """Apply the patches."""
    replace(S3Backend, "log_incoming_request", log_incoming_request)
    replace(FakeBucket, "_log_permissions_enabled_policy", staticmethod(log_permissions_enabled_policy))
