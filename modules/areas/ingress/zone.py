"""The hosted zone of the platform's records."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cdktf import Postcondition, TerraformResourceLifecycle
from cdktf_cdktf_provider_aws.data_aws_route53_zone import DataAwsRoute53Zone
from cdktf_cdktf_provider_aws.provider import AwsProvider, AwsProviderAssumeRole, AwsProviderDefaultTags
from cdktf_cdktf_provider_aws.route53_zone import Route53Zone
from constructs import Construct

if TYPE_CHECKING:
    from modules.core.region import Region


#: Alias of the provider that assumes the role of the hosted zone's account.
ALIAS = "hosted-zone"


class Zone(Construct):
    """The public hosted zone of the domain. It is looked up, or created if the settings say so.

    A zone in another account is found, and its records are changed, with a role of that account.

    A created zone needs a delegation in its parent zone. Before that its records do not resolve and no certificate is
    issued.

    Parameters
    ----------
    region
        The region whose provider creates global resources, with the ``entry`` settings of the zone. It is the home
        region, so a change of the primary region does not move the zone.

    Attributes
    ----------
    id
        The zone's id.

    See https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/CreatingHostedZone.html and
    https://registry.terraform.io/providers/hashicorp/aws/5.100.0/docs#assuming-an-iam-role
    """

    def __init__(self, scope: Construct, id_: str, *, region: Region) -> None:
        super().__init__(scope, id_)
        self.region = region
        self._role = self._provider_of_role()
        settings = region.settings
        name = settings.entry.zone_name or settings.domain
        if settings.entry.hosted_zone == "managed":
            self.id = Route53Zone(
                self,
                "Resource",
                provider=region.provider,
                name=name,
                comment="Made by Terraform",
                tags={"Name": region.names_of_home.of("route53", "zone")},
            ).zone_id
        else:
            self.id = self._existing(name)

    def provider(self, region: Region) -> AwsProvider:
        """The provider of a record: that of the zone's account, or else of the region that the record is about."""
        return self._role or region.provider

    def _existing(self, name: str) -> str:
        entry = self.region.settings.entry
        provider = self.provider(self.region)
        if entry.zone_id is None:
            return DataAwsRoute53Zone(self, "Resource", provider=provider, name=name, private_zone=False).zone_id
        zone = DataAwsRoute53Zone(self, "Resource", provider=provider, zone_id=entry.zone_id)
        domain = self.region.settings.domain
        zone.lifecycle = TerraformResourceLifecycle(
            postcondition=[
                Postcondition(
                    condition=f'${{endswith(".{domain}", ".${{trimsuffix(self.name, ".")}}") && !self.private_zone}}',
                    error_message=f"entry.zone_id: {entry.zone_id} is no public hosted zone that {domain} belongs in",
                )
            ]
        )
        return zone.zone_id

    def _provider_of_role(self) -> AwsProvider | None:
        role = self.region.settings.entry.zone_role_arn
        if role is None:
            return None
        return AwsProvider(
            self,
            "provider",
            alias=ALIAS,
            region=self.region.name,
            allowed_account_ids=[role.split(":")[4]],
            assume_role=[AwsProviderAssumeRole(role_arn=role)],
            default_tags=[AwsProviderDefaultTags(tags=self.region.settings.tags)],
        )
