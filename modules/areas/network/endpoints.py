"""VPC endpoints: private connections to AWS services."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cdktf_cdktf_provider_aws.vpc_endpoint import VpcEndpoint
from constructs import Construct

from modules.blocks.identity.inspector import INSPECTOR_BUCKETS
from modules.blocks.identity.policy import EVERYONE, PolicyDocument, Statement, string_equals
from modules.blocks.security_group import ingress_rule, security_group
from modules.settings.endpoints import IAM_PREFIXES
from modules.settings.regions import PARTITION

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cdktf_cdktf_provider_aws.security_group import SecurityGroup

    from modules.areas.network.subnets import SubnetTier
    from modules.areas.network.vpc import Vpc
    from modules.core.region import Region

GATEWAY_SERVICES = ("s3", "dynamodb")
#: Buckets of AWS that instances read from. The names are complete: anyone can own a bucket with the same prefix.
#: https://docs.aws.amazon.com/linux/al2023/ug/ec2.html
#: https://docs.aws.amazon.com/systems-manager/latest/userguide/ssm-agent-technical-details.html
#: https://docs.aws.amazon.com/AmazonECR/latest/userguide/vpc-endpoints.html
AWS_OWNED_BUCKETS = (
    "al2023-repos-{region}-de612dc2",
    "amazonlinux-2-repos-{region}",
    "amazon-ssm-{region}",
    "amazon-ssm-packages-{region}",
    "aws-ssm-{region}",
    "prod-{region}-starport-layer-bucket",
    *INSPECTOR_BUCKETS,
)


class Endpoints(Construct):
    """Gateway endpoints for S3 and DynamoDB, and an interface endpoint for each service of the settings.

    Every endpoint policy allows only principals of this account. The policies for S3 and DynamoDB also allow only
    resources of this account, so that no data leaves through an endpoint to buckets and tables of others. They do not
    apply to traffic that goes to the internet through a NAT gateway.

    The policy for S3 also allows reads, but no writes, of some other buckets: those of AWS with packages of Amazon
    Linux, the SSM Agent, Inspector's definitions and layers of container images, and those of the setting
    ``network.readable_buckets``.

    Parameters
    ----------
    region
        The region. The setting ``network.interface_endpoints`` names the services of interface endpoints.
    vpc
        The VPC.
    private
        The tier whose subnets hold the interface endpoints.
    routed
        The tiers of subnets that reach S3 and DynamoDB through the gateway endpoints.

    See https://docs.aws.amazon.com/vpc/latest/privatelink/vpc-endpoints-access.html
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        region: Region,
        vpc: Vpc,
        private: SubnetTier,
        routed: Sequence[SubnetTier],
    ) -> None:
        super().__init__(scope, id_)
        for service in GATEWAY_SERVICES:
            VpcEndpoint(
                self,
                f"gateway-{service}",
                provider=region.provider,
                vpc_id=vpc.id,
                vpc_endpoint_type="Gateway",
                service_name=f"com.amazonaws.{region.name}.{service}",
                route_table_ids=[table for tier in routed for table in tier.route_table_ids],
                policy=self._policy(region, service),
                tags={"Name": region.names.of("vpce", service)},
            )
        services = region.settings.network.interface_endpoints
        if not services:
            return
        self.security_group = self._security_group(region, vpc)
        for service in services:
            identifier = service.replace(".", "-")
            VpcEndpoint(
                self,
                f"interface-{identifier}",
                provider=region.provider,
                vpc_id=vpc.id,
                vpc_endpoint_type="Interface",
                service_name=f"com.amazonaws.{region.name}.{service}",
                subnet_ids=private.subnet_ids,
                security_group_ids=[self.security_group.id],
                private_dns_enabled=True,
                policy=self._policy(region, service),
                tags={"Name": region.names.of("vpce", identifier)},
            )

    def _policy(self, region: Region, service: str) -> str:
        conditions = [string_equals("aws:PrincipalAccount", region.account_id)]
        if service in GATEWAY_SERVICES:
            conditions.append(string_equals("aws:ResourceAccount", region.account_id))
        prefix = service if service in GATEWAY_SERVICES else IAM_PREFIXES[service]
        own = Statement(
            sid="PrincipalsOfThisAccount",
            actions=[f"{prefix}:*"],
            resources=["*"],
            principals=[EVERYONE],
            condition=conditions,
        )
        statements = [own, *_readable_bucket_statements(region)] if service == "s3" else [own]
        identifier = service.replace(".", "-")
        return str(PolicyDocument(self, f"policy-{identifier}", region=region, statements=statements).json)

    def _security_group(self, region: Region, vpc: Vpc) -> SecurityGroup:
        group = security_group(
            self,
            "security-group",
            region=region,
            vpc_id=vpc.id,
            identifier="endpoints",
            description="HTTPS from the VPC to the interface endpoints",
        )
        ingress_rule(
            self,
            "https-from-vpc",
            region=region,
            group=group,
            port=443,
            identifier="endpoints-https",
            description="HTTPS from the VPC",
            cidr_ipv4=str(region.cidr),
        )
        return group


def _readable_bucket_statements(region: Region) -> list[Statement]:
    configured = region.settings.network.readable_buckets
    readable = [
        Statement(
            sid="PackagesAndAgentsOfAws",
            actions=["s3:GetObject"],
            resources=[f"arn:{PARTITION}:s3:::{name.format(region=region.name)}/*" for name in AWS_OWNED_BUCKETS],
            # Instances fetch packages without credentials.
            principals=[EVERYONE],
        )
    ]
    if configured:
        readable.append(
            Statement(
                sid="ReadableBuckets",
                actions=["s3:GetObject", "s3:GetObjectVersion", "s3:ListBucket"],
                resources=[f"arn:{PARTITION}:s3:::{name}{part}" for name in configured for part in ("", "/*")],
                principals=[EVERYONE],
                condition=[string_equals("aws:PrincipalAccount", region.account_id)],
            )
        )
    return readable
