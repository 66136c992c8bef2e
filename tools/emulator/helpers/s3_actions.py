"""The IAM action of an S3 request.

https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazons3.html
"""

from collections.abc import Container

# A part of a bucket's configuration, by the query parameter that names it; Get, Put and Delete come before.
BUCKET_PARTS = {
    "accelerate": "AccelerateConfiguration",
    "acl": "BucketAcl",
    "analytics": "AnalyticsConfiguration",
    "cors": "BucketCORS",
    "encryption": "EncryptionConfiguration",
    "intelligent-tiering": "IntelligentTieringConfiguration",
    "inventory": "InventoryConfiguration",
    "lifecycle": "LifecycleConfiguration",
    "location": "BucketLocation",
    "logging": "BucketLogging",
    "metrics": "MetricsConfiguration",
    "notification": "BucketNotification",
    "object-lock": "BucketObjectLockConfiguration",
    "ownershipControls": "BucketOwnershipControls",
    "policy": "BucketPolicy",
    "policyStatus": "BucketPolicyStatus",
    "publicAccessBlock": "BucketPublicAccessBlock",
    "replication": "ReplicationConfiguration",
    "requestPayment": "BucketRequestPayment",
    "tagging": "BucketTagging",
    "versioning": "BucketVersioning",
    "website": "BucketWebsite",
}
# The only parts whose removal has a permission of its own; that of the others needs the one to put them.
DELETABLE_PARTS = {"policy", "website"}
BUCKET_ACTIONS = {"GET": "ListBucket", "HEAD": "ListBucket", "PUT": "CreateBucket", "DELETE": "DeleteBucket"}
OBJECT_ACTIONS = {
    ("GET", "attributes"): "GetObjectAttributes",
    ("GET", "legal-hold"): "GetObjectLegalHold",
    ("GET", "retention"): "GetObjectRetention",
    ("GET", "uploadId"): "ListMultipartUploadParts",
    ("PUT", "legal-hold"): "PutObjectLegalHold",
    ("PUT", "retention"): "PutObjectRetention",
    ("DELETE", "uploadId"): "AbortMultipartUpload",
    ("POST", "restore"): "RestoreObject",
    ("POST", "select"): "GetObject",
}
VERBS = {"GET": "Get", "HEAD": "Get", "PUT": "Put", "POST": "Put", "DELETE": "Delete"}


def bucket_action(method: str, query: Container[str]) -> str | None:
    """Return the action of a request to a bucket, or None if it is decided key by key (``POST ?delete``)."""
    if method == "GET" and "uploads" in query:
        return "s3:ListBucketMultipartUploads"
    if method == "GET" and "versions" in query:
        return "s3:ListBucketVersions"
    for part, name in BUCKET_PARTS.items():
        if part in query and method in VERBS:
            verb = "Put" if method == "DELETE" and part not in DELETABLE_PARTS else VERBS[method]
            return f"s3:{verb}{name}"
    return f"s3:{BUCKET_ACTIONS[method]}" if method in BUCKET_ACTIONS else None


def object_action(method: str, query: Container[str]) -> str | None:
    """Return the action of a request to an object, or None for a method that needs no permission."""
    if method not in VERBS:
        return None
    for (its_method, parameter), name in OBJECT_ACTIONS.items():
        if method == its_method and parameter in query:
            return f"s3:{name}"
    version = "Version" if "versionId" in query else ""
    part = next((name for parameter, name in (("acl", "Acl"), ("tagging", "Tagging")) if parameter in query), "")
    # Only reading, removing and describing a version have actions of their own.
    if not part and VERBS[method] == "Put":
        version = ""
    return f"s3:{VERBS[method]}Object{version}{part}"
