"""The way in on the embedded AWS."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.lives import Applied
from tests.support.region_sets import THREE

pytestmark = pytest.mark.emulator
REGIONS = pytest.mark.parametrize("region", THREE)


def load_balancer(life: Applied, region: str) -> dict[str, Any]:
    (found,) = life.client("elbv2", region).describe_load_balancers()["LoadBalancers"]
    return dict(found)


@REGIONS
def test_http_is_redirected_and_https_shows_an_issued_certificate(life: Applied, region: str) -> None:
    arn = load_balancer(life, region)["LoadBalancerArn"]
    listeners = life.client("elbv2", region).describe_listeners(LoadBalancerArn=arn)["Listeners"]
    by_port = {one["Port"]: one for one in listeners}
    assert by_port[80]["DefaultActions"][0]["RedirectConfig"]["StatusCode"] == "HTTP_301"
    assert by_port[443]["SslPolicy"] == "ELBSecurityPolicy-TLS13-1-2-2021-06"
    (shown,) = by_port[443]["Certificates"]
    certificate = life.client("acm", region).describe_certificate(CertificateArn=shown["CertificateArn"])["Certificate"]
    assert certificate["Status"] == "ISSUED"
    assert {"example.com", f"{region}.example.com"} <= set(certificate["SubjectAlternativeNames"])


@REGIONS
def test_firewall_stands_before_the_load_balancer(life: Applied, region: str) -> None:
    arn = load_balancer(life, region)["LoadBalancerArn"]
    acl = life.client("wafv2", region).get_web_acl_for_resource(ResourceArn=arn)["WebACL"]
    assert acl["Name"] == f"PROD-waf-test-web-{region}"


def test_records_lead_to_the_load_balancers_by_routing_policy(life: Applied) -> None:
    route53 = life.client("route53", THREE[0])
    (zone,) = route53.list_hosted_zones()["HostedZones"]
    records = route53.list_resource_record_sets(HostedZoneId=zone["Id"])["ResourceRecordSets"]
    aliases = {(one["Name"], one.get("SetIdentifier")): one for one in records if "AliasTarget" in one}
    names = {region: load_balancer(life, region)["DNSName"] for region in THREE}
    primary, secondary = aliases["example.com.", "primary"], aliases["example.com.", "secondary"]
    assert (primary["Failover"], primary["AliasTarget"]["DNSName"]) == ("PRIMARY", names[THREE[0]])
    assert secondary["AliasTarget"]["DNSName"].rstrip(".") == "nearest.example.com"
    for region in THREE:
        assert aliases["nearest.example.com.", region]["Region"] == region
        assert aliases["nearest.example.com.", region]["AliasTarget"]["DNSName"] == names[region]
        assert aliases[f"{region}.example.com.", None]["AliasTarget"]["DNSName"] == names[region]
