"""What AWS Config has once in an account."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cdktf import TerraformStack
from cdktf_cdktf_provider_aws.config_configuration_aggregator import (
    ConfigConfigurationAggregator,
    ConfigConfigurationAggregatorAccountAggregationSource,
)
from cdktf_cdktf_provider_aws.data_aws_iam_roles import DataAwsIamRoles
from cdktf_cdktf_provider_aws.iam_service_linked_role import IamServiceLinkedRole
from constructs import Construct

from modules.settings.ownership import MANAGED, in_region
from modules.settings.regions import PARTITION

if TYPE_CHECKING:
    from modules.core.region import Region

SERVICE = "config.amazonaws.com"
ROLE = "AWSServiceRoleForConfig"
MISSING = (
    "configuration.recorder says that the recorders are someone else's, but the account has no role that AWS Config "
    "records with, so there seem to be none: set configuration.recorder to managed, or turn the recorders on first"
)


class ConfigurationAccount(Construct):
    """The service-linked role of AWS Config, and the view of the records of all regions in the home region.

    Where all recorders are someone else's, a plan warns if the account has no such role, without which hardly any
    records.

    Parameters
    ----------
    region
        The home region, with ``configuration`` of the settings.

    Attributes
    ----------
    role_arn
        The role that AWS Config records with.

    See https://docs.aws.amazon.com/config/latest/developerguide/using-service-linked-roles.html and
    https://docs.aws.amazon.com/config/latest/developerguide/aggregate-data.html
    """

    def __init__(self, scope: Construct, id_: str, *, region: Region) -> None:
        super().__init__(scope, id_)
        settings = region.settings.configuration
        self.role_arn = f"arn:{PARTITION}:iam::{region.account_id}:role/aws-service-role/{SERVICE}/{ROLE}"
        if MANAGED not in {in_region(settings.recorder, name) for name in region.settings.regions}:
            self._expect_a_recorder(region)
        elif settings.service_role == "managed":
            self.role_arn = IamServiceLinkedRole(self, "role", provider=region.provider, aws_service_name=SERVICE).arn
        if settings.aggregator == "managed":
            name = region.names.of("config", "aggregator")
            ConfigConfigurationAggregator(
                self,
                "aggregator",
                provider=region.provider,
                name=name,
                account_aggregation_source=ConfigConfigurationAggregatorAccountAggregationSource(
                    account_ids=[region.account_id], all_regions=True
                ),
                tags={"Name": name},
            )

    def _expect_a_recorder(self, region: Region) -> None:
        # The provider has no data source for recorders. Within the check Terraform would read it at each apply, and no
        # plan would be empty (`read_because_check_nested`): https://developer.hashicorp.com/terraform/internals/json-format
        roles = DataAwsIamRoles(
            self,
            "recording-roles",
            provider=region.provider,
            name_regex=f"^{ROLE}$",
            path_prefix=f"/aws-service-role/{SERVICE}/",
        )
        # The bindings have no class for checks.
        TerraformStack.of(self).add_override(
            "check.configuration_recorder_exists",
            {"assert": [{"condition": f"${{length({roles.fqn}.names) > 0}}", "error_message": MISSING}]},
        )
