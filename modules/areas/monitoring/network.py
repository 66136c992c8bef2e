"""Alarms of the network."""

from __future__ import annotations

from typing import TYPE_CHECKING

from modules.blocks.alarms.alarm import Concern, Formula, Metric
from modules.blocks.alarms.tier import Tier

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cdktf_cdktf_provider_aws.nat_gateway import NatGateway
    from constructs import Construct

    from modules.areas.alerts.alerts import Alerts
    from modules.core.region import Region


class NetworkAlarms(Tier):
    """Ways out that are used up or lose packets.

    One alarm looks at all gateways, so that none goes when there are fewer of them: CloudWatch deletes no alarm that a
    region's health counts.

    Parameters
    ----------
    region
        The region, with ``alarms`` of the settings.
    alerts
        The region's topics.
    gateways
        The NAT gateways, by the letter of their zone.

    See https://docs.aws.amazon.com/vpc/latest/userguide/metrics-dimensions-nat-gateway.html
    """

    def __init__(
        self, scope: Construct, id_: str, *, region: Region, alerts: Alerts, gateways: Mapping[str, NatGateway]
    ) -> None:
        concerns = {
            "nat-ports": Concern(
                measure=_worst("ErrorPortAllocation", gateways),
                threshold=0,
                missing="notBreaching",
                severity="page",
                headline=True,
                meaning="A NAT gateway has no source port left: new connections to one destination fail. Its metrics "
                "say which one. Give it more addresses, or keep connections open.",
            ),
            "nat-drops": Concern(
                measure=_worst("PacketsDropCount", gateways),
                threshold=region.settings.alarms.nat_dropped_packets,
                period=300,
                periods=3,
                missing="notBreaching",
                severity="ticket",
                meaning="A NAT gateway drops packets. If the AWS Health Dashboard is silent, spread the traffic.",
            ),
        }
        super().__init__(
            scope, id_, region=region, alerts=alerts, title="network", concerns=concerns if gateways else {}
        )


def _worst(name: str, gateways: Mapping[str, NatGateway]) -> Formula:
    metrics = {
        letter: Metric(namespace="AWS/NATGateway", name=name, dimensions={"NatGatewayId": gateway.id}, statistic="Sum")
        for letter, gateway in gateways.items()
    }
    return Formula(expression=f"MAX([{', '.join(metrics)}])", metrics=metrics)
