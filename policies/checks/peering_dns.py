from __future__ import annotations

from typing import Any

from checkov.common.models.enums import CheckCategories, CheckResult
from checkov.terraform.checks.resource.base_resource_check import BaseResourceCheck

SIDES = ("requester", "accepter")


class PeeringResolvesNames(BaseResourceCheck):  # type: ignore[misc]
    """Peering options let the other side's names resolve to private addresses."""

    def __init__(self) -> None:
        super().__init__(
            name="peering options allow DNS resolution from the other VPC",
            id="MERIDIAN_2",
            categories=[CheckCategories.NETWORKING],
            supported_resources=["aws_vpc_peering_connection_options"],
            guideline="docs/policy.md#our-own-checks",
        )

    def scan_resource_conf(self, conf: dict[str, list[Any]]) -> CheckResult:
        """Fail unless a side is set and every side that is set allows it."""
        self.evaluated_keys = list(SIDES)
        blocks = [block for side in SIDES for block in conf.get(side) or [] if isinstance(block, dict)]
        allowed = [block.get("allow_remote_vpc_dns_resolution") in ([True], True) for block in blocks]
        return CheckResult.PASSED if allowed and all(allowed) else CheckResult.FAILED


check = PeeringResolvesNames()
