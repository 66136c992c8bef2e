import json
import re
from pathlib import Path
from typing import Any

import pytest

from modules.settings import SettingsError, load_settings
from tests.support.otherwise import ANYWHERE, OTHERWISE
from tests.support.region_sets import FIVE, ONE, SMALL_SETS, TAKEN_OVER, THREE, TWO, settings_of, write_settings
from tests.support.synthesized import Block, Stack, platform

SETS = pytest.mark.parametrize("regions", [ONE, TWO, THREE, FIVE], ids=len)
MANY = pytest.mark.parametrize("regions", [TWO, THREE, FIVE], ids=len)

#: Capacity units of AWS's groups, and of a rule that limits a rate by address.
#: https://docs.aws.amazon.com/waf/latest/developerguide/aws-managed-rule-groups-list.html
UNITS = {"ip-reputation": 25, "anonymous-ip": 50, "known-bad-inputs": 200, "common": 700, "sql-injection": 200}
UNITS_OF_A_RATE = 2

ROLE = "arn:aws:iam::999999999999:role/dns"


def only(stack: Stack, kind: str, region: str) -> Block:
    (found,) = stack.resources(kind, region)
    return found


def records(stack: Stack, name: str) -> list[Block]:
    return [record for record in stack.resources("aws_route53_record") if record.body["name"] == name]


def arn(region: str, account: str = "123456789012") -> str:
    return f"arn:aws:acm:{region}:{account}:certificate/12345678-1234-1234-1234-123456789012"


@SETS
def test_every_load_balancer_stands_in_all_public_subnets_and_is_hard_to_misuse(regions: tuple[str, ...]) -> None:
    stack = platform(*regions)
    for region in regions:
        body = only(stack, "aws_lb", region).body
        public = [one for one in stack.resources("aws_subnet", region) if one.body["tags"]["Tier"] == "public"]
        assert {stack.at(one).address for one in body["subnets"]} == {one.address for one in public}
        assert body["internal"] is False
        assert body["drop_invalid_header_fields"] is True
        assert body["desync_mitigation_mode"] == "strictest"
        assert body["enable_deletion_protection"] is True


@SETS
def test_every_load_balancer_logs_to_a_bucket_of_its_region_that_lets_it_deliver(regions: tuple[str, ...]) -> None:
    stack = platform(*regions)
    for region in regions:
        body = only(stack, "aws_lb", region).body
        (policy,) = [
            one
            for one in stack.resources("aws_s3_bucket_policy", region)
            if stack.at(one.body["bucket"]).body["bucket"] == body["access_logs"]["bucket"]
        ]
        assert policy.address in body["depends_on"]
        statements = {one["sid"]: one for one in stack.at(policy.body["policy"]).body["statement"]}
        delivery = statements["LoadBalancersOfThisAccount"]
        assert delivery["principals"] == [
            {"identifiers": ["logdelivery.elasticloadbalancing.amazonaws.com"], "type": "Service"}
        ]
        # The account in the path is the condition; AWS's policy has no other.
        assert "condition" not in delivery
        (resource,) = delivery["resources"]
        assert re.search(r"/\*/AWSLogs/\$\{data\.aws_caller_identity\.[^}]+\.account_id\}/\*$", resource)
        for logs in ("access_logs", "connection_logs"):
            assert body[logs]["enabled"] is True
            assert body[logs]["bucket"] == body["access_logs"]["bucket"]
            # The policy admits one label before AWSLogs.
            assert body[logs]["prefix"] in ("access", "connections")
        assert body["access_logs"]["prefix"] != body["connection_logs"]["prefix"]


@SETS
def test_http_is_redirected_for_good_and_https_ends_in_tls_1_2_or_newer(regions: tuple[str, ...]) -> None:
    stack = platform(*regions)
    for region in regions:
        by_port = {one.body["port"]: one.body for one in stack.resources("aws_lb_listener", region)}
        assert sorted(by_port) == [80, 443]
        (redirect,) = by_port[80]["default_action"]
        assert redirect["redirect"] == {"protocol": "HTTPS", "port": "443", "status_code": "HTTP_301"}
        assert by_port[443]["protocol"] == "HTTPS"
        assert by_port[443]["ssl_policy"].startswith("ELBSecurityPolicy-TLS13-1-2-")
        (forward,) = by_port[443]["default_action"]
        assert stack.at(forward["target_group_arn"]).region == region
        issued = stack.at(by_port[443]["certificate_arn"])
        assert issued.address.startswith("aws_acm_certificate_validation.")
        assert stack.at(issued.body["certificate_arn"]).region == region


