"""AWS Config rules that check the account."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from cdktf_cdktf_provider_aws.config_config_rule import (
    ConfigConfigRule,
    ConfigConfigRuleScope,
    ConfigConfigRuleSource,
)
from constructs import Construct

from modules.settings.managed_rules import GLOBAL, REGIONAL, TAGGED

if TYPE_CHECKING:
    from cdktf import ITerraformDependable

    from modules.core.region import Region


class ConfigRules(Construct):
    """AWS Config managed rules: the regional ones, and in the home region also those on global resources.

    The tag rule covers only types that the platform creates itself. AWS creates other resources, such as network
    interfaces, without tags.

    Parameters
    ----------
    region
        The region. ``configuration.skip_rules`` lists the rules that AWS does not offer there.
    recorder
        The status of the region's recorder; ``None`` if the recorder has another owner.

    See https://docs.aws.amazon.com/config/latest/developerguide/evaluate-config_use-managed-rules.html
    """

    def __init__(
        self, scope: Construct, id_: str, *, region: Region, recorder: ITerraformDependable | None = None
    ) -> None:
        super().__init__(scope, id_)
        tags = {f"tag{number}Key": tag for number, tag in enumerate(region.settings.tags, start=1)}
        # The default of the rule is one year.
        retention = {"MinRetentionTime": str(region.settings.logs.retention_days)}
        managed_rules = {
            **REGIONAL,
            "logs-kept": ("CW_LOGGROUP_RETENTION_PERIOD_CHECK", retention),
            "tags": ("REQUIRED_TAGS", tags),
        }
        if region.name == region.settings.home:
            managed_rules |= GLOBAL
        skipped = region.settings.configuration.skip_rules.get(region.name, ())
        for identifier, (rule, parameters) in managed_rules.items():
            if identifier in skipped:
                continue
            name = region.names.of("config", identifier)
            tagged_types = ConfigConfigRuleScope(compliance_resource_types=list(TAGGED))
            ConfigConfigRule(
                self,
                identifier,
                provider=region.provider,
                name=name,
                source=ConfigConfigRuleSource(owner="AWS", source_identifier=rule),
                scope=tagged_types if identifier == "tags" else None,
                input_parameters=json.dumps(dict(parameters)) if parameters else None,
                tags={"Name": name},
                depends_on=[recorder] if recorder else None,
            )
