"""Rules that hold the account to what the platform promises."""

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


class Rules(Construct):
    """Managed rules of AWS Config: those of every region, and in the home region those about what is global.

    Tags are asked of what the platform makes. AWS makes network interfaces for others and gives them no tags.

    Parameters
    ----------
    region
        The region, with ``configuration`` of the settings, which says what rules AWS does not have there.
    recorder
        That the region's recorder is on; ``None`` where it is someone else's.

    See https://docs.aws.amazon.com/config/latest/developerguide/evaluate-config_use-managed-rules.html
    """

    def __init__(
        self, scope: Construct, id_: str, *, region: Region, recorder: ITerraformDependable | None = None
    ) -> None:
        super().__init__(scope, id_)
        tags = {f"tag{number}Key": tag for number, tag in enumerate(region.settings.tags, start=1)}
        # The rule would ask for a year otherwise.
        kept = {"MinRetentionTime": str(region.settings.logs.retention_days)}
        promises = {
            **REGIONAL,
            "logs-kept": ("CW_LOGGROUP_RETENTION_PERIOD_CHECK", kept),
            "tags": ("REQUIRED_TAGS", tags),
        }
        if region.name == region.settings.home:
            promises |= GLOBAL
        skipped = region.settings.configuration.skip_rules.get(region.name, ())
        for identifier, (rule, parameters) in promises.items():
            if identifier in skipped:
                continue
            name = region.names.of("config", identifier)
            scope_of_types = ConfigConfigRuleScope(compliance_resource_types=list(TAGGED))
            ConfigConfigRule(
                self,
                identifier,
                provider=region.provider,
                name=name,
                source=ConfigConfigRuleSource(owner="AWS", source_identifier=rule),
                scope=scope_of_types if identifier == "tags" else None,
                input_parameters=json.dumps(dict(parameters)) if parameters else None,
                tags={"Name": name},
                depends_on=[recorder] if recorder else None,
            )
