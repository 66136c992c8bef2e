"""The quotas of an AWS account that the platform touches, with what a new account has.

Codes are those of Service Quotas: `aws service-quotas get-service-quota --service-code SERVICE --quota-code CODE`. What
has no code is not in Service Quotas, and the service's own page says how much there is.
"""

from collections.abc import Mapping
from typing import NamedTuple

from tools.usage import ACCOUNT, Usage

DOCS = "https://docs.aws.amazon.com/"


class Quota(NamedTuple):
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
    page : str
        The page that says so, under `DOCS`.
    when : str
        When to ask for more. By default not before there are several copies of the platform.
    account : bool
        Whether it is for the account, over all regions. By default for a region.
    """

    service: str
    name: str
    code: str
    default: int
    uses: tuple[str, ...]
    page: str
    when: str = ""
    account: bool = False

    def used(self, used: Usage) -> dict[str, int]:
        """Count what stacks take of it: by region, or for the account as a whole."""
        if self.account:
            return {ACCOUNT: sum(sum(counts[name] for name in self.uses) for counts in used.values())}
        return {region: sum(counts[name] for name in self.uses) for region, counts in used.items() if region != ACCOUNT}


_VPC = "vpc/latest/userguide/amazon-vpc-limits.html"
_ELB = "elasticloadbalancing/latest/application/load-balancer-limits.html"
_IAM = "IAM/latest/UserGuide/reference_iam-quotas.html"
_CONFIG = "config/latest/developerguide/configlimits.html"
QUOTAS = (
    Quota(
        "ec2",
        "Running On-Demand Standard instances, in vCPUs",
        "L-1216C47A",
        5,
        ("vCPUs at most",),
        "general/latest/gr/ec2-service.html",
        when="**before the first deploy, in every region**; a rollout takes half as many again",
    ),
    Quota(
        "ec2",
        "EC2-VPC Elastic IPs",
        "L-0263D0A3",
        5,
        ("Elastic IPs",),
        _VPC,
        when="before a second copy in the region, or more than five zones",
    ),
    Quota(
        "lambda",
        "Concurrent executions",
        "L-B99A9384",
        10,
        ("reserved concurrency",),
        "lambda/latest/dg/gettingstarted-limits.html",
        when="**before concurrency is reserved**: Lambda keeps up to 100 unreserved; accounts in use have 1,000",
    ),
    Quota(
        "vpc",
        "VPCs per Region",
        "L-F678F1CE",
        5,
        ("VPCs",),
        _VPC,
        when="before a fifth copy: each region's default VPC counts too",
    ),
    Quota("vpc", "Internet gateways per Region", "L-A4707A72", 5, ("internet gateways",), _VPC, when="with the VPCs"),
    Quota(
        "vpc",
        "NAT gateways per Availability Zone",
        "L-FE5A380F",
        5,
        ("NAT gateways",),
        _VPC,
        when="before a sixth copy; what is used is spread over the zones",
    ),
    Quota("vpc", "Subnets per VPC", "L-407747CB", 200, ("subnets",), _VPC),
    Quota("vpc", "Route tables per VPC", "L-589F43AA", 200, ("route tables",), _VPC),
    Quota("vpc", "Active VPC peering connections per VPC", "L-7E9ECCDB", 50, ("peerings",), _VPC),
    Quota("vpc", "Interface VPC endpoints per VPC", "L-29B6F2EB", 50, ("interface endpoints",), _VPC),
    Quota("vpc", "Gateway VPC endpoints per Region", "L-1B52E74A", 20, ("gateway endpoints",), _VPC),
    Quota(
        "vpc",
        "Network interfaces per Region",
        "L-DF5E4CA3",
        5000,
        (
            "endpoint interfaces",
            "NAT gateways",
            "function interfaces",
            "instances at most",
            "database instances",
            "load balancers",
        ),
        _VPC,
    ),
    Quota("vpc", "VPC security groups per Region", "L-E79EC296", 2500, ("security groups",), _VPC),
    Quota(
        "vpc",
        "Inbound or outbound rules per security group",
        "L-0EA8095F",
        60,
        ("rules of one security group",),
        _VPC,
        when="before about 27 regions, or 18 networks in `entry.client_cidrs`",
    ),
    Quota("elasticloadbalancing", "Application Load Balancers per Region", "L-53DA6B97", 50, ("load balancers",), _ELB),
    Quota("elasticloadbalancing", "Target Groups per Region", "L-B22855CB", 3000, ("target groups",), _ELB),
    Quota(
        "autoscaling",
        "Auto Scaling groups per region",
        "L-CDE20ADC",
        500,
        ("Auto Scaling groups",),
        "general/latest/gr/as.html",
    ),
    Quota(
        "rds", "DB instances", "L-7B6409FD", 40, ("database instances",), "AmazonRDS/latest/UserGuide/CHAP_Limits.html"
    ),
    Quota(
        "rds",
        "Read replicas per primary",
        "L-5BC124EF",
        15,
        ("read replicas",),
        "general/latest/gr/rds-service.html",
        when="before a 17th region",
    ),
    Quota("dynamodb", "Maximum number of tables", "L-F98FE922", 2500, ("tables",), "general/latest/gr/ddb.html"),
    Quota("kms", "Customer Master Keys (CMKs)", "L-C2F1777E", 100_000, ("KMS keys",), "general/latest/gr/kms.html"),
    Quota("secretsmanager", "Secrets per Region", "L-2F66C23C", 500_000, ("secrets",), "general/latest/gr/asm.html"),
    Quota("acm", "ACM certificates", "L-F141DD1D", 2500, ("certificates",), "general/latest/gr/acm.html"),
    Quota("wafv2", "web ACLs", "", 100, ("web ACLs",), "waf/latest/developerguide/limits.html"),
    Quota(
        "events",
        "Number of rules on the default event bus",
        "L-244521F2",
        300,
        ("event rules",),
        "eventbridge/latest/userguide/eb-quota.html",
        when="before ten copies in af-south-1 or eu-south-1, which have 100",
    ),
    Quota("config", "Config rules", "", 1000, ("Config rules",), _CONFIG),
    Quota(
        "config",
        "configuration recorders",
        "",
        1,
        ("configuration recorders",),
        _CONFIG,
        when="never: with a recorder of someone else's set `configuration.recorder: existing`",
    ),
    Quota(
        "guardduty",
        "detectors",
        "",
        1,
        ("GuardDuty detectors",),
        "guardduty/latest/ug/guardduty_limits.html",
        when="never: with a detector of someone else's set `findings.guardduty: existing`",
    ),
    Quota(
        "cloudtrail",
        "trails that a region shows",
        "",
        5,
        ("trails",),
        "awscloudtrail/latest/userguide/WhatIsCloudTrail-Limits.html",
        when="never; a trail for all regions counts in each, so an organization's trails leave fewer",
    ),
    Quota(
        "logs",
        "resource policies",
        "",
        10,
        ("log resource policies",),
        "AmazonCloudWatch/latest/logs/cloudwatch_limits_cwl.html",
        when="never: delete policies that nobody needs",
    ),
    Quota("iam", "Roles per account", "L-FE177D64", 1000, ("roles",), _IAM, account=True),
    Quota("iam", "Instance profiles per account", "L-6E65F664", 1000, ("instance profiles",), _IAM, account=True),
    Quota(
        "s3", "General purpose buckets", "L-DC2B2D3D", 10_000, ("buckets",), "general/latest/gr/s3.html", account=True
    ),
    Quota(
        "route53",
        "Health checks",
        "L-ACB674F3",
        200,
        ("health checks",),
        "Route53/latest/DeveloperGuide/DNSLimitations.html",
        when="never",
        account=True,
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
    name = f"[{quota.name}]({DOCS}{quota.page})"
    return f"| {quota.service} | {name} | {code} | {quota.default:,} | {text} a {place} | {quota.when} |".replace(
        " |  |", " | |"
    ).replace("a account", "in the account")
