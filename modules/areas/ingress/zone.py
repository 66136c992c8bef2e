"""The hosted zone that the platform's records are made in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cdktf_cdktf_provider_aws.data_aws_route53_zone import DataAwsRoute53Zone
from cdktf_cdktf_provider_aws.route53_zone import Route53Zone
from constructs import Construct

if TYPE_CHECKING:
    from modules.core.region import Region


class Zone(Construct):
    """The public hosted zone of the domain: looked up, or made if the settings say so.

    One that is made has to be delegated to before its records are found and certificates are issued.

    Parameters
    ----------
    region
        The region whose provider makes what is global, with ``entry.hosted_zone`` and ``entry.zone_name`` of the
        settings; it is the home region, so that another primary region moves nothing.

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
