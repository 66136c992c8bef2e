"""The load balancer of a region."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cdktf_cdktf_provider_aws.lb import Lb, LbAccessLogs, LbConnectionLogs
from cdktf_cdktf_provider_aws.lb_listener import (
    LbListener,
    LbListenerDefaultAction,
    LbListenerDefaultActionRedirect,
)
from cdktf_cdktf_provider_aws.lb_target_group import LbTargetGroup, LbTargetGroupHealthCheck
from constructs import Construct

from modules.areas.ingress.security_group import HTTP, HTTPS, LoadBalancerSecurityGroup
from modules.settings.entry import HEALTH_PATH

if TYPE_CHECKING:
    from modules.areas.network.network import Network
    from modules.areas.storage.bucket import Bucket
    from modules.core.region import Region

WEB = "web"
#: Seconds that a deregistered target has to complete its requests.
DEREGISTRATION_DELAY = 60


class LoadBalancer(Construct):
    """An internet-facing Application Load Balancer that serves only HTTPS, and forwards to its targets over HTTPS.

    HTTP requests get a permanent redirect. Malformed header fields are dropped, and ambiguous requests are rejected.
    Every request and connection is logged.

    Parameters
    ----------
    region
        The region, with the ``entry`` settings.
    network
        The network whose public subnets contain the load balancer.
    logs
        The bucket for access and connection logs. Its policy must allow load balancers to deliver logs.
    certificate_arn
        The certificate of the HTTPS listener, in this region.

    Attributes
    ----------
    resource
        The load balancer.
    security_group
        Its security group.
    target_group
        The target group. Its targets serve HTTPS and answer ``HEALTH_PATH`` with status 200.
    listener
        The HTTPS listener.

    See https://docs.aws.amazon.com/elasticloadbalancing/latest/application/application-load-balancers.html
    """

    def __init__(
        self, scope: Construct, id_: str, *, region: Region, network: Network, logs: Bucket, certificate_arn: str
    ) -> None:
        super().__init__(scope, id_)
        self.region = region
        settings = region.settings.entry
        self._group = LoadBalancerSecurityGroup(self, "security-group", region=region, network=network)
        self.security_group = self._group.resource
        name = region.names.of("alb", WEB)
        self.resource = Lb(
            self,
            "Resource",
            provider=region.provider,
            name=name,
            load_balancer_type="application",
            internal=False,
            ip_address_type="ipv4",
            subnets=network.public.subnet_ids,
            security_groups=[self.security_group.id],
            drop_invalid_header_fields=True,
            desync_mitigation_mode="strictest",
            enable_deletion_protection=settings.deletion_protection and not region.settings.leaves(region.name),
            access_logs=LbAccessLogs(bucket=logs.name, prefix="access", enabled=True),
            connection_logs=LbConnectionLogs(bucket=logs.name, prefix="connections", enabled=True),
            tags={"Name": name},
            # Load balancing writes a test file when logging is enabled, which fails without the bucket's policy.
            depends_on=[logs.policy],
        )
        self.target_group = self._target_group(network)
        self.listener = self._listeners(certificate_arn)

    def allow_to_targets(self, security_group_id: str) -> None:
        """Allow egress to targets with this security group. Without a call there is no egress."""
        self._group.allow_to(security_group_id)

    def _target_group(self, network: Network) -> LbTargetGroup:
        name = self.region.names.of("tg", WEB)
        return LbTargetGroup(
            self,
            "target-group",
            provider=self.region.provider,
            name=name,
            vpc_id=network.vpc.id,
            target_type="instance",
            protocol="HTTPS",
            port=HTTPS,
            deregistration_delay=str(DEREGISTRATION_DELAY),
            health_check=LbTargetGroupHealthCheck(
                protocol="HTTPS",
                path=HEALTH_PATH,
                matcher="200",
                interval=10,
                timeout=5,
                healthy_threshold=2,
                unhealthy_threshold=3,
            ),
            tags={"Name": name},
        )

    def _listeners(self, certificate_arn: str) -> LbListener:
        https = LbListener(
            self,
            "https",
            provider=self.region.provider,
            load_balancer_arn=self.resource.arn,
            protocol="HTTPS",
            port=HTTPS,
            ssl_policy=self.region.settings.entry.tls_policy,
            certificate_arn=certificate_arn,
            default_action=[LbListenerDefaultAction(type="forward", target_group_arn=self.target_group.arn)],
            tags={"Name": self.region.names.of("listener", "web-https")},
        )
        LbListener(
            self,
            "http",
            provider=self.region.provider,
            load_balancer_arn=self.resource.arn,
            protocol="HTTP",
            port=HTTP,
            default_action=[
                LbListenerDefaultAction(
                    type="redirect",
                    redirect=LbListenerDefaultActionRedirect(protocol="HTTPS", port=str(HTTPS), status_code="HTTP_301"),
                )
            ],
            tags={"Name": self.region.names.of("listener", "web-http")},
        )
        return https