@SETS
def test_targets_are_reached_and_judged_over_https(regions: tuple[str, ...]) -> None:
    stack = platform(*regions)
    for region in regions:
        body = only(stack, "aws_lb_target_group", region).body
        assert (body["protocol"], body["port"]) == ("HTTPS", 443)
        assert (body["health_check"]["protocol"], body["health_check"]["path"]) == ("HTTPS", "/health")


@SETS
def test_only_http_and_https_come_in_from_clients(regions: tuple[str, ...]) -> None:
    stack = platform(*regions)
    for region in regions:
        (group,) = only(stack, "aws_lb", region).body["security_groups"]
        rules = [
            one.body
            for one in stack.resources("aws_vpc_security_group_ingress_rule", region)
            if one.body["security_group_id"] == group
        ]
        assert sorted((rule["from_port"], rule["to_port"], rule["cidr_ipv4"]) for rule in rules) == [
            (80, 80, "0.0.0.0/0"),
            (443, 443, "0.0.0.0/0"),
        ]


@pytest.mark.slow
def test_health_checks_of_route_53_come_in_where_not_everyone_is_a_client() -> None:
    stack = platform(*ONE, entry={"client_cidrs": ["203.0.113.0/24"]})
    (group,) = only(stack, "aws_lb", *ONE).body["security_groups"]
    rules = [
        one.body
        for one in stack.resources("aws_vpc_security_group_ingress_rule")
        if one.body["security_group_id"] == group
    ]
    assert {rule["cidr_ipv4"] for rule in rules if "cidr_ipv4" in rule} == {"203.0.113.0/24"}
    (checkers,) = [rule for rule in rules if "prefix_list_id" in rule]
    assert checkers["from_port"] == 443
    assert stack.at(checkers["prefix_list_id"]).body["name"] == "com.amazonaws.eu-west-1.route53-healthchecks"


@SETS
def test_every_load_balancer_has_a_firewall_that_blocks_and_logs(regions: tuple[str, ...]) -> None:
    stack = platform(*regions)
    for region in regions:
        association = only(stack, "aws_wafv2_web_acl_association", region).body
        assert stack.at(association["resource_arn"]).address == only(stack, "aws_lb", region).address
        firewall = stack.at(association["web_acl_arn"])
        rules = {rule["name"]: rule for rule in firewall.body["rule"]}
        assert set(rules) == {"rate", *UNITS}
        assert len({rule["priority"] for rule in rules.values()}) == len(rules)
        assert rules.pop("rate")["action"] == {"block": {}}
        # Honest clients are behind such addresses as well.
        assert rules.pop("anonymous-ip")["override_action"] == {"count": {}}
        for name, rule in rules.items():
            assert rule["override_action"] == {"none": {}}
            managed = rule["statement"]["managed_rule_group_statement"]
            assert managed["vendor_name"] == "AWS"
            # Uploads and long JSON would be blocked.
            counted = {one["name"]: one["action_to_use"] for one in managed.get("rule_action_override", [])}
            assert counted == ({"SizeRestrictions_BODY": {"count": {}}} if name == "common" else {})
        logging = only(stack, "aws_wafv2_web_acl_logging_configuration", region).body
        assert stack.at(logging["resource_arn"]).address == firewall.address
        headers, query = logging["redacted_fields"][:-1], logging["redacted_fields"][-1]
        assert {one["single_header"]["name"] for one in headers} == {"authorization", "cookie"}
        assert query == {"query_string": {}}
        (destination,) = logging["log_destination_configs"]
        log_group = stack.at(destination)
        assert log_group.body["name"].startswith("aws-waf-logs-")
        assert stack.at(log_group.body["kms_key_id"]).name_tag == f"PROD-kms-test-logs-{region}"


