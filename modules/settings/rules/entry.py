"""Rules about the way in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from modules.settings.entry import EntrySettings
from modules.settings.faults import Fault
from modules.settings.rules.rule import region_names

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from modules.settings.rules.rule import Rule


LONGEST_COMMON_NAME = 64


def something_is_served(raw: Mapping[str, Any]) -> Iterator[Fault]:
    """Without a name there is neither a certificate nor a record."""
    for entry in _entry(raw):
        if not entry.apex and not entry.wildcard:
            yield Fault("entry.apex", "no name is served", "false", "true, or true for entry.wildcard")


def every_region_has_a_certificate(raw: Mapping[str, Any]) -> Iterator[Fault]:
    """Given certificates are given for all regions, and for no other."""
    names = region_names(raw)
    for entry in _entry(raw):
        if not entry.certificate_arns or not names:
            return
        for region in names:
            if region not in entry.certificate_arns:
                yield Fault(
                    f"entry.certificate_arns.{region}",
                    "certificates are given for other regions, but not for this one",
                    None,
                    f"a certificate of {region} in AWS Certificate Manager, or none for every region",
                )
        for region in entry.certificate_arns:
            if region not in names:
                yield Fault(f"entry.certificate_arns.{region}", "not one of the regions", region, ", ".join(names))


def certificates_are_of_their_region(raw: Mapping[str, Any]) -> Iterator[Fault]:
    """A load balancer takes certificates of its own region only."""
    for entry in _entry(raw):
        for region, arn in entry.certificate_arns.items():
            if arn.split(":")[3] != region:
                yield Fault(
                    f"entry.certificate_arns.{region}",
                    "the certificate is of another region",
                    arn,
                    f"arn:aws:acm:{region}:ACCOUNT:certificate/ID",
                )


def certificates_are_of_the_account(raw: Mapping[str, Any]) -> Iterator[Fault]:
    """A load balancer takes certificates of its own account only."""
    account = raw.get("account_id")
    for entry in _entry(raw):
        for region, arn in entry.certificate_arns.items():
            if isinstance(account, str) and arn.split(":")[4] != account:
                yield Fault(
                    f"entry.certificate_arns.{region}",
                    "the certificate is of another account",
                    arn,
                    f"arn:aws:acm:{region}:{account}:certificate/ID",
                )


def zone_holds_the_domain(raw: Mapping[str, Any]) -> Iterator[Fault]:
    """Records of the domain belong in a zone of its own or of a parent."""
    domain = raw.get("domain")
    for entry in _entry(raw):
        if entry.zone_name and isinstance(domain, str) and not f".{domain}".endswith(f".{entry.zone_name}"):
            yield Fault("entry.zone_name", f"no zone that {domain} belongs in", entry.zone_name, "domain or a parent")


def certificates_can_bear_the_domain(raw: Mapping[str, Any]) -> Iterator[Fault]:
    """The first name of a certificate is also its common name, which X.509 keeps short.

    See https://docs.aws.amazon.com/acm/latest/APIReference/API_RequestCertificate.html
    """
    domain = raw.get("domain")
    for entry in _entry(raw):
        names = entry.names(domain) if isinstance(domain, str) else []
        if names and not entry.certificate_arns and len(names[0]) > LONGEST_COMMON_NAME:
            allowed = f"{LONGEST_COMMON_NAME} characters, or entry.certificate_arns"
            yield Fault("domain", "AWS Certificate Manager makes no certificate for so long a name", names[0], allowed)


def _entry(raw: Mapping[str, Any]) -> Iterator[EntrySettings]:
    """The section, unless it is malformed."""
    try:
        yield EntrySettings.model_validate(raw.get("entry", {}))
    except ValidationError:
        return


RULES: tuple[Rule, ...] = (
    something_is_served,
    every_region_has_a_certificate,
    certificates_are_of_their_region,
    certificates_are_of_the_account,
    zone_holds_the_domain,
    certificates_can_bear_the_domain,
)
