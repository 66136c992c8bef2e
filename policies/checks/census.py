from __future__ import annotations

from typing import Any

from checkov.common.models.enums import CheckCategories, CheckResult
from checkov.terraform.checks.resource.base_resource_check import BaseResourceCheck


class Census(BaseResourceCheck):  # type: ignore[misc]
    """Passes for every resource, so that the gate can tell which ones checkov saw."""

    def __init__(self) -> None:
        super().__init__(
            name="the attribute checks saw the resource",
            id="MERIDIAN_CENSUS",
            categories=[CheckCategories.CONVENTION],
            supported_resources=["*"],
        )

    def scan_resource_conf(self, conf: dict[str, list[Any]]) -> CheckResult:  # noqa: ARG002
        """Pass whatever the resource holds."""
        return CheckResult.PASSED


check = Census()