def test_firewall_keeps_to_the_capacity_that_costs_nothing_more() -> None:
    (firewall,) = platform(*ONE).resources("aws_wafv2_web_acl")
    assert sum(UNITS.get(rule["name"], UNITS_OF_A_RATE) for rule in firewall.body["rule"]) <= 1500


def test_groups_of_rules_count_or_rest_by_setting() -> None:
    (firewall,) = platform(*ONE, **OTHERWISE).resources("aws_wafv2_web_acl")
    rules = {rule["name"]: rule for rule in firewall.body["rule"]}
    assert set(rules) == {"rate", "ip-reputation", "anonymous-ip", "common", "sql-injection"}
    managed = {name: rules[name]["statement"]["managed_rule_group_statement"] for name in ("common", "sql-injection")}
    assert "rule_action_override" not in managed["common"]
    overrides = managed["sql-injection"]["rule_action_override"]
    assert [one["name"] for one in overrides] == ["SQLi_COOKIE", "SQLi_BODY"]
    assert rules["anonymous-ip"]["override_action"] == {"none": {}}
    assert rules["common"]["override_action"] == {"count": {}}
    assert rules["rate"]["statement"]["rate_based_statement"]["limit"] == 99


@SETS
def test_every_certificate_bears_the_domain_and_the_name_of_its_region(regions: tuple[str, ...]) -> None:
    stack = platform(*regions)
    for region in regions:
        body = only(stack, "aws_acm_certificate", region).body
        assert body["domain_name"] == "example.com"
        assert body["subject_alternative_names"] == [f"{region}.example.com"]
        assert body["validation_method"] == "DNS"


@SMALL_SETS
@pytest.mark.parametrize("wildcard", ["false", "true"])
def test_each_name_is_proven_once_and_every_certificate_waits_for_its_own(
    regions: tuple[str, ...], wildcard: str
) -> None:
    stack = platform(*regions, entry={"wildcard": wildcard})
    proofs = {one.address: one.body for one in stack.resources("aws_route53_record") if "ttl" in one.body}
    assert len({body["name"].split("==")[-1] for body in proofs.values()}) == len(proofs)
    for region in regions:
        issued = only(stack, "aws_acm_certificate_validation", region).body
        waits = [proofs[stack.at(one).address] for one in issued["validation_record_fqdns"]]
        names = ["example.com"] if wildcard == "true" else ["example.com", f"{region}.example.com"]
        assert ['"' + name + '"' in body["name"] for name, body in zip(names, waits, strict=True)] == [True] * len(
            names
        )


@pytest.mark.slow
@pytest.mark.parametrize(
    ("choice", "served"),
    [
        ({}, ["example.com"]),
        ({"wildcard": "true"}, ["example.com", "*.example.com"]),
        ({"wildcard": "true", "apex": "false"}, ["*.example.com"]),
    ],
)
def test_names_that_are_served_are_those_of_the_certificate(choice: dict[str, str], served: list[str]) -> None:
    stack = platform(*TWO, entry=choice)
    for certificate in stack.resources("aws_acm_certificate"):
        names = [certificate.body["domain_name"], *certificate.body["subject_alternative_names"]]
        assert [name for name in names if certificate.region not in name] == served
    routed = {
        one.body["name"] for one in stack.resources("aws_route53_record") if "failover_routing_policy" in one.body
    }
    assert routed == set(served)


@SETS
def test_every_region_is_judged_by_its_own_name_over_https(regions: tuple[str, ...]) -> None:
    stack = platform(*regions)
    for region in regions:
        found = [one.body for one in stack.resources("aws_route53_health_check", region)]
        (check,) = [one for one in found if one["type"] == "HTTPS"]
        assert (check["type"], check["port"], check["resource_path"]) == ("HTTPS", 443, "/health")
        assert check["enable_sni"] is True
        (own,) = records(stack, check["fqdn"])
        assert stack.at(own.body["alias"]["name"]).address == only(stack, "aws_lb", region).address


@SETS
def test_nearest_knows_every_region_and_leaves_out_who_is_ill(regions: tuple[str, ...]) -> None:
    stack = platform(*regions)
    found = {one.body["set_identifier"]: one.body for one in records(stack, "nearest.example.com")}
    assert sorted(found) == sorted(regions)
    for region, body in found.items():
        assert body["latency_routing_policy"] == {"region": region}
        assert body["alias"]["evaluate_target_health"] is True
        assert stack.at(body["alias"]["name"]).region == region
        assert stack.at(body["health_check_id"]).region == region


