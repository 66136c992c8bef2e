from __future__ import annotations

import json
from typing import Any

from checkov.common.models.enums import CheckCategories, CheckResult
from checkov.terraform.checks.resource.base_resource_check import BaseResourceCheck


class BucketPolicyDeniesPlainRequests(BaseResourceCheck):  # type: ignore[misc]
    """A bucket policy whose text is known denies requests without TLS; MERIDIAN_7 reads the documents of the others."""

    def __init__(self) -> None:
        super().__init__(
            name="the text of an S3 bucket policy denies requests without TLS",
            id="MERIDIAN_8",
            categories=[CheckCategories.NETWORKING],
            supported_resources=["aws_s3_bucket_policy"],
            guideline="docs/policy.md#our-own-checks",
        )

    def scan_resource_conf(self, conf: dict[str, list[Any]]) -> CheckResult:
        """Fail on a text without the denial, and on a reference to anything but a policy document."""
        policy = (conf.get("policy") or [None])[0]
        if isinstance(policy, str):
            if "data.aws_iam_policy_document." in policy:
                return CheckResult.UNKNOWN
            try:
                policy = json.loads(policy)
            except ValueError:
                return CheckResult.FAILED
        if not isinstance(policy, dict):
            return CheckResult.FAILED
        statements = policy.get("Statement") or []
        statements = statements if isinstance(statements, list) else [statements]
        return CheckResult.PASSED if any(map(_denies_plain_requests, statements)) else CheckResult.FAILED


def _denies_plain_requests(statement: dict[str, Any]) -> bool:
    wanted = ((statement.get("Condition") or {}).get("Bool") or {}).get("aws:SecureTransport")
    values = wanted if isinstance(wanted, list) else [wanted]
    return statement.get("Effect") == "Deny" and [str(value).lower() for value in values] == ["false"]


check = BucketPolicyDeniesPlainRequests()
