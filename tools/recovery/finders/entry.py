"""The way in: load balancers, certificates, names and the firewall."""

from collections.abc import Callable, Iterator, Mapping

from tools.recovery.look import Found, Look, tags_of

Finder = Callable[[Look], Iterator[Found]]


def _load_balancer(look: Look) -> Iterator[Found]:
    for one in look.pages("elbv2", "describe_load_balancers", "LoadBalancers"):
        if one["LoadBalancerName"] == look.text("name"):
            arn, status = one["LoadBalancerArn"], one.get("State", {}).get("Code", "")
            known = {"arn": arn, "dns_name": one.get("DNSName", ""), "zone_id": one.get("CanonicalHostedZoneId", "")}
            yield Found(arn, known, status if status == "provisioning" else "")


def _target_group(look: Look) -> Iterator[Found]:
    for one in look.pages("elbv2", "describe_target_groups", "TargetGroups"):
        if one["TargetGroupName"] == look.text("name"):
            yield Found(one["TargetGroupArn"], {"arn": one["TargetGroupArn"]})


def _listener(look: Look) -> Iterator[Found]:
    # A load balancer has one listener a port.
    arn, port = look.text("load_balancer_arn"), look.text("port")
    for one in look.pages("elbv2", "describe_listeners", "Listeners", LoadBalancerArn=arn):
        if str(one["Port"]) == port:
            yield Found(one["ListenerArn"], {"arn": one["ListenerArn"]})


def _certificate(look: Look) -> Iterator[Found]:
    domain = look.text("domain_name")
    for one in look.pages("acm", "list_certificates", "CertificateSummaryList"):
        arn = one["CertificateArn"]
        if one["DomainName"] == domain:
            answer = look.one("acm", "list_tags_for_certificate", CertificateArn=arn)
            if answer and tags_of(answer).get("Name") == look.tag:
                yield Found(arn, {"arn": arn})


def _zone(look: Look) -> Iterator[Found]:
    name = f"{look.text('name').rstrip('.')}."
    for one in look.pages("route53", "list_hosted_zones", "HostedZones"):
        if one["Name"] == name and not one.get("Config", {}).get("PrivateZone"):
            zone = one["Id"].rpartition("/")[2]
            yield Found(zone, {"zone_id": zone})


def _record(look: Look) -> Iterator[Found]:
    if look.value("allow_overwrite"):
        return
    zone, name, kind = (look.text(key) for key in ("zone_id", "name", "type"))
    its_set = look.text("set_identifier") if "set_identifier" in look.body else ""
    full = f"{name.rstrip('.').lower()}."
    for one in look.pages("route53", "list_resource_record_sets", "ResourceRecordSets", HostedZoneId=zone):
        # Route 53 writes the asterisk of a wildcard as an octal code.
        there = (one["Name"].replace("\\052", "*").lower(), one["Type"], one.get("SetIdentifier", ""))
        if there == (full, kind, its_set):
            yield Found("_".join([zone, name, kind, *([its_set] if its_set else [])]))


def _health_check(look: Look) -> Iterator[Found]:
    # It gets its tags in a call of their own: what has none yet is known by what it asks.
    for one in look.pages("route53", "list_health_checks", "HealthChecks"):
        answer = look.one("route53", "list_tags_for_resource", ResourceType="healthcheck", ResourceId=one["Id"])
        name = tags_of((answer or {}).get("ResourceTagSet", {})).get("Name")
        config = one["HealthCheckConfig"]
        asks = (config.get("FullyQualifiedDomainName", ""), config["Type"], config.get("ResourcePath", ""))
        same = asks == (look.text("fqdn"), look.text("type"), look.text("resource_path"))
        if name == look.tag or (name is None and same):
            yield Found(one["Id"])


def _firewall(look: Look) -> Iterator[Found]:
    name, scope = look.text("name"), look.text("scope")
    for one in look.pages("wafv2", "list_web_acls", "WebACLs", Scope=scope):
        if one["Name"] == name:
            yield Found(f"{one['Id']}/{name}/{scope}", {"id": one["Id"], "arn": one["ARN"]})


FINDERS: Mapping[str, Finder] = {
    "aws_acm_certificate": _certificate,
    "aws_lb": _load_balancer,
    "aws_lb_listener": _listener,
    "aws_lb_target_group": _target_group,
    "aws_route53_health_check": _health_check,
    "aws_route53_record": _record,
    "aws_route53_zone": _zone,
    "aws_wafv2_web_acl": _firewall,
}
#: The IAM actions that this takes.
ACTIONS = (
    "acm:ListCertificates",
    "acm:ListTagsForCertificate",
    "elasticloadbalancing:DescribeListeners",
    "elasticloadbalancing:DescribeLoadBalancers",
    "elasticloadbalancing:DescribeTargetGroups",
    "route53:ListHealthChecks",
    "route53:ListHostedZones",
    "route53:ListResourceRecordSets",
    "route53:ListTagsForResource",
    "wafv2:ListWebACLs",
)
