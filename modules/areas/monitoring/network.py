"""Alarms on NAT gateways."""

from __future__ import annotations

from typing import TYPE_CHECKING

from modules.blocks.alarms.alarm import AlarmSpec, MathExpression, Metric

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cdktf_cdktf_provider_aws.nat_gateway import NatGateway

    from modules.settings.alarms import AlarmSettings


def network_alarms(*, thresholds: AlarmSettings, gateways: Mapping[str, NatGateway]) -> dict[str, AlarmSpec]:
    """NAT gateways without free ports, or that drop packets.

    One alarm covers all gateways, so that fewer gateways delete no alarm: CloudWatch refuses to delete an alarm that a
    composite alarm references.

    Parameters
    ----------
    thresholds
        The settings ``alarms``.
    gateways
        The NAT gateways, by the letter of their zone.

    See https://docs.aws.amazon.com/vpc/latest/userguide/metrics-dimensions-nat-gateway.html
    """
    return {
        "nat-ports": AlarmSpec(
            metric=_maximum("ErrorPortAllocation", gateways),
            threshold=0,
            treat_missing_data="notBreaching",
            severity="page",
            on_dashboard=True,
            description="A NAT gateway has no source port left: new connections to one destination fail. Its metrics "
            "say which one. Give it more addresses, or keep connections open.",
        ),
        "nat-drops": AlarmSpec(
            metric=_maximum("PacketsDropCount", gateways),
            threshold=thresholds.nat_dropped_packets,
            period=300,
            evaluation_periods=3,
            treat_missing_data="notBreaching",
            severity="ticket",
            description="A NAT gateway drops packets. If the AWS Health Dashboard is silent, spread the traffic.",
        ),
    }


def _maximum(name: str, gateways: Mapping[str, NatGateway]) -> MathExpression:
    metrics = {
        letter: Metric(namespace="AWS/NATGateway", name=name, dimensions={"NatGatewayId": gateway.id}, statistic="Sum")
        for letter, gateway in gateways.items()
    }
    return MathExpression(expression=f"MAX([{', '.join(metrics)}])", metrics=metrics)
