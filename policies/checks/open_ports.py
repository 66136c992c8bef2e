from __future__ import annotations

from typing import Any

from checkov.common.models.enums import CheckCategories, CheckResult
from checkov.terraform.checks.resource.base_resource_check import BaseResourceCheck

WEB_PORTS = (80, 443)
ANYWHERE = ("0.0.0.0/0", "::/0")
CIDR_KEYS = ("cidr_blocks", "ipv6_cidr_blocks", "cidr_ipv4", "cidr_ipv6")
RULES = (
    "aws_security_group_rule",
    "aws_vpc_security_group_ingress_rule",
    "aws_vpc_security_group_egress_rule",
)


class OnlyWebPortsAreOpen(BaseResourceCheck):  # type: ignore[misc]
    """Security groups are open to the world, in either direction, on TCP ports 80 and 443 only."""

    def __init__(self) -> None:
        super().__init__(
            name="security groups are open to the world on ports 80 and 443 only",
            id="MERIDIAN_4",
            categories=[CheckCategories.NETWORKING],
            supported_resources=["aws_security_group", "aws_default_security_group", *RULES],
            guideline="docs/policy.md#our-own-checks",
        )

    def scan_resource_conf(self, conf: dict[str, list[Any]]) -> CheckResult:
        """Fail on a rule to or from anywhere that is wider than one web port."""
        self.evaluated_keys = list(CIDR_KEYS)
        rules = [conf] if self.entity_type in RULES else _flat([conf.get("ingress"), conf.get("egress")])
        return CheckResult.FAILED if any(_opens_too_much(rule) for rule in rules) else CheckResult.PASSED


def _opens_too_much(rule: Any) -> bool:  # noqa: ANN401
    if not isinstance(rule, dict) or not any(
        cidr in ANYWHERE for key in CIDR_KEYS for cidr in _flat([rule.get(key)]) if isinstance(cidr, str)
    ):
        return False
    protocol, first, last = (
        str(next(iter(_flat([rule.get(key)])), None))
        for key in ("ip_protocol" if "ip_protocol" in rule else "protocol", "from_port", "to_port")
    )
    return not (protocol in ("tcp", "6") and first == last and first in map(str, WEB_PORTS))


def _flat(values: list[Any]) -> list[Any]:
    """Return the leaves: the two frameworks wrap the same value in lists of different depth."""
    leaves: list[Any] = []
    for value in values:
        leaves.extend(_flat(value) if isinstance(value, list) else [value])
    return leaves


check = OnlyWebPortsAreOpen()
