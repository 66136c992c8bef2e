"""The hosted zone of the platform's records."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cdktf_cdktf_provider_aws.data_aws_route53_zone import DataAwsRoute53Zone
from cdktf_cdktf_provider_aws.route53_zone import Route53Zone
from constructs import Construct

if TYPE_CHECKING:
    from modules.core.region import Region


class Zone(Construct):
    """The public hosted zone of the domain. It is looked up, or created if the settings say so.

    A created zone needs a delegation in its parent zone. Before that its records do not resolve and no certificate is
    issued.

    Parameters
    ----------
    region
        The region whose provider creates global resources, with the ``entry.hosted_zone`` and ``entry.zone_name``
        settings. It is the home region, so a change of the primary region does not move the zone.

    Attributes
    ----------
    id
        The zone's id.

    See https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/CreatingHostedZone.html
    """

    def __init__(self, scope: Construct, id_: str, *, region: Region) -> None:
        super().__init__(scope, id_)
        self.region = region
        settings = region.settings
        name = settings.entry.zone_name or settings.domain
        if settings.entry.hosted_zone == "managed":
            self.id = Route53Zone(
                self,
                "Resource",
                provider=region.provider,
                name=name,
                comment="Made by Terraform",
                tags={"Name": region.names.of("route53", "zone")},
            ).zone_id
        else:
            self.id = DataAwsRoute53Zone(
                self, "Resource", provider=region.provider, name=name, private_zone=False
            ).zone_id
