"""Quotas: what the settings need, what is taken, and how much there may be."""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from botocore.exceptions import ClientError

from modules.settings.entry import HEALTH_CHECK_RULES
from tools.preflight.check import Check
from tools.preflight.finding import Finding
from tools.preflight.subject import Look


@dataclass(frozen=True, kw_only=True)
class Quota:
    """A quota of a region, which counts resources of one type.

    Parameters
    ----------
    what : str
        What it counts, in words.
    service, code : str
        What Service Quotas calls it.
    kind : str
        The type of resource in Terraform.
    taken : callable
        Counts what there is.
    actions : tuple of str
        The IAM actions that counting takes.
    """

    what: str
    service: str
    code: str
    kind: str
    taken: Callable[[Look], int]
    actions: tuple[str, ...]


QUOTAS = (
    Quota(
        what="Elastic IP addresses",
        service="ec2",
        code="L-0263D0A3",
        kind="aws_eip",
        taken=lambda look: len(look.client("ec2").describe_addresses()["Addresses"]),
        actions=("ec2:DescribeAddresses",),
    ),
    Quota(
        what="VPCs",
        service="vpc",
        code="L-F678F1CE",
        kind="aws_vpc",
        taken=lambda look: sum(1 for _ in look.pages("ec2", "describe_vpcs", "Vpcs")),
        actions=("ec2:DescribeVpcs",),
    ),
    Quota(
        what="internet gateways",
        service="vpc",
        code="L-A4707A72",
        kind="aws_internet_gateway",
        taken=lambda look: sum(1 for _ in look.pages("ec2", "describe_internet_gateways", "InternetGateways")),
        actions=("ec2:DescribeInternetGateways",),
    ),
    Quota(
        what="Application Load Balancers",
        service="elasticloadbalancing",
        code="L-53DA6B97",
        kind="aws_lb",
        taken=lambda look: sum(
            one["Type"] == "application" for one in look.pages("elbv2", "describe_load_balancers", "LoadBalancers")
        ),
        actions=("elasticloadbalancing:DescribeLoadBalancers",),
    ),
)
NAT_PER_ZONE = ("vpc", "L-FE5A380F")
RULES_PER_GROUP = ("vpc", "L-0EA8095F")
RULES = ("aws_vpc_security_group_ingress_rule", "aws_vpc_security_group_egress_rule")
READ = ("servicequotas:GetServiceQuota", "servicequotas:GetAWSDefaultServiceQuota")


def limit(look: Look, service: str, code: str) -> float:
    """Return how much there may be: the account's quota, or AWS's default where nobody has asked for another.

    See https://docs.aws.amazon.com/servicequotas/2019-06-24/apireference/API_GetServiceQuota.html
    """
    quotas = look.client("service-quotas")
    try:
        return float(quotas.get_service_quota(ServiceCode=service, QuotaCode=code)["Quota"]["Value"])
    except ClientError as error:
        if error.response["Error"]["Code"] != "NoSuchResourceException":
            raise
    return float(quotas.get_aws_default_service_quota(ServiceCode=service, QuotaCode=code)["Quota"]["Value"])


def request(look: Look, service: str, code: str, desired: int) -> str:
    """Return the line that asks AWS for a higher quota."""
    return (
        f"aws service-quotas request-service-quota-increase --region {look.region} --service-code {service} "
        f"--quota-code {code} --desired-value {desired}"
    )


def _counted(quota: Quota) -> Callable[[Look], Iterator[Finding]]:
    def run(look: Look) -> Iterator[Finding]:
        needed = len(look.new(quota.kind))
        if not needed:
            return
        taken, most = quota.taken(look), int(limit(look, quota.service, quota.code))
        if taken + needed > most:
            yield look.stops(
                f"{needed} {quota.what} are to be made, {taken} are there, and the quota is {most}",
                "ask for more, which AWS may take a day to grant, or delete what nobody needs",
                request(look, quota.service, quota.code, taken + needed),
            )

    return run


def _nat_gateways(look: Look) -> Iterator[Finding]:
    # Those that are made come one to a zone at most.
    if not look.new("aws_nat_gateway"):
        return
    standing = list(
        look.pages(
            "ec2",
            "describe_nat_gateways",
            "NatGateways",
            Filter=[{"Name": "state", "Values": ["pending", "available", "deleting"]}],
        )
    )
    if not standing:
        return
    subnets = sorted({str(one["SubnetId"]) for one in standing if one.get("SubnetId")})
    zones = {
        one["SubnetId"]: one["AvailabilityZone"]
        for one in look.pages("ec2", "describe_subnets", "Subnets", Filters=[{"Name": "subnet-id", "Values": subnets}])
    }
    fullest = Counter(zones[one["SubnetId"]] for one in standing if one.get("SubnetId") in zones).most_common(1)
    most = int(limit(look, *NAT_PER_ZONE))
    for zone, count in fullest:
        if count + 1 > most:
            yield look.stops(
                f"zone {zone} has {count} NAT gateways, and the quota is {most} to a zone",
                "ask for more, or delete what nobody needs",
                request(look, *NAT_PER_ZONE, count + 1),
            )


def _rules_of_a_group(look: Look) -> Iterator[Finding]:
    # Rules of each direction are counted apart, and a prefix list as its most entries.
    fullest = 0
    for kind in RULES:
        counted: Counter[str] = Counter()
        for one in look.wanted(kind):
            of_health_checks = "health-checkers" in str(one.body.get("prefix_list_id"))
            counted[str(one.body["security_group_id"])] += HEALTH_CHECK_RULES if of_health_checks else 1
        fullest = max([fullest, *(counted[str(one.body["security_group_id"])] for one in look.new(kind))])
    if fullest > (most := int(limit(look, *RULES_PER_GROUP)) if fullest else 0):
        yield look.stops(
            f"a security group is to have {fullest} rules of one direction, and the quota is {most}",
            "ask for more, or name fewer and wider networks in entry.client_cidrs: each is two rules, and the health "
            f"checks of Route 53 count as {HEALTH_CHECK_RULES}",
            request(look, *RULES_PER_GROUP, fullest),
        )


CHECKS = (
    *(
        Check(
            name=f"quota: {quota.what}",
            place="region",
            run=_counted(quota),
            actions=(*READ, *quota.actions),
            of_ours=True,
        )
        for quota in QUOTAS
    ),
    Check(
        name="quota: NAT gateways by zone",
        place="region",
        run=_nat_gateways,
        actions=(*READ, "ec2:DescribeNatGateways", "ec2:DescribeSubnets"),
        of_ours=True,
    ),
    Check(
        name="quota: rules of a security group",
        place="region",
        run=_rules_of_a_group,
        actions=READ,
        of_ours=True,
    ),
)
