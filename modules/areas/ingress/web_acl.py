"""The web ACL of a load balancer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cdktf_cdktf_provider_aws.wafv2_web_acl import (
    Wafv2WebAcl,
    Wafv2WebAclDefaultAction,
    Wafv2WebAclDefaultActionAllow,
    Wafv2WebAclRule,
    Wafv2WebAclRuleAction,
    Wafv2WebAclRuleActionBlock,
    Wafv2WebAclRuleOverrideAction,
    Wafv2WebAclRuleOverrideActionCount,
    Wafv2WebAclRuleOverrideActionNone,
    Wafv2WebAclRuleVisibilityConfig,
    Wafv2WebAclVisibilityConfig,
)
from cdktf_cdktf_provider_aws.wafv2_web_acl_association import Wafv2WebAclAssociation
from constructs import Construct

from modules.areas.ingress.web_acl_logs import WebAclLogs

if TYPE_CHECKING:
    from collections.abc import Iterator

    from modules.areas.ingress.load_balancer import LoadBalancer
    from modules.blocks.keys.key import Key
    from modules.settings.entry import FirewallSettings, RuleGroup

WEB = "web"
#: Priority and AWS name of each managed rule group, by its setting.
MANAGED_RULES: dict[RuleGroup, tuple[int, str]] = {
    "ip_reputation": (10, "AWSManagedRulesAmazonIpReputationList"),
    "anonymous_ip": (20, "AWSManagedRulesAnonymousIpList"),
    "known_bad_inputs": (30, "AWSManagedRulesKnownBadInputsRuleSet"),
    "common": (40, "AWSManagedRulesCommonRuleSet"),
    "sql_injection": (50, "AWSManagedRulesSQLiRuleSet"),
}
RATE = "rate"
RATE_WINDOW_SECONDS = 300


class WebAcl(Construct):
    """A web ACL with AWS managed rule groups and a rate limit per IP address, for one load balancer.

    Every inspected request is logged, without credentials.

    Parameters
    ----------
    load_balancer
        The protected load balancer. ``entry.firewall`` decides which rule groups block and which only count.
    logs_key
        The key that encrypts the logs.

    Attributes
    ----------
    resource
        The web ACL.

    See https://docs.aws.amazon.com/waf/latest/developerguide/aws-managed-rule-groups-list.html
    """

    def __init__(self, scope: Construct, id_: str, *, load_balancer: LoadBalancer, logs_key: Key) -> None:
        super().__init__(scope, id_)
        region = load_balancer.region
        name = region.names.of("waf", WEB)
        self.resource = Wafv2WebAcl(
            self,
            "Resource",
            provider=region.provider,
            name=name,
            description="Web tier",
            scope="REGIONAL",
            default_action=Wafv2WebAclDefaultAction(allow=Wafv2WebAclDefaultActionAllow()),
            rule=list(_rules(region.settings.entry.firewall)),
            visibility_config=Wafv2WebAclVisibilityConfig(
                cloudwatch_metrics_enabled=True, metric_name=name, sampled_requests_enabled=True
            ),
            tags={"Name": name},
        )
        Wafv2WebAclAssociation(
            self,
            "association",
            provider=region.provider,
            resource_arn=load_balancer.resource.arn,
            web_acl_arn=self.resource.arn,
        )
        WebAclLogs(self, "logs", region=region, web_acl=self.resource, key=logs_key)


def _rules(settings: FirewallSettings) -> Iterator[Wafv2WebAclRule]:
    yield Wafv2WebAclRule(
        name=RATE,
        priority=0,
        action=Wafv2WebAclRuleAction(block=Wafv2WebAclRuleActionBlock()),
        statement={
            "rate_based_statement": {
                "aggregate_key_type": "IP",
                "evaluation_window_sec": RATE_WINDOW_SECONDS,
                "limit": settings.rate_limit,
            }
        },
        visibility_config=_visibility(RATE),
    )
    for setting, (priority, group) in MANAGED_RULES.items():
        action = getattr(settings, setting)
        if action == "off":
            continue
        override = (
            Wafv2WebAclRuleOverrideAction(count=Wafv2WebAclRuleOverrideActionCount())
            if action == "count"
            else Wafv2WebAclRuleOverrideAction(none=Wafv2WebAclRuleOverrideActionNone())
        )
        name = setting.replace("_", "-")
        counted = settings.counted_rules.get(setting, ())
        managed: dict[str, object] = {"name": group, "vendor_name": "AWS"}
        if counted:
            managed["rule_action_override"] = [{"name": rule, "action_to_use": {"count": {}}} for rule in counted]
        yield Wafv2WebAclRule(
            name=name,
            priority=priority,
            override_action=override,
            statement={"managed_rule_group_statement": managed},
            visibility_config=_visibility(name),
        )


def _visibility(metric: str) -> Wafv2WebAclRuleVisibilityConfig:
    return Wafv2WebAclRuleVisibilityConfig(
        cloudwatch_metrics_enabled=True, metric_name=metric, sampled_requests_enabled=True
    )