@MANY
def test_failover_goes_from_the_primary_region_to_the_nearest(regions: tuple[str, ...]) -> None:
    stack = platform(*regions)
    found = {one.body["failover_routing_policy"]["type"]: one.body for one in records(stack, "example.com")}
    assert sorted(found) == ["PRIMARY", "SECONDARY"]
    assert stack.at(found["PRIMARY"]["alias"]["name"]).region == regions[0]
    assert stack.at(found["PRIMARY"]["health_check_id"]).region == regions[0]
    assert stack.at(found["SECONDARY"]["alias"]["name"]).body["name"] == "nearest.example.com"
    assert all(body["alias"]["evaluate_target_health"] is True for body in found.values())


def test_one_region_has_nothing_to_fail_over_to() -> None:
    (record,) = records(platform(*ONE), "example.com")
    assert record.body["failover_routing_policy"] == {"type": "PRIMARY"}


@SMALL_SETS
def test_latency_leads_to_the_nearest_region(regions: tuple[str, ...]) -> None:
    stack = platform(*regions, **ANYWHERE)
    (record,) = records(stack, "example.com")
    assert stack.at(record.body["alias"]["name"]).body["name"] == "nearest.example.com"


def test_another_primary_region_only_changes_where_the_primary_record_leads() -> None:
    before = platform(*THREE)
    after = platform(*THREE, **TAKEN_OVER)
    for kind in ("aws_lb", "aws_acm_certificate", "aws_route53_health_check"):
        assert before.json["resource"][kind] == after.json["resource"][kind]
    old, new = before.json["resource"]["aws_route53_record"], after.json["resource"]["aws_route53_record"]
    assert old.keys() == new.keys()
    (changed,) = [name for name in old if old[name] != new[name]]
    assert {key for key in old[changed] if old[changed][key] != new[changed][key]} == {"alias", "health_check_id"}


@SMALL_SETS
def test_given_certificates_take_the_place_of_made_ones(regions: tuple[str, ...]) -> None:
    stack = platform(*regions, entry={"certificate_arns": {region: arn(region) for region in regions}})
    assert not [kind for kind in stack.json["resource"] if kind.startswith("aws_acm")]
    for region in regions:
        (https,) = [one for one in stack.resources("aws_lb_listener", region) if one.body["port"] == 443]
        assert https.body["certificate_arn"] == arn(region)


@pytest.mark.slow
def test_hosted_zone_is_looked_up_or_made_by_setting() -> None:
    existing, managed = platform(*ONE), platform(*ONE, **OTHERWISE)
    parent = platform(*ONE, domain="www.example.com", entry={"zone_name": "example.com"})
    for stack in (existing, parent):
        (zone,) = stack.data("aws_route53_zone")
        assert (zone.body["name"], zone.body["private_zone"]) == ("example.com", False)
        assert not stack.resources("aws_route53_zone")
    assert not managed.data("aws_route53_zone")
    (made,) = managed.resources("aws_route53_zone")
    assert {stack_zone.body["zone_id"] for stack_zone in managed.resources("aws_route53_record")} == {
        f"${{{made.address}.zone_id}}"
    }


@pytest.mark.slow
def test_a_hosted_zone_of_another_account_is_found_by_its_id_and_changed_with_a_role_there() -> None:
    stack = platform(*TWO, entry={"zone_id": "Z0123456789", "zone_role_arn": ROLE})
    (zone,) = stack.data("aws_route53_zone")
    assert (zone.body["zone_id"], "name" in zone.body) == ("Z0123456789", False)
    assert "endswith" in zone.body["lifecycle"]["postcondition"][0]["condition"]
    (given,) = [one for one in stack.json["provider"]["aws"] if "assume_role" in one]
    assert (given["allowed_account_ids"], given["assume_role"]) == (["999999999999"], [{"role_arn": ROLE}])
    records = stack.resources("aws_route53_record")
    assert {one.region for one in [zone, *records]} == {given["alias"]}
    # What the records say, and the health checks, stay in the platform's account.
    assert {one.region for one in stack.resources("aws_route53_health_check")} == set(TWO)
    plain = {one.address: one.body for one in platform(*TWO).resources("aws_route53_record")}
    assert {one.address for one in records} == plain.keys()


