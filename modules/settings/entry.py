"""Settings of ingress: names, certificates, load balancers and web ACLs."""

from __future__ import annotations

from collections.abc import Mapping  # noqa: TC003 - pydantic reads the annotation
from ipaddress import IPv4Network
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field

from modules.settings.faults import Fault
from modules.settings.types import ONCE, Cidr, Domain, RegionName, Section, matching, some_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from modules.settings.draft import Draft

#: The page that health checks of load balancers and Route 53 request.
HEALTH_PATH = "/health"
UUID = r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"
#: Rules of a security group at the most, after a higher quota, and what the prefix list of the health checks counts as.
#: https://docs.aws.amazon.com/vpc/latest/userguide/amazon-vpc-limits.html#vpc-limits-security-groups and
#: https://docs.aws.amazon.com/vpc/latest/userguide/working-with-aws-managed-prefix-lists.html
MOST_RULES, HEALTH_CHECK_RULES = 1000, 25
#: HTTP and HTTPS.
RULES_OF_A_NETWORK = 2
MOST_NETWORKS = (MOST_RULES - HEALTH_CHECK_RULES) // RULES_OF_A_NETWORK
#: Characters of a common name in X.509.
LONGEST_COMMON_NAME = 64

CertificateArn = Annotated[
    str,
    matching(
        rf"arn:aws:acm:[a-z0-9-]+:\d{{12}}:certificate/{UUID}",
        problem="not the ARN of a certificate",
        allowed="arn:aws:acm:REGION:ACCOUNT:certificate/ID",
    ),
]
ZoneId = Annotated[
    str, matching(r"Z[A-Z0-9]{1,31}", problem="not the id of a hosted zone", allowed="such as Z0123456789ABCDEFGHIJ")
]
RoleArn = Annotated[
    str,
    matching(
        r"arn:aws:iam::\d{12}:role/[\w+=,.@/-]{1,512}",
        problem="not the ARN of a role",
        allowed="arn:aws:iam::ACCOUNT:role/NAME",
    ),
]
#: Policies with TLS 1.3 only, or with TLS 1.2 and ciphers of forward secrecy and authenticated encryption only.
#: https://docs.aws.amazon.com/elasticloadbalancing/latest/application/describe-ssl-policies.html
TlsPolicy = Literal[
    "ELBSecurityPolicy-TLS13-1-2-2021-06",
    "ELBSecurityPolicy-TLS13-1-2-Res-2021-06",
    "ELBSecurityPolicy-TLS13-1-2-FIPS-2023-04",
    "ELBSecurityPolicy-TLS13-1-2-Res-FIPS-2023-04",
    "ELBSecurityPolicy-TLS13-1-3-2021-06",
    "ELBSecurityPolicy-TLS13-1-3-FIPS-2023-04",
]
RuleAction = Literal["block", "count", "off"]
RuleGroup = Literal["common", "known_bad_inputs", "sql_injection", "ip_reputation", "anonymous_ip"]
RuleName = Annotated[
    str,
    matching(
        r"[A-Za-z0-9]\w{0,127}",
        problem="not the name of a rule",
        allowed="a rule of the group as AWS writes it, such as SizeRestrictions_BODY",
    ),
]


def _counted_rules() -> dict[RuleGroup, tuple[RuleName, ...]]:
    return {"common": ("SizeRestrictions_BODY",)}


class FirewallSettings(Section):
    """The web ACL of each load balancer: what it does with requests that a group of AWS managed rules matches.

    Parameters
    ----------
    common
        Common attacks.
    known_bad_inputs
        Requests that are known to exploit something.
    sql_injection
        Requests that carry SQL.
    ip_reputation
        Addresses that Amazon has seen attack.
    anonymous_ip
        Addresses of VPNs, proxies, Tor and hosting providers, behind which there are honest clients as well.
    counted_rules
        By group, rules that only count although the group blocks. ``SizeRestrictions_BODY`` of ``common`` blocks every
        body above 8 KB, uploads and long JSON among them; the first 8 KB are looked at in any case. A mapping here
        replaces the default.
    rate_limit : in requests in five minutes
        Requests of one address, above which it is blocked.
    """

    common: RuleAction = "block"
    known_bad_inputs: RuleAction = "block"
    ip_reputation: RuleAction = "block"
    sql_injection: RuleAction = "block"
    anonymous_ip: RuleAction = "count"
    counted_rules: Mapping[RuleGroup, Annotated[tuple[RuleName, ...], ONCE]] = Field(default_factory=_counted_rules)
    rate_limit: Annotated[int, Field(ge=10, le=2_000_000_000)] = 2000


