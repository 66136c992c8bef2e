"""The quotas of an AWS account that the platform touches, with what a new account has.

Codes are those of Service Quotas: `aws service-quotas get-service-quota --service-code SERVICE --quota-code CODE`. What
has no code is not in Service Quotas, and the service's own page says how much there is.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from tools.usage import ACCOUNT, Usage

_GENERAL = "https://docs.aws.amazon.com/general/latest/gr"


@dataclass(frozen=True, kw_only=True)
class Quota:
    """One quota.

    Parameters
    ----------
    service : str
        The service's code in Service Quotas.
    name : str
        What AWS calls the quota.
    code : str
        Its code; empty where Service Quotas has none.
    default : int
        What a new account has.
    uses : tuple of str
        What counts towards it, by the names of `usage`; added up.
    account : bool
        Whether it is for the account, over all regions. By default for a region.
    when : str
        When to ask for more. By default not before there are several copies of the platform.
    page : str
        The page that says so.
    """

    service: str
    name: str
    code: str
    default: int
    uses: tuple[str, ...]
    account: bool = False
    when: str = ""
    page: str

    def used(self, used: Usage) -> dict[str, int]:
        """Count what stacks take of it: by region, or for the account as a whole."""
        if self.account:
            return {ACCOUNT: sum(sum(counts[name] for name in self.uses) for counts in used.values())}
        return {region: sum(counts[name] for name in self.uses) for region, counts in used.items() if region != ACCOUNT}


_VPC = "https://docs.aws.amazon.com/vpc/latest/userguide/amazon-vpc-limits.html"
QUOTAS = (
    Quota(
        service="ec2",
        name="Running On-Demand Standard instances, in vCPUs",
        code="L-1216C47A",
        default=5,
        uses=("vCPUs at most",),
        when="**before the first deploy, in every region**; a rollout takes half as many again",
        page=f"{_GENERAL}/ec2-service.html",
    ),
    Quota(
        service="ec2",
        name="EC2-VPC Elastic IPs",
        code="L-0263D0A3",
        default=5,
        uses=("Elastic IPs",),
        when="before a second copy in the region, or more than five zones",
        page=_VPC,
    ),
    Quota(
        service="lambda",
        name="Concurrent executions",
        code="L-B99A9384",
        default=10,
        uses=("reserved concurrency",),
        when="**before concurrency is reserved**: Lambda keeps up to 100 unreserved; accounts in use have 1,000",
        page="https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html",
    ),
    Quota(
        service="vpc",
        name="VPCs per Region",
        code="L-F678F1CE",
        default=5,
        uses=("VPCs",),
        when="before a fifth copy: each region's default VPC counts too",
        page=_VPC,
    ),
    Quota(
        service="vpc",
        name="Internet gateways per Region",
        code="L-A4707A72",
        default=5,
        uses=("internet gateways",),
        when="with the VPCs",
        page=_VPC,
    ),
    Quota(
        service="vpc",
        name="NAT gateways per Availability Zone",
        code="L-FE5A380F",
        default=5,
        uses=("NAT gateways",),
        when="before a sixth copy; what is used is spread over the zones",
        page=_VPC,
    ),
    Quota(service="vpc", name="Subnets per VPC", code="L-407747CB", default=200, uses=("subnets",), page=_VPC),
    Quota(
        service="vpc", name="Route tables per VPC", code="L-589F43AA", default=200, uses=("route tables",), page=_VPC
    ),
    Quota(
        service="vpc",
        name="Active VPC peering connections per VPC",
        code="L-7E9ECCDB",
        default=50,
        uses=("peerings",),
        page=_VPC,
    ),
    Quota(
        service="vpc",
        name="Interface VPC endpoints per VPC",
        code="L-29B6F2EB",
        default=50,
        uses=("interface endpoints",),
        page=_VPC,
    ),
    Quota(
        service="vpc",
        name="Gateway VPC endpoints per Region",
        code="L-1B52E74A",
        default=20,
        uses=("gateway endpoints",),
        page=_VPC,
    ),
    Quota(
        service="vpc",
        name="Network interfaces per Region",
        code="L-DF5E4CA3",
        default=5000,
        uses=(
            "endpoint interfaces",
            "NAT gateways",
            "function interfaces",
            "instances at most",
            "database instances",
            "load balancers",
        ),
        page=_VPC,
    ),
    Quota(
        service="vpc",
        name="VPC security groups per Region",
        code="L-E79EC296",
        default=2500,
        uses=("security groups",),
        page=_VPC,
    ),
    Quota(
        service="vpc",
        name="Inbound or outbound rules per security group",
        code="L-0EA8095F",
        default=60,
        uses=("rules of one security group",),
        when="before about 27 regions, or 60 networks in `entry.client_cidrs`",
        page=_VPC,
    ),
    Quota(
        service="elasticloadbalancing",
        name="Application Load Balancers per Region",
        code="L-53DA6B97",
        default=50,
        uses=("load balancers",),
        page="https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-limits.html",
    ),
    Quota(
        service="elasticloadbalancing",
        name="Target Groups per Region",
        code="L-B22855CB",
        default=3000,
        uses=("target groups",),
        page="https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-limits.html",
    ),
    Quota(
        service="autoscaling",
        name="Auto Scaling groups per region",
        code="L-CDE20ADC",
        default=500,
        uses=("Auto Scaling groups",),
        page=f"{_GENERAL}/as.html",
    ),
    Quota(
        service="rds",
        name="DB instances",
        code="L-7B6409FD",
        default=40,
        uses=("database instances",),
        page="https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/CHAP_Limits.html",
    ),
    Quota(
        service="dynamodb",
        name="Maximum number of tables",
        code="L-F98FE922",
        default=2500,
        uses=("tables",),
        page=f"{_GENERAL}/ddb.html",
    ),
    Quota(
        service="kms",
        name="Customer Master Keys (CMKs)",
        code="L-C2F1777E",
        default=100_000,
        uses=("KMS keys",),
        page=f"{_GENERAL}/kms.html",
    ),
    Quota(
        service="secretsmanager",
        name="Secrets per Region",
        code="L-2F66C23C",
        default=500_000,
        uses=("secrets",),
        page=f"{_GENERAL}/asm.html",
    ),
    Quota(
        service="acm",
        name="ACM certificates",
        code="L-F141DD1D",
        default=2500,
        uses=("certificates",),
        page=f"{_GENERAL}/acm.html",
    ),
    Quota(
        service="wafv2",
        name="web ACLs",
        code="",
        default=100,
        uses=("web ACLs",),
        page="https://docs.aws.amazon.com/waf/latest/developerguide/limits.html",
    ),
    Quota(
        service="events",
        name="Number of rules on the default event bus",
        code="L-244521F2",
        default=300,
        uses=("event rules",),
        when="before ten copies in af-south-1 or eu-south-1, which have 100",
        page="https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-quota.html",
    ),
    Quota(
        service="config",
        name="Config rules",
        code="",
        default=1000,
        uses=("Config rules",),
        page="https://docs.aws.amazon.com/config/latest/developerguide/configlimits.html",
    ),
    Quota(
        service="config",
        name="configuration recorders",
        code="",
        default=1,
        uses=("configuration recorders",),
        when="never: with a recorder of someone else's set `configuration.recorder: existing`",
        page="https://docs.aws.amazon.com/config/latest/developerguide/configlimits.html",
    ),
    Quota(
        service="guardduty",
        name="detectors",
        code="",
        default=1,
        uses=("GuardDuty detectors",),
        when="never: with a detector of someone else's set `findings.guardduty: existing`",
        page="https://docs.aws.amazon.com/guardduty/latest/ug/guardduty_limits.html",
    ),
    Quota(
        service="cloudtrail",
        name="trails that a region shows",
        code="",
        default=5,
        uses=("trails",),
        when="never; a trail for all regions counts in each, so an organization's trails leave fewer",
        page="https://docs.aws.amazon.com/awscloudtrail/latest/userguide/WhatIsCloudTrail-Limits.html",
    ),
    Quota(
        service="logs",
        name="resource policies",
        code="",
        default=10,
        uses=("log resource policies",),
        when="never: delete policies that nobody needs",
        page="https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/cloudwatch_limits_cwl.html",
    ),
    Quota(
        service="iam",
        name="Roles per account",
        code="L-FE177D64",
        default=1000,
        uses=("roles",),
        account=True,
        page="https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html",
    ),
    Quota(
        service="iam",
        name="Instance profiles per account",
        code="L-6E65F664",
        default=1000,
        uses=("instance profiles",),
        account=True,
        page="https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html",
    ),
    Quota(
        service="s3",
        name="General purpose buckets",
        code="L-DC2B2D3D",
        default=10_000,
        uses=("buckets",),
        account=True,
        page=f"{_GENERAL}/s3.html",
    ),
    Quota(
        service="route53",
        name="Health checks",
        code="L-ACB674F3",
        default=200,
        uses=("health checks",),
        account=True,
        when="before 17 regions with `entry.health: alarms`",
        page="https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/DNSLimitations.html",
    ),
)


def table(used: Usage) -> str:
    """Return the quotas as a Markdown table, those that the settings exceed or half use up first."""
    rows = sorted(QUOTAS, key=lambda quota: -max(quota.used(used).values()) / quota.default)
    head = ["| service | quota | code | a new account has | used | ask for more |", "|---|---|---|---:|---|---|"]
    return "\n".join([*head, *(_row(quota, quota.used(used)) for quota in rows)])


def _row(quota: Quota, used: Mapping[str, int]) -> str:
    place = "account" if quota.account else "region"
    counts = sorted(set(used.values()))
    text = f"{counts[0]}" if len(counts) == 1 else f"{counts[0]} to {counts[-1]}"
    code = f"`{quota.code}`" if quota.code else "none"
    name = f"[{quota.name}]({quota.page})"
    return f"| {quota.service} | {name} | {code} | {quota.default:,} | {text} a {place} | {quota.when} |".replace(
        " |  |", " | |"
    ).replace("a account", "in the account")