def test_protection_policy_and_interval_are_settings() -> None:
    stack = platform(*ONE, **OTHERWISE)
    assert only(stack, "aws_lb", *ONE).body["enable_deletion_protection"] is False
    assert "ELBSecurityPolicy-TLS13-1-3-2021-06" in json.dumps(stack.json["resource"]["aws_lb_listener"])
    assert only(stack, "aws_route53_health_check", *ONE).body["request_interval"] == 10


def test_rejects_a_domain_that_no_certificate_can_bear_first(tmp_path: Path) -> None:
    longest = f"{'a' * 52}.example.com"
    load_settings(write_settings(tmp_path, settings_of(*ONE, domain=longest)), {})
    with pytest.raises(SettingsError, match=r"domain: AWS Certificate Manager makes no certificate for so long a name"):
        load_settings(write_settings(tmp_path, settings_of(*ONE, domain=f"a{longest}")), {})
    given = {"certificate_arns": {"eu-west-1": arn("eu-west-1")}}
    load_settings(write_settings(tmp_path, settings_of(*ONE, domain=f"a{longest}", entry=given)), {})


def test_the_page_about_names_tells_the_address_of_the_zone(root: Path) -> None:
    (zone,) = platform(*ONE, **OTHERWISE).resources("aws_route53_zone")
    assert f"terraform apply -target={zone.address}" in (root / "docs/dns.md").read_text()


@pytest.mark.parametrize(
    ("entry", "fault"),
    [
        ({"tls_policy": "ELBSecurityPolicy-2016-08"}, r"entry\.tls_policy: not one of the choices"),
        ({"apex": "false"}, r"entry\.apex: no name is served"),
        ({"client_cidrs": []}, r"entry\.client_cidrs: an empty list"),
        ({"client_cidrs": ["here"]}, r"entry\.client_cidrs\[0\]: not an IPv4 network"),
        ({"zone_name": "example.org"}, r"entry\.zone_name: no zone that example\.com belongs in"),
        ({"zone_id": "example.com"}, r"entry\.zone_id: not the id of a hosted zone"),
        ({"zone_id": "Z1", "zone_name": "example.com"}, r"entry\.zone_name: the zone is named twice"),
        ({"zone_id": "Z1", "hosted_zone": "managed"}, r"entry\.zone_id: the hosted zone is to be created"),
        ({"zone_role_arn": ROLE, "hosted_zone": "managed"}, r"entry\.zone_role_arn: the hosted zone is to be created"),
        ({"zone_role_arn": "dns"}, r"entry\.zone_role_arn: not the ARN of a role"),
        ({"firewall": {"rate_limit": "9"}}, r"entry\.firewall\.rate_limit: "),
        ({"firewall": {"counted_rules": {"comon": ["A"]}}}, r"entry\.firewall\.counted_rules\.comon"),
        ({"firewall": {"counted_rules": {"common": ["a b"]}}}, r"entry\.firewall\.counted_rules\.common\[0\]: not the"),
        (
            {"certificate_arns": {"us-east-1": arn("us-east-1")}},
            r"entry\.certificate_arns\.us-west-1: certif",
        ),
        (
            {"certificate_arns": {"us-east-1": arn("us-east-1"), "us-west-1": arn("us-east-1")}},
            r"entry\.certificate_arns\.us-west-1: the certificate is of another region",
        ),
        (
            {"certificate_arns": {"us-east-1": arn("us-east-1", "999999999999"), "us-west-1": arn("us-west-1")}},
            r"entry\.certificate_arns\.us-east-1: the certificate is of another account",
        ),
        (
            {"certificate_arns": {one: arn(one) for one in (*TWO, "eu-west-1")}},
            r"entry\.certificate_arns\.eu-west-1: not one of the regions",
        ),
    ],
)
def test_rejects_a_way_in_that_cannot_be(tmp_path: Path, entry: dict[str, Any], fault: str) -> None:
    path = write_settings(tmp_path, settings_of(*TWO, account_id="123456789012", entry=entry))
    with pytest.raises(SettingsError, match=fault):
        load_settings(path, {})
