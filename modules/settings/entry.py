"""Settings of the entry area."""

from __future__ import annotations

from collections.abc import Mapping  # noqa: TC003 - pydantic reads the annotation
from ipaddress import IPv4Network
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from modules.settings.types import Domain, RegionName, Section, ipv4_network, matching, some_of

#: The page by which load balancers judge instances, and Route 53 regions.
HEALTH_PATH = "/health"

CertificateArn = Annotated[
    str,
    matching(
        r"arn:aws:acm:[a-z0-9-]+:\d{12}:certificate/[0-9a-f-]{36}",
        problem="not the ARN of a certificate",
        allowed="arn:aws:acm:REGION:ACCOUNT:certificate/ID",
    ),
]
Cidr = Annotated[IPv4Network, BeforeValidator(ipv4_network)]
#: Policies that end TLS 1.2 with forward secrecy and authenticated ciphers only, or that end TLS 1.3 alone.
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
    """The firewall before each load balancer: what it does with requests that a group of AWS managed rules matches.

    Parameters
    ----------
    common
        Common attacks: ``block`` (the default), ``count`` or ``off``.
    known_bad_inputs
        Requests that are known to exploit something: ``block`` by default.
    sql_injection
        Requests that carry SQL: ``block`` by default.
    ip_reputation
        Addresses that Amazon has seen attack: ``block`` by default.
    anonymous_ip
        Addresses of VPNs, proxies, Tor and hosting providers, behind which there are honest clients as well:
        ``count`` by default.
    counted_rules
        By group, rules that only count although the group blocks. By default ``SizeRestrictions_BODY`` of ``common``,
        which blocks every body above 8 KB, uploads and long JSON among them; the first 8 KB are looked at in any case.
    rate_limit
        Requests of one address within five minutes, above which it is blocked. 2000 by default.
    """

    common: RuleAction = "block"
    known_bad_inputs: RuleAction = "block"
    ip_reputation: RuleAction = "block"
    sql_injection: RuleAction = "block"
    anonymous_ip: RuleAction = "count"
    counted_rules: Mapping[RuleGroup, tuple[RuleName, ...]] = Field(default_factory=_counted_rules)
    rate_limit: Annotated[int, Field(ge=10, le=2_000_000_000)] = 2000


class EntrySettings(Section):
    """The way in: names, certificates and load balancers.

    Parameters
    ----------
    tls_policy
        What the load balancers accept of TLS, of an allow-list. TLS 1.3 and 1.2 by default.
    client_cidrs
        Who may come. Everyone by default.
    deletion_protection
        Whether load balancers refuse to be deleted. Yes by default.
    hosted_zone
        ``existing`` (the default) looks the hosted zone up; ``managed`` makes it, to be delegated to.
    zone_name
        Name of the hosted zone, if it is a parent of ``domain``. ``domain`` by default.
    apex
        Whether ``domain`` itself is served. Yes by default.
    wildcard
        Whether every name below ``domain`` is served as well. No by default.
    certificate_arns
        Certificates by region, for every region, instead of those that are made. None by default.
    routing
        ``failover`` (the default): all traffic to the primary region while it is healthy. ``latency``: to the nearest
        healthy region.
    health_check_interval
        Seconds between two health checks of Route 53: 30 (the default), or 10, which costs more.
    firewall
        The firewall before each load balancer.
    """

    tls_policy: TlsPolicy = "ELBSecurityPolicy-TLS13-1-2-2021-06"
    client_cidrs: Annotated[tuple[Cidr, ...], some_of("IPv4 networks")] = (IPv4Network("0.0.0.0/0"),)
    deletion_protection: bool = True
    hosted_zone: Literal["existing", "managed"] = "existing"
    zone_name: Domain | None = None
    apex: bool = True
    wildcard: bool = False
    certificate_arns: Mapping[RegionName, CertificateArn] = Field(default_factory=dict)
    routing: Literal["failover", "latency"] = "failover"
    health_check_interval: Literal["30", "10"] = "30"
    firewall: FirewallSettings = FirewallSettings()

    def names(self, domain: str) -> list[str]:
        """The names that are served, of which a certificate bears all."""
        return [*([domain] if self.apex else ()), *([f"*.{domain}"] if self.wildcard else ())]
