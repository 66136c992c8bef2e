"""Certificates of the load balancers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cdktf import TerraformResourceLifecycle
from cdktf_cdktf_provider_aws.acm_certificate import AcmCertificate
from cdktf_cdktf_provider_aws.acm_certificate_validation import AcmCertificateValidation
from cdktf_cdktf_provider_aws.route53_record import Route53Record
from constructs import Construct

if TYPE_CHECKING:
    from collections.abc import Mapping

    from modules.areas.ingress.zone import Zone
    from modules.core.region import Region

VALIDATION_TTL = 300


class Certificates(Construct):
    """A certificate for each region, validated through DNS; or those that the settings give.

    Each bears the names that are served and that of its region, such as ``us-east-1.example.com``. ACM asks of an
    account the same record for a name, in whichever region and with or without a wildcard, so that the record of a
    shared name is made once, from the home region's certificate.

    Parameters
    ----------
    regions
        The regions, by name.
    zone
        The hosted zone of the records that prove the domain to be ours.

    Attributes
    ----------
    arns
        By region, the ARN of a certificate that is issued.
    watched
        By region, the ARN of the certificate to watch, issued or not.

    See https://docs.aws.amazon.com/acm/latest/userguide/dns-validation.html
    """

    def __init__(self, scope: Construct, id_: str, *, regions: Mapping[str, Region], zone: Zone) -> None:
        super().__init__(scope, id_)
        self._zone = zone
        settings = zone.region.settings
        self.arns = dict(settings.entry.certificate_arns)
        self.watched = dict(self.arns)
        if self.arns:
            return
        served = settings.entry.names(settings.domain)
        certificates = {name: self._certificate(region, served) for name, region in regions.items()}
        self.watched = {name: certificate.arn for name, certificate in certificates.items()}
        home = zone.region.name
        shared = self._prove("validation-served", certificates[home], served[0])
        for name, region in regions.items():
            records = [shared]
            if not settings.entry.wildcard:
                records.append(self._prove(f"validation-{name}", certificates[name], regional_name(region)))
            self.arns[name] = AcmCertificateValidation(
                self,
                f"issued-{name}",
                provider=region.provider,
                certificate_arn=certificates[name].arn,
                validation_record_fqdns=[record.fqdn for record in records],
            ).certificate_arn

    def _certificate(self, region: Region, served: list[str]) -> AcmCertificate:
        first, *others = served
        wildcard = region.settings.entry.wildcard
        return AcmCertificate(
            self,
            f"certificate-{region.name}",
            provider=region.provider,
            domain_name=first,
            # A wildcard covers the region's name.
            subject_alternative_names=others if wildcard else [*others, regional_name(region)],
            validation_method="DNS",
            # Listeners hold on to the old one until there is a new one.
            lifecycle=TerraformResourceLifecycle(create_before_destroy=True),
            tags={"Name": region.names.of("acm", "web")},
        )

    def _prove(self, id_: str, certificate: AcmCertificate, name: str) -> Route53Record:
        def option(attribute: str) -> str:
            options = f"{certificate.fqn}.domain_validation_options"
            return f'${{one([for option in {options} : option.{attribute} if option.domain_name == "{name}"])}}'

        return Route53Record(
            self,
            id_,
            provider=self._zone.region.provider,
            zone_id=self._zone.id,
            name=option("resource_record_name"),
            type=option("resource_record_type"),
            records=[option("resource_record_value")],
            ttl=VALIDATION_TTL,
            # Another certificate of the account for the same name has left the very same record.
            allow_overwrite=True,
        )


def regional_name(region: Region) -> str:
    """Name under which a region is reached whatever the routing says, such as ``us-east-1.example.com``."""
    return f"{region.name}.{region.settings.domain}"
