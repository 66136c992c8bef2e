"""Bucket policies that are enforced, with their conditions.

moto looks at a Deny only where its Principal is ``*`` and ignores every Condition, so the usual "deny what is not TLS"
shuts every object away, the Terraform state included. AWS evaluates the statements, and so does this.

Traffic to the emulator is plain HTTP on the loopback interface and stands for TLS 1.3. A request says otherwise with
the header ``x-meridian-secure-transport: false``; any other condition key can be set, or taken away with null, by JSON
in the header ``x-meridian-context``: ``{"s3:TlsVersion": "1.1", "aws:SourceVpce": "vpce-1"}``. Stating
``aws:PrincipalServiceName`` makes the request that service's.
"""

import json
from collections.abc import Callable
from contextvars import ContextVar
from urllib.parse import unquote

from moto.iam.access_control import PermissionResult
from moto.s3.exceptions import MissingBucket, S3ClientError
from moto.s3.models import FakeBucket, S3Backend
from moto.s3.responses import S3Response

from tools.emulator.helpers.callers import caller_of
from tools.emulator.helpers.contexts import context_of
from tools.emulator.helpers.replacing import replace, wrap
from tools.emulator.helpers.s3_actions import bucket_action, object_action
from tools.emulator.policy import Caller, Decision, Request, decide, faults

RESULTS = {
    Decision.ALLOWED: PermissionResult.PERMITTED,
    Decision.DENIED: PermissionResult.DENIED,
    Decision.SILENT: PermissionResult.NEUTRAL,
}
# AWS keeps these for the root of the account whatever the policy says, so that nobody is locked out for good.
ROOT_ACTIONS = {"s3:GetBucketPolicy", "s3:PutBucketPolicy", "s3:DeleteBucketPolicy"}

# moto asks a bucket for its permission without saying who asks.
current: ContextVar[S3Response] = ContextVar("current")
Handler = Callable[..., object]


class MalformedPolicyError(S3ClientError):
    """S3 would not take the policy."""

    def __init__(self, message: str) -> None:
        super().__init__("MalformedPolicy", message)


class DeniedError(S3ClientError):
    """The bucket's policy denies the request."""

    def __init__(self, *, caller: Caller, action: str, resource: str) -> None:
        name = next(iter(caller.identities), caller.service or "anonymous")
        super().__init__(
            "AccessDenied",
            f"User: {name} is not authorized to perform: {action} on resource: {resource} "
            "with an explicit deny in a resource-based policy",
        )


def bucket_response(original: Handler, response: S3Response, request: object, full_url: str) -> object:
    """Ask the policy before every request to a bucket, which moto never does."""
    current.set(response)
    action = bucket_action(response.method, response.normalized_request.args)
    if response.bucket_name and action:
        _enforce(response, bucket_name=response.bucket_name, action=action)
    return original(response, request, full_url)


def key_response(original: Handler, response: S3Response, request: object, full_url: str) -> object:
    """Ask the policy about the action that IAM knows; moto asks about ``s3:HeadObject``, which there is not.

    Copying an object asks the source's policy too.
    """
    current.set(response)
    if action := object_action(response.method, response.normalized_request.args):
        _enforce(response, bucket_name=response.bucket_name, action=action, key=response.parse_key_name())
    if source := response.headers.get("x-amz-copy-source"):
        bucket_name, _, key = unquote(source).split("?", 1)[0].lstrip("/").partition("/")
        _enforce(response, bucket_name=bucket_name, action="s3:GetObject", key=key)
    return original(response, request, full_url)


def get_permission(bucket: FakeBucket, action: str, resource: str) -> PermissionResult:
    """Answer moto's own question truly: it asks for each key of a multiple delete, and for unsigned reads."""
    response = current.get()
    return RESULTS[
        _decide(response, bucket=bucket, action=action.replace("HeadObject", "GetObject"), resource=resource)
    ]


def put_bucket_policy(original: Handler, backend: S3Backend, bucket_name: str, policy: bytes) -> object:
    """Refuse what S3 refuses; moto takes anything, and fails at the next request."""
    bucket = backend.get_bucket(bucket_name)
    try:
        document = json.loads(policy)
        found = faults(document, resource=f"arn:{bucket.partition}:s3:::{bucket_name}")
    except (ValueError, AttributeError) as error:
        raise MalformedPolicyError("Policies must be valid JSON and the first byte must be '{'") from error
    if found:
        raise MalformedPolicyError("; ".join(found))
    return original(backend, bucket_name, policy)


def _enforce(response: S3Response, *, bucket_name: str, action: str, key: str | None = None) -> None:
    try:
        bucket = response.backend.get_bucket(bucket_name)
    except MissingBucket:
        # moto's own answer to a request for it is the right one.
        return
    resource = f"arn:{bucket.partition}:s3:::{bucket_name}" + (f"/{key}" if key is not None else "")
    if _decide(response, bucket=bucket, action=action, resource=resource) is Decision.DENIED:
        raise DeniedError(caller=caller_of(response), action=action, resource=resource)


def _decide(response: S3Response, *, bucket: FakeBucket, action: str, resource: str) -> Decision:
    if bucket.policy is None:
        return Decision.SILENT
    caller = caller_of(response)
    if action in ROOT_ACTIONS and len(caller.identities) == 1:
        return Decision.ALLOWED
    request = Request(action=action, resource=resource, caller=caller, context=context_of(response, caller))
    return decide(json.loads(bucket.policy), request)


def apply() -> None:
    """Apply the patches of this module."""
    wrap(S3Response, "_bucket_response", bucket_response)
    wrap(S3Response, "_key_response", key_response)
    replace(FakeBucket, "get_permission", get_permission)
    wrap(S3Backend, "put_bucket_policy", put_bucket_policy)
