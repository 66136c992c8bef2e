"""Logs of a web ACL."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cdktf_cdktf_provider_aws.cloudwatch_log_resource_policy import CloudwatchLogResourcePolicy
from cdktf_cdktf_provider_aws.wafv2_web_acl_logging_configuration import (
    Wafv2WebAclLoggingConfiguration,
    Wafv2WebAclLoggingConfigurationRedactedFields,
    Wafv2WebAclLoggingConfigurationRedactedFieldsQueryString,
    Wafv2WebAclLoggingConfigurationRedactedFieldsSingleHeader,
)
from constructs import Construct

from modules.blocks.identity.policy import PolicyDocument, Statement, arn_like, service, string_equals
from modules.blocks.log_group import log_group

if TYPE_CHECKING:
    from cdktf_cdktf_provider_aws.wafv2_web_acl import Wafv2WebAcl

    from modules.blocks.keys.key import Key
    from modules.core.region import Region

#: AWS WAF delivers only to log groups with this name prefix.
PREFIX = "aws-waf-logs-"
#: Headers that contain credentials.
REDACTED = ("authorization", "cookie")


class WebAclLogs(Construct):
    """An encrypted log group for the requests that one web ACL inspects.

    Parameters
    ----------
    region
        The region. ``logs.retention_days`` is the retention.
    web_acl
        The web ACL.
    key
        The key that encrypts the log group.

    See https://docs.aws.amazon.com/waf/latest/developerguide/logging-cw-logs.html
    """

    def __init__(self, scope: Construct, id_: str, *, region: Region, web_acl: Wafv2WebAcl, key: Key) -> None:
        super().__init__(scope, id_)
        group = log_group(self, "log-group", region=region, name=f"{PREFIX}{region.names.of('logs', 'waf')}", key=key)
        policy = CloudwatchLogResourcePolicy(
            self,
            "policy",
            provider=region.provider,
            policy_name=region.names.of("policy", "waf-logs"),
            policy_document=PolicyDocument(
                self,
                "policy-document",
                region=region,
                statements=[
                    Statement(
                        sid="AllowWebAclLogDelivery",
                        actions=["logs:CreateLogStream", "logs:PutLogEvents"],
                        resources=[f"{group.arn}:*"],
                        principals=[service("delivery.logs")],
                        condition=[
                            string_equals("aws:SourceAccount", region.account_id),
                            arn_like("aws:SourceArn", region.arn("logs", "*")),
                        ],
                    )
                ],
            ).json,
        )
        Wafv2WebAclLoggingConfiguration(
            self,
            "Resource",
            provider=region.provider,
            resource_arn=web_acl.arn,
            log_destination_configs=[group.arn],
            redacted_fields=[
                Wafv2WebAclLoggingConfigurationRedactedFields(
                    single_header=Wafv2WebAclLoggingConfigurationRedactedFieldsSingleHeader(name=header)
                )
                for header in REDACTED
            ]
            + [
                # Query strings may contain secrets. The web server does not log them either.
                Wafv2WebAclLoggingConfigurationRedactedFields(
                    query_string=Wafv2WebAclLoggingConfigurationRedactedFieldsQueryString()
                )
            ],
            # Without this policy AWS WAF would create one itself, and nothing would delete it.
            depends_on=[policy],
        )
