"""Rules that hold the account to what the platform promises."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from cdktf_cdktf_provider_aws.config_config_rule import ConfigConfigRule, ConfigConfigRuleSource
from constructs import Construct

from modules.configuration.promises import EVERYWHERE, ONCE

if TYPE_CHECKING:
    from cdktf import ITerraformDependable

    from modules.region import Region


class Rules(Construct):
    """Managed rules of AWS Config: those of every region, and in the home region those about what is global.

    Parameters
    ----------
    region
        The region.
    recorder
        That the region's recorder is on; ``None`` where it is someone else's.

    Attributes
    ----------
    names
        The rules' names by identifier.

    See https://docs.aws.amazon.com/config/latest/developerguide/evaluate-config_use-managed-rules.html
    """

    def __init__(
        self, scope: Construct, id_: str, *, region: Region, recorder: ITerraformDependable | None = None
    ) -> None:
        super().__init__(scope, id_)
        tags = {f"tag{number}Key": tag for number, tag in enumerate(region.settings.tags, start=1)}
        promises = {**EVERYWHERE, "tags": ("REQUIRED_TAGS", tags)}
        if region.name == region.settings.home:
            promises |= ONCE
        self.names = {}
        for identifier, (rule, parameters) in promises.items():
            name = region.names.of("config", identifier)
            self.names[identifier] = ConfigConfigRule(
                self,
                identifier,
                provider=region.provider,
                name=name,
                source=ConfigConfigRuleSource(owner="AWS", source_identifier=rule),
                input_parameters=json.dumps(dict(parameters)) if parameters else None,
                tags={"Name": name},
                depends_on=[recorder] if recorder else None,
            ).name
