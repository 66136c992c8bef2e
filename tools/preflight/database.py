"""The database: its version, its class in the region's zones, and where its backups may be replicated to."""

from collections.abc import Iterator, Mapping
from typing import Any

from tools.preflight.check import Check
from tools.preflight.finding import Finding
from tools.preflight.regions import zones
from tools.preflight.stacks import Resource
from tools.preflight.subject import Look

ENGINE = "postgres"


def _versions(look: Look) -> list[str]:
    """Return the versions that the region has, oldest first.

    See https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_DescribeDBEngineVersions.html
    """
    found = look.pages("rds", "describe_db_engine_versions", "DBEngineVersions", Engine=ENGINE)
    return sorted((str(one["EngineVersion"]) for one in found), key=_number)


def _number(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split(".") if part.isdigit())


def _matching(versions: list[str], said: str) -> list[str]:
    return [one for one in versions if one == said or one.startswith(f"{said}.")]


def _has_the_version(look: Look) -> Iterator[Finding]:
    said, versions = look.settings.database.version, _versions(look)
    if look.new("aws_db_instance") and not _matching(versions, said):
        same = _matching(versions, said.partition(".")[0])
        yield look.stops(
            f"RDS has no PostgreSQL {said} here, but {', '.join(same or versions)}",
            "name a version that every region has, or only a major version, of which RDS chooses the minor one",
            f'database: {{version: "{said.partition(".")[0]}"}}',
        )


def _zones_offer_the_class(look: Look) -> Iterator[Finding]:
    # https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_DescribeOrderableDBInstanceOptions.html
    versions = _matching(_versions(look), look.settings.database.version)
    for instance in look.new("aws_db_instance") if versions else ():
        options = [
            one
            for one in look.pages(
                "rds",
                "describe_orderable_db_instance_options",
                "OrderableDBInstanceOptions",
                Engine=ENGINE,
                EngineVersion=versions[-1],
                DBInstanceClass=instance.body["instance_class"],
                Vpc=True,
            )
            if _is_enough(one, instance)
        ]
        offered = {zone["Name"] for one in options for zone in one.get("AvailabilityZones", ())}
        lacking = [str(zone["ZoneName"]) for zone in zones(look) if zone["ZoneName"] not in offered]
        name = f"{instance.body['instance_class']} for PostgreSQL {versions[-1]}{_how(instance)}"
        other = (
            f"aws rds describe-orderable-db-instance-options --region {look.region} --engine {ENGINE} "
            f"--engine-version {versions[-1]} --query OrderableDBInstanceOptions[].DBInstanceClass"
        )
        advice = "name a class under database.instance_class that every region has; this lists those of this one"
        if not offered:
            yield look.stops(f"RDS does not offer {name} here", advice, other)
        elif lacking:
            yield look.warns(
                f"RDS does not offer {name} in {', '.join(lacking)}, so the instance, or its standby, never lies there",
                f"nothing, if two zones are enough for it; else {advice}",
                other,
            )


def _is_enough(option: Mapping[str, Any], instance: Resource) -> bool:
    storage = instance.body.get("storage_type")
    return (not instance.body.get("multi_az") or bool(option.get("MultiAZCapable"))) and (
        not storage or option.get("StorageType") == storage
    )


def _how(instance: Resource) -> str:
    parts = [
        str(instance.body["storage_type"]) if instance.body.get("storage_type") else "",
        "Multi-AZ" if instance.body.get("multi_az") else "",
    ]
    told = ", ".join(part for part in parts if part)
    return f" ({told})" if told else ""


def _takes_backups(look: Look) -> Iterator[Finding]:
    # https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_DescribeSourceRegions.html
    for replication in look.new("aws_db_instance_automated_backups_replication"):
        source = look.subject.wanted.at(replication.body.get("source_db_instance_arn"))
        if source is None:
            continue
        answer = look.pages("rds", "describe_source_regions", "SourceRegions", RegionName=source.region)
        if not any(one.get("SupportsDBInstanceAutomatedBackupsReplication") for one in answer):
            yield look.stops(
                f"RDS does not replicate automated backups from {source.region} to {look.region}",
                "choose another of the regions for them; this lists the regions that can be replicated here",
                f"database: {{instances: {{{source.region}: {{backups_in: REGION}}}}}}",
                f"aws rds describe-source-regions --region {look.region} "
                "--query 'SourceRegions[?SupportsDBInstanceAutomatedBackupsReplication].RegionName'",
            )


CHECKS = (
    Check(
        name="database version",
        place="region",
        run=_has_the_version,
        actions=("rds:DescribeDBEngineVersions",),
    ),
    Check(
        name="database class by zone",
        place="region",
        run=_zones_offer_the_class,
        actions=(
            "ec2:DescribeAvailabilityZones",
            "rds:DescribeDBEngineVersions",
            "rds:DescribeOrderableDBInstanceOptions",
        ),
    ),
    Check(
        name="replication of database backups",
        place="region",
        run=_takes_backups,
        actions=("rds:DescribeSourceRegions",),
    ),
)
