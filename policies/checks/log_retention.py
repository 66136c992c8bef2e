from __future__ import annotations

from typing import Any

from checkov.common.models.enums import CheckCategories, CheckResult
from checkov.terraform.checks.resource.base_resource_check import BaseResourceCheck


class LogGroupsExpire(BaseResourceCheck):  # type: ignore[misc]
    """A log group has an end of retention: zero means for ever, and checkov lets it pass."""

    def __init__(self) -> None:
        super().__init__(
            name="log groups keep their events for a set number of days",
            id="MERIDIAN_5",
            categories=[CheckCategories.LOGGING],
            supported_resources=["aws_cloudwatch_log_group"],
            guideline="docs/policy.md#our-own-checks",
        )

    def scan_resource_conf(self, conf: dict[str, list[Any]]) -> CheckResult:
        """Fail on zero and on nothing; a reference is somebody's number."""
        self.evaluated_keys = ["retention_in_days"]
        return CheckResult.PASSED if (conf.get("retention_in_days") or [None])[0] else CheckResult.FAILED


check = LogGroupsExpire()
