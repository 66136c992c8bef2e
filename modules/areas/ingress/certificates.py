"""ACM certificates of the load balancers."""

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
    """A certificate for each region, validated through DNS, or the certificates of the settings.

    Each certificate has the served names and the name of its region, such as ``us-east-1.example.com``. For one name
    ACM asks an account for the same validation record in every region, with or without a wildcard. So the record of a
    shared name is created once, from the home region's certificate.

    Parameters
    ----------
    regions
        The regions, by name.
    zone
        The hosted zone of the validation records.

    Attributes
    ----------
    arns
        By region, the ARN of an issued certificate.
    monitored
        By region, the ARN of the certificate to monitor, issued or not.

    See https://docs.aws.amazon.com/acm/latest/userguide/dns-validation.html
    """

    def __init__(self, scope: Construct, id_: str, *, regions: Mapping[str, Region], zone: Zone) -> None:
        super().__init__(scope, id_)
        self._zone = zone
        settings = zone.region.settings
        self.arns = dict(settings.entry.certificate_arns)
        self.monitored = dict(self.arns)
        if self.arns:
            return
        served = settings.entry.names(settings.domain)
        certificates = {name: self._certificate(region, served) for name, region in regions.items()}
        self.monitored = {name: certificate.arn for name, certificate in certificates.items()}
        home = zone.region.name
        shared = self._validation_record("validation-served", certificates[home], served[0])
        for name, region in regions.items():
            records = [shared]
            if not settings.entry.wildcard:
                records.append(self._validation_record(f"validation-{name}", certificates[name], regional_name(region)))
            self.arns[name] = AcmCertificateValidation(
                self,
                f"issued-{name}",
                provider=region.provider,
                certificate_arn=certificates[name].arn,
                validation_record_fqdns=[record.fqdn for record in records],
            ).certificate_arn

    def _certificate(self, region: Region, served: list[str]) -> AcmCertificate:
        first, *alternatives = served
        wildcard = region.settings.entry.wildcard
        return AcmCertificate(
            self,
            f"certificate-{region.name}",
            provider=region.provider,
            domain_name=first,
            # A wildcard covers the name of the region.
            subject_alternative_names=alternatives if wildcard else [*alternatives, regional_name(region)],
            validation_method="DNS",
            # Listeners use the old certificate until the new one exists.
            lifecycle=TerraformResourceLifecycle(create_before_destroy=True),
            tags={"Name": region.names.of("acm", "web")},
        )

    def _validation_record(self, id_: str, certificate: AcmCertificate, name: str) -> Route53Record:
        def option(attribute: str) -> str:
            options = f"{certificate.fqn}.domain_validation_options"
            return f'${{one([for option in {options} : option.{attribute} if option.domain_name == "{name}"])}}'

        return Route53Record(
            self,
            id_,
            provider=self._zone.provider(self._zone.region),
            zone_id=self._zone.id,
            name=option("resource_record_name"),
            type=option("resource_record_type"),
            records=[option("resource_record_value")],
            ttl=VALIDATION_TTL,
            # Another certificate of the account for the same name may have created the same record.
            allow_overwrite=True,
        )


def regional_name(region: Region) -> str:
    """The name that always resolves to one region, whatever the routing policy, such as ``us-east-1.example.com``."""
    return f"{region.name}.{region.settings.domain}"
