"""A region, for the constructs in it."""

from __future__ import annotations

from dataclasses import replace
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

from modules.core.naming import Names
from modules.settings.region_table import OLD_ZONES
from modules.settings.regions import PARTITION

if TYPE_CHECKING:
    from collections.abc import Iterable
    from ipaddress import IPv4Network

    from modules.settings import Settings


class Region(Construct):
    """One AWS region: its provider, CIDR block, zones and names.

    Areas make their resources with the region's ``provider``. They never ask which stack they are in.

    Parameters
    ----------
    name
        The AWS region, which is also the provider's alias.
    settings
        The platform's settings.
    cidr
        CIDR block of the region's VPC.

    See https://developer.hashicorp.com/terraform/language/providers/configuration#alias-multiple-provider-configurations
    """

    def __init__(self, scope: Construct, id_: str, *, name: str, settings: Settings, cidr: IPv4Network) -> None:
        super().__init__(scope, id_)
        self.name = name
        self.settings = settings
        self.cidr = cidr
        self.names = Names(environment=settings.environment, suffix=settings.environment_suffix, region=name)
        #: Names of what exists once, in the home region, and keeps its name if the home region moves.
        self.names_of_home = replace(self.names, region=settings.named_home)
        self.provider = provider(self, "provider", region=name, settings=settings)
        self.account_id = DataAwsCallerIdentity(self, "account", provider=self.provider).account_id

    @property
    def zones(self) -> str:
        """One letter for each zone in use, such as ``abc``."""
        return ascii_lowercase[: self.settings.network.zone_count(self.name)]

    def arn(self, service: str, resource: str) -> str:
        """ARN of ``resource`` of ``service`` in this region and account."""
        return f"arn:{PARTITION}:{service}:{self.name}:{self.account_id}:{resource}"


def provider(scope: Construct, id_: str, *, region: str, settings: Settings) -> AwsProvider:
    """AWS provider of a region, limited to the account of the settings, with their tags as default tags."""
    return AwsProvider(
        scope,
        id_,
        alias=region,
        region=region,
        allowed_account_ids=[settings.account_id] if settings.account_id else None,
        default_tags=[AwsProviderDefaultTags(tags=settings.tags)],
    )


def unused_providers(scope: Construct, regions: Iterable[str], *, settings: Settings) -> None:
    """Providers of regions in which the stack builds nothing.

    Terraform destroys what a state has of such a region, and cannot without its provider ("Provider configuration not
    present"). It does not configure a provider that neither the configuration nor the state needs.

    See https://developer.hashicorp.com/terraform/language/providers/configuration#alias-multiple-provider-configurations
    """
    for name in sorted(regions):
        provider(Construct(scope, f"unused-{name}"), "provider", region=name, settings=settings)


class Zones(Construct):
    """Names of a region's Availability Zones, which Terraform reads from AWS at plan time.

    They are the first by name, without zones of old hardware, or those of the setting ``network.zones``. Zones in any
    state count: a plan that reacts to an outage of a zone must not fail because of that outage. A plan fails with a
    message if the account has fewer zones than needed, or lacks a zone that the settings name.

    Parameters
    ----------
    region
        The region.

    See https://registry.terraform.io/providers/hashicorp/aws/5.100.0/docs/data-sources/availability_zones
    """

    def __init__(self, scope: Construct, id_: str, *, region: Region) -> None:
        super().__init__(scope, id_)
        self._configured = region.settings.network.zones.get(region.name, ())
        self._zones = DataAwsAvailabilityZones(
            self,
            "Resource",
            provider=region.provider,
            exclude_zone_ids=None if self._configured else list(OLD_ZONES.get(region.name, ())) or None,
            filter=[DataAwsAvailabilityZonesFilter(name="opt-in-status", values=["opt-in-not-required"])],
        )
        self._zones.lifecycle = TerraformResourceLifecycle(
            postcondition=[self._configured_zones_exist(region) if self._configured else self._enough_zones(region)]
        )

    def name(self, position: int) -> str:
        """Name of the zone at ``position``, from 0, in the order of the setting or else of the alphabet."""
        if not self._configured:
            return str(Fn.element(self._zones.names, position))
        zone = self._configured[position]
        if "-az" not in zone:
            return zone
        return f'${{{self._zones.fqn}.names[index({self._zones.fqn}.zone_ids, "{zone}")]}}'

    def _enough_zones(self, region: Region) -> Postcondition:
        wanted = len(region.zones)
        return Postcondition(
            condition=f"${{length(self.names) >= {wanted}}}",
            error_message=f"{region.name} has fewer than {wanted} Availability Zones for this account: "
            f"set network.availability_zones to what it has, or name its zones in network.zones.{region.name}",
        )

    def _configured_zones_exist(self, region: Region) -> Postcondition:
        names = ", ".join(f'"{zone}"' for zone in self._configured)
        return Postcondition(
            condition=f"${{length(setsubtract([{names}], concat(self.names, self.zone_ids))) == 0}}",
            error_message=f"network.zones.{region.name} names an Availability Zone that this account does not see: "
            f"`aws ec2 describe-availability-zones --region {region.name}` lists those that it sees",
        )
