"""Access logging of S3 buckets accepts whatever policy lets the logging service deliver."""

import json

from moto.s3.models import FakeBucket

from tools.emulator.patches.replacing import replace
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


def apply() -> None:
    """Apply the patch."""
    replace(FakeBucket, "_log_permissions_enabled_policy", staticmethod(log_permissions_enabled_policy))
