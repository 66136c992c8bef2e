"""A region as areas see it."""

from __future__ import annotations

from string import ascii_lowercase
from typing import TYPE_CHECKING

from cdktf import Fn, Postcondition, TerraformResourceLifecycle
from cdktf_cdktf_provider_aws.data_aws_availability_zones import (
    DataAwsAvailabilityZones,
    DataAwsAvailabilityZonesFilter,
)
from cdktf_cdktf_provider_aws.data_aws_caller_identity import DataAwsCallerIdentity
from cdktf_cdktf_provider_aws.provider import AwsProvider, AwsProviderDefaultTags
from constructs import Construct

from modules.naming import Names
from modules.settings.regions import PARTITION, zone_count

if TYPE_CHECKING:
    from ipaddress import IPv4Network

    from modules.settings import Settings


class Region(Construct):
    """One AWS region: its provider, its addresses, its zones and its names.

    Areas get a region and make everything of theirs with its ``provider``; they never ask which stack they are in.

    Parameters
    ----------
    name
        The AWS region, which is also the provider's alias.
    settings
        The platform's settings.
    cidr
        Block of the region's VPC.

    See https://developer.hashicorp.com/terraform/language/providers/configuration#alias-multiple-provider-configurations
    """

    def __init__(self, scope: Construct, id_: str, *, name: str, settings: Settings, cidr: IPv4Network) -> None:
        super().__init__(scope, id_)
        self.name = name
        self.settings = settings
        self.cidr = cidr
        self.names = Names(environment=settings.environment, suffix=settings.environment_suffix, region=name)
        self.provider = provider(self, "provider", region=name, settings=settings)
        self.account_id = DataAwsCallerIdentity(self, "account", provider=self.provider).account_id

    @property
    def zones(self) -> str:
        """Letters of the zones in use, by position: ``abc``."""
        return ascii_lowercase[: zone_count(self.name, wanted=self.settings.network.availability_zones)]

    def arn(self, service: str, resource: str) -> str:
        """ARN of ``resource`` of ``service`` in this region and account."""
        return f"arn:{PARTITION}:{service}:{self.name}:{self.account_id}:{resource}"


def provider(scope: Construct, id_: str, *, region: str, settings: Settings) -> AwsProvider:
    """Provider of a region, its alias, that touches no account but the settings' and gives their tags to everything."""
    return AwsProvider(
        scope,
        id_,
        alias=region,
        region=region,
        allowed_account_ids=[settings.account_id] if settings.account_id else None,
        default_tags=[AwsProviderDefaultTags(tags=settings.tags)],
    )


class Zones(Construct):
    """Names of a region's Availability Zones, asked from AWS at plan time.

    A plan fails with a sentence if the account sees fewer zones than are wanted.

    See https://registry.terraform.io/providers/hashicorp/aws/5.100.0/docs/data-sources/availability_zones
    """

    def __init__(self, scope: Construct, id_: str, *, region: Region) -> None:
        super().__init__(scope, id_)
        self._zones = DataAwsAvailabilityZones(
            self,
            "Resource",
            provider=region.provider,
            state="available",
            filter=[DataAwsAvailabilityZonesFilter(name="opt-in-status", values=["opt-in-not-required"])],
        )
        wanted = len(region.zones)
        self._zones.lifecycle = TerraformResourceLifecycle(
            postcondition=[
                Postcondition(
                    condition=f"${{length(self.names) >= {wanted}}}",
                    error_message=f"{region.name} has fewer than {wanted} Availability Zones for this account: "
                    "set network.availability_zones to what it has",
                )
            ]
        )

    def name(self, position: int) -> str:
        """Name of the zone at ``position``, counted from 0 in alphabetical order."""
        return str(Fn.element(self._zones.names, position))
