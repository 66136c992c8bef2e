"""Alias records with the latency and failover routing policies of Route 53."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from cdktf_cdktf_provider_aws.route53_record import (
    Route53Record,
    Route53RecordAlias,
    Route53RecordFailoverRoutingPolicy,
    Route53RecordLatencyRoutingPolicy,
)

if TYPE_CHECKING:
    from cdktf_cdktf_provider_aws.route53_health_check import Route53HealthCheck
    from constructs import Construct

    from modules.areas.ingress.load_balancer import LoadBalancer
    from modules.areas.ingress.zone import Zone


def load_balancer_alias(load_balancer: LoadBalancer) -> Route53RecordAlias:
    """Alias of a load balancer. It counts as healthy while the load balancer has a healthy target."""
    resource = load_balancer.resource
    return Route53RecordAlias(name=resource.dns_name, zone_id=resource.zone_id, evaluate_target_health=True)


def record_alias(record: Route53Record, *, zone: Zone) -> Route53RecordAlias:
    """Alias of the records of another name. Any record of that name will do: Route 53 only requires that one exists."""
    return Route53RecordAlias(name=record.fqdn, zone_id=zone.id, evaluate_target_health=True)


def latency_record(
    scope: Construct, id_: str, *, zone: Zone, name: str, load_balancer: LoadBalancer, health_check: Route53HealthCheck
) -> Route53Record:
    """Latency record: routes clients of a name to this region if it is the nearest one with a healthy check."""
    region = load_balancer.region
    return Route53Record(
        scope,
        id_,
        provider=zone.provider(region),
        zone_id=zone.id,
        name=name,
        type="A",
        set_identifier=region.name,
        latency_routing_policy=Route53RecordLatencyRoutingPolicy(region=region.name),
        health_check_id=health_check.id,
        alias=load_balancer_alias(load_balancer),
    )


def failover_record(
    scope: Construct,
    id_: str,
    *,
    zone: Zone,
    name: str,
    role: Literal["PRIMARY", "SECONDARY"],
    alias: Route53RecordAlias,
    health_check: Route53HealthCheck | None = None,
) -> Route53Record:
    """Failover record: the primary is used while it is healthy, otherwise the secondary."""
    return Route53Record(
        scope,
        id_,
        provider=zone.provider(zone.region),
        zone_id=zone.id,
        name=name,
        type="A",
        set_identifier=role.lower(),
        failover_routing_policy=Route53RecordFailoverRoutingPolicy(type=role),
        health_check_id=health_check.id if health_check else None,
        alias=alias,
    )
