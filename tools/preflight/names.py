"""The domain: its hosted zone, whether anyone finds it, and names that are taken."""

from collections.abc import Iterator
from typing import Any

from botocore.exceptions import ClientError

from tools.preflight.check import Check
from tools.preflight.errors import code_of
from tools.preflight.finding import Finding
from tools.preflight.subject import Look, setting


def zone_name(look: Look) -> str:
    """Return the name of the hosted zone."""
    return look.settings.entry.zone_name or look.settings.domain


def zones(look: Look) -> list[dict[str, Any]]:
    """Return the public hosted zones of that name, or with the id of the settings; none if it is another account's.

    See https://docs.aws.amazon.com/Route53/latest/APIReference/API_ListHostedZonesByName.html
    """
    if look.settings.entry.zone_role_arn:
        return []
    if zone_id := look.settings.entry.zone_id:
        return _with_id(look, zone_id)
    name = f"{zone_name(look)}."
    found = look.client("route53").list_hosted_zones_by_name(DNSName=name)["HostedZones"]
    return [one for one in found if one["Name"] == name and not one["Config"]["PrivateZone"]]


def _with_id(look: Look, zone_id: str) -> list[dict[str, Any]]:
    # https://docs.aws.amazon.com/Route53/latest/APIReference/API_GetHostedZone.html
    try:
        zone = look.client("route53").get_hosted_zone(Id=zone_id)["HostedZone"]
    except ClientError as error:
        if code_of(error) != "NoSuchHostedZone":
            raise
        return []
    return [] if zone["Config"]["PrivateZone"] else [zone]


def _zone(look: Look) -> Iterator[Finding]:
    entry = look.settings.entry
    if entry.zone_role_arn:
        yield look.unseen(
            f"the hosted zone is in account {entry.zone_role_arn.split(':')[4]}, where the preflight does not look",
            "see that the role can be assumed; the plan fails if it cannot, or if it does not find the zone",
            f"aws sts assume-role --role-arn {entry.zone_role_arn} --role-session-name look",
        )
        return
    name, found = zone_name(look), zones(look)
    if entry.zone_id and not found:
        yield look.stops(
            f"the account has no public hosted zone with the id {entry.zone_id}",
            "correct entry.zone_id; for a zone of another account also name a role there in entry.zone_role_arn",
            "aws route53 list-hosted-zones --query HostedZones[].[Id,Name]",
        )
    elif look.settings.entry.hosted_zone == "existing":
        if not found:
            yield look.stops(
                f"the account has no public hosted zone {name}, and the settings say that one exists",
                "make it, or let the platform make it; then delegate to it (docs/dns.md): certificates wait for that",
                f"aws route53 create-hosted-zone --name {name} --caller-reference $(date +%s)",
                setting("entry", hosted_zone="managed"),
            )
        elif len(found) > 1:
            yield look.stops(
                f"the account has {len(found)} public hosted zones {name}: Terraform cannot tell which is meant",
                "name the one that is delegated to, or delete the others",
                setting("entry", zone_id=found[0]["Id"].rpartition("/")[2]),
                *(f"aws route53 delete-hosted-zone --id {one['Id'].rpartition('/')[2]}" for one in found),
            )
    elif look.new("aws_route53_zone"):
        if found:
            yield look.warns(
                f"the account has a public hosted zone {name} already, and the platform would make a second one",
                "use the one that is there",
                setting("entry", hosted_zone="existing"),
            )
        else:
            yield look.warns(
                f"the hosted zone {name} is to be made: until the parent zone delegates to it, certificates are not "
                "issued, and the apply waits for them and then fails",
                "make the zone first and delegate to it, as docs/dns.md says",
            )


def _delegation(look: Look) -> Iterator[Finding]:
    # https://docs.aws.amazon.com/Route53/latest/APIReference/API_GetHostedZone.html
    ask = look.subject.name_servers
    found = zones(look)
    if ask is None or len(found) != 1:
        return
    name = str(found[0]["Name"]).rstrip(".")
    zone = look.client("route53").get_hosted_zone(Id=found[0]["Id"])
    ours = {one.rstrip(".").lower() for one in zone["DelegationSet"]["NameServers"]}
    try:
        theirs = ask(name)
    except OSError as error:
        yield look.unseen(
            f"DNS does not say where {name} is delegated to: {error}",
            f"look yourself: this should print {', '.join(sorted(ours))}",
            f"dig +short NS {name}",
        )
        return
    if not theirs & ours:
        yield look.stops(
            f"{name} is delegated to {', '.join(sorted(theirs)) or 'nobody'}, and not to its hosted zone: no record "
            "of the platform would be found, and no certificate issued",
            "put these name servers into the parent zone, or at the registrar, as NS of the domain",
            *sorted(ours),
        )
    elif theirs - ours:
        yield look.warns(
            f"{name} is delegated to its hosted zone, and also to {', '.join(sorted(theirs - ours))}, which do not "
            "know the platform's records",
            "take these out of the parent zone",
        )


def _records(look: Look) -> Iterator[Finding]:
    # https://docs.aws.amazon.com/Route53/latest/APIReference/API_ListResourceRecordSets.html
    wanted = {
        (f"{name.rstrip('.')}.", str(one.body.get("type")))
        for one in look.new("aws_route53_record")
        if (name := look.subject.wanted.text(one.body.get("name"))) and not one.body.get("allow_overwrite")
    }
    found = zones(look)
    if len(found) != 1 or not wanted:
        return
    route53, zone = look.client("route53"), found[0]["Id"]
    for name, kind in sorted(wanted):
        answer = route53.list_resource_record_sets(HostedZoneId=zone, StartRecordName=name)["ResourceRecordSets"]
        # Route 53 writes the asterisk of a wildcard as an octal code.
        there = [one["Type"] for one in answer if one["Name"].replace("\\052", "*") == name]
        taken = sorted({kind, "CNAME"} & set(there))
        if taken:
            yield look.stops(
                f"the hosted zone has a record {name} {taken[0]} already, and Route 53 does not make a second one",
                "delete it, which takes the name down until the platform serves it, or serve another domain",
                f"aws route53 list-resource-record-sets --hosted-zone-id {zone.rpartition('/')[2]} "
                f"--start-record-name {name} --max-items 5",
            )


CHECKS = (
    Check(
        name="hosted zone",
        place="account",
        run=_zone,
        actions=("route53:GetHostedZone", "route53:ListHostedZonesByName"),
        of_ours=True,
    ),
    Check(
        name="delegation of the domain",
        place="account",
        run=_delegation,
        actions=("route53:GetHostedZone", "route53:ListHostedZonesByName"),
    ),
    Check(
        name="records of the domain",
        place="account",
        run=_records,
        actions=("route53:GetHostedZone", "route53:ListHostedZonesByName", "route53:ListResourceRecordSets"),
        of_ours=True,
    ),
)
