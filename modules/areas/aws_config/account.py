"""The parts of AWS Config that an account has once."""

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
ROLE_MISSING = (
    "configuration.recorder says that the recorders are someone else's, but the account has no role that AWS Config "
    "records with, so there seem to be none: set configuration.recorder to managed, or turn the recorders on first"
)


class ConfigAccount(Construct):
    """The service-linked role of AWS Config, and the aggregator that shows all regions in the home region.

    If another owner has the recorders of all regions, a plan warns if the account lacks the role: a recorder without it
    is unlikely.

    Parameters
    ----------
    region
        The home region, with the ``configuration`` settings.

    Attributes
    ----------
    role_arn
        The role that AWS Config assumes to record.

    See https://docs.aws.amazon.com/config/latest/developerguide/using-service-linked-roles.html and
    https://docs.aws.amazon.com/config/latest/developerguide/aggregate-data.html
    """

    def __init__(self, scope: Construct, id_: str, *, region: Region) -> None:
        super().__init__(scope, id_)
        settings = region.settings.configuration
        self.role_arn = f"arn:{PARTITION}:iam::{region.account_id}:role/aws-service-role/{SERVICE}/{ROLE}"
        if MANAGED not in {in_region(settings.recorder, name) for name in region.settings.regions}:
            self._check_recorder_exists(region)
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

    def _check_recorder_exists(self, region: Region) -> None:
        # The provider has no data source for recorders. The data source for roles is outside the check block: Terraform
        # reads a nested one at each apply, so that no plan would be empty (`read_because_check_nested`).
        # https://developer.hashicorp.com/terraform/internals/json-format
        roles = DataAwsIamRoles(
            self,
            "recording-roles",
            provider=region.provider,
            name_regex=f"^{ROLE}$",
            path_prefix=f"/aws-service-role/{SERVICE}/",
        )
        # The CDKTF bindings have no class for check blocks.
        TerraformStack.of(self).add_override(
            "check.configuration_recorder_exists",
            {"assert": [{"condition": f"${{length({roles.fqn}.names) > 0}}", "error_message": ROLE_MISSING}]},
        )
