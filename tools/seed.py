"""What an AWS account holds before the platform comes, for the emulator, which starts with nothing."""

from tools.target import Target

CALLER = "meridian-seed"


def seed(target: Target) -> None:
    """Make the hosted zone that the settings expect to exist; one that is there already stays as it is.

    Parameters
    ----------
    target : Target
        The emulator.
    """
    settings = target.settings
    if settings.entry.hosted_zone != "existing":
        return
    name = f"{settings.entry.zone_name or settings.domain}."
    route53 = target.clients("route53", settings.primary_region)
    found = route53.list_hosted_zones_by_name(DNSName=name)["HostedZones"]
    if not any(zone["Name"] == name and not zone["Config"]["PrivateZone"] for zone in found):
        route53.create_hosted_zone(Name=name, CallerReference=f"{CALLER}-{name}")
