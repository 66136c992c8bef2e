"""Rules about what the rotation function depends on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from modules.settings.faults import Fault
from modules.settings.rules.rule import section

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from modules.settings.rules.rule import Rule

SERVICE = "secretsmanager"


def rotation_function_reaches_secrets_manager(raw: Mapping[str, Any]) -> Iterator[Fault]:
    """From private subnets, through an endpoint or a NAT gateway: it is the one service that the function calls itself.

    Its logs, traces and dead letters are delivered by Lambda, and the databases are in networks of the platform.
    """
    network = section(raw, "network")
    services = network.get("interface_endpoints")
    if network.get("nat_gateways") == "none" and isinstance(services, list) and SERVICE not in services:
        yield Fault(
            "network.interface_endpoints",
            "the rotation function reaches Secrets Manager neither through an endpoint nor through a NAT gateway",
            services,
            f"a list with {SERVICE}, or network.nat_gateways: per-az or single",
        )


RULES: tuple[Rule, ...] = (rotation_function_reaches_secrets_manager,)