class EntrySettings(Section):
    """The way in: names, certificates and load balancers.

    Parameters
    ----------
    tls_policy
        Security policy of the HTTPS listeners. The default takes TLS 1.3 and 1.2.
    client_cidrs
        Networks that may connect; health checks of Route 53 always may. Each takes two rules of a security group, of
        which an account has 60 (L-0EA8095F, docs/quotas.md), and the health checks take 25.
    deletion_protection
        Whether AWS refuses to delete the load balancers; set it to ``false``, and apply, before a destroy.
    hosted_zone
        ``existing`` looks the hosted zone up; ``managed`` creates it, for the parent zone to delegate to (docs/dns.md).
    zone_name
        Name of the hosted zone, if it is a parent of ``domain``. By default ``domain``.
    zone_id
        Id of the existing hosted zone, where its name does not say which is meant. By default it is found by its name.
    zone_role_arn
        Role that Terraform assumes to find the existing hosted zone and to change records in it, where the zone is in
        another account (docs/account-in-use.md#the-hosted-zone).
    apex
        Whether ``domain`` itself is served.
    wildcard
        Whether every name below ``domain`` is served as well.
    certificate_arns
        ARNs of existing certificates by region, for every region. By default the platform requests certificates.
    routing
        ``failover``: all traffic to the primary region while it is healthy; ``latency``: to the nearest healthy region.
    health_check_interval : in seconds
        Time between two health checks of Route 53; 10 costs more.
    firewall
        The web ACL of each load balancer.
    """

    tls_policy: TlsPolicy = "ELBSecurityPolicy-TLS13-1-2-2021-06"
    client_cidrs: Annotated[tuple[Cidr, ...], Field(max_length=MOST_NETWORKS), some_of("IPv4 networks"), ONCE] = (
        IPv4Network("0.0.0.0/0"),
    )
    deletion_protection: bool = True
    hosted_zone: Literal["existing", "managed"] = "existing"
    zone_name: Domain | None = None
    zone_id: ZoneId | None = None
    zone_role_arn: RoleArn | None = None
    apex: bool = True
    wildcard: bool = False
    certificate_arns: Mapping[RegionName, CertificateArn] = Field(default_factory=dict)
    routing: Literal["failover", "latency"] = "failover"
    health_check_interval: Literal["30", "10"] = "30"
    firewall: FirewallSettings = FirewallSettings()

    def names(self, domain: str) -> list[str]:
        """The names that are served; a certificate contains all of them."""
        return [*([domain] if self.apex else ()), *([f"*.{domain}"] if self.wildcard else ())]


def some_name_is_served(draft: Draft) -> Iterator[Fault]:
    """Without a name there is no certificate and no record."""
    entry = draft.entry
    if entry and not entry.apex and not entry.wildcard:
        yield Fault("entry.apex", "no name is served", "false", "true, or true for entry.wildcard")


def certificates_cover_the_regions(draft: Draft) -> Iterator[Fault]:
    """Existing certificates are given for all regions, and for no other."""
    entry = draft.entry
    if entry is None or not entry.certificate_arns:
        return
    for region in draft.regions:
        if region not in entry.certificate_arns:
            yield Fault(
                f"entry.certificate_arns.{region}",
                "certificates are given for other regions, but not for this one",
                None,
                f"a certificate of {region} in AWS Certificate Manager, or none for every region",
            )
    yield from draft.check_keys("entry.certificate_arns", entry.certificate_arns)


def certificates_are_of_their_region(draft: Draft) -> Iterator[Fault]:
    """A load balancer uses certificates of its own region only."""
    for region, arn in draft.entry.certificate_arns.items() if draft.entry else ():
        if arn.split(":")[3] != region:
            yield Fault(
                f"entry.certificate_arns.{region}",
                "the certificate is of another region",
                arn,
                f"arn:aws:acm:{region}:ACCOUNT:certificate/ID",
            )


def certificates_are_of_the_account(draft: Draft) -> Iterator[Fault]:
    """A load balancer uses certificates of its own account only."""
    account = draft.text("account_id")
    for region, arn in draft.entry.certificate_arns.items() if draft.entry else ():
        if account is not None and arn.split(":")[4] != account:
            yield Fault(
                f"entry.certificate_arns.{region}",
                "the certificate is of another account",
                arn,
                f"arn:aws:acm:{region}:{account}:certificate/ID",
            )


def hosted_zone_contains_the_domain(draft: Draft) -> Iterator[Fault]:
    """Records of the domain are in the hosted zone of the domain or of a parent."""
    entry, domain = draft.entry, draft.text("domain")
    if entry is None or domain is None or not entry.zone_name:
        return
    if not f".{domain}".endswith(f".{entry.zone_name}"):
        yield Fault("entry.zone_name", f"no zone that {domain} belongs in", entry.zone_name, "domain or a parent")


def existing_zones_alone_have_an_id_and_a_role(draft: Draft) -> Iterator[Fault]:
    """A zone that the platform creates is in its own account, and gets its id from Route 53."""
    if (entry := draft.entry) is None:
        return
    if entry.hosted_zone == "managed":
        for key, value in (("zone_id", entry.zone_id), ("zone_role_arn", entry.zone_role_arn)):
            if value:
                yield Fault(f"entry.{key}", "the hosted zone is to be created", value, "entry.hosted_zone: existing")
    elif entry.zone_id and entry.zone_name:
        yield Fault("entry.zone_name", "the zone is named twice", entry.zone_name, "entry.zone_id or entry.zone_name")


def domain_fits_a_common_name(draft: Draft) -> Iterator[Fault]:
    """The first name of a certificate is also its common name, which has at most 64 characters.

    See https://docs.aws.amazon.com/acm/latest/APIReference/API_RequestCertificate.html
    """
    entry, domain = draft.entry, draft.text("domain")
    if entry is None or domain is None or entry.certificate_arns:
        return
    names = entry.names(domain)
    if names and len(names[0]) > LONGEST_COMMON_NAME:
        allowed = f"{LONGEST_COMMON_NAME} characters, or entry.certificate_arns"
        yield Fault("domain", "AWS Certificate Manager makes no certificate for so long a name", names[0], allowed)
