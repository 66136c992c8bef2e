"""Settings of the database area."""

from __future__ import annotations

from collections.abc import Mapping  # noqa: TC003 - pydantic reads the annotation
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from modules.settings.region_table import WITHOUT_M7G_DATABASES
from modules.settings.rotation import RotationSettings
from modules.settings.topology import DatabaseMember, Role
from modules.settings.types import RegionName, RegionOrNone, RetentionDays, Section, fault, matching
from modules.settings.windows import LONGEST_MAINTENANCE_MINUTES, SHORTEST_MINUTES, daily, weekly

#: Major versions in standard support, and the families of classes that run PostgreSQL.
#: https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/Concepts.DBInstanceClass.Support.html
VERSIONS = ("14", "15", "16", "17", "18")
FAMILIES = (
    *("t3", "t4g", "m5", "m5d", "m6g", "m6gd", "m6i", "m6id", "m6idn", "m6in", "m7g", "m7i", "m8g"),
    *("r5", "r5b", "r5d", "r6g", "r6gd", "r6i", "r6id", "r6idn", "r6in", "r7g", "r7i", "r8g"),
    *("x2g", "x2idn", "x2iedn"),
)
SIZES = r"(micro|small|medium|large|xlarge|[1-9]\d?xlarge)"
BURSTABLE = ("t3", "t4g")
BURSTABLE_SIZES = ("micro", "small", "medium", "large", "xlarge", "2xlarge")
#: A week, months of 31 days, and two years.
INSIGHTS_DAYS = (7, *(31 * months for months in range(1, 24)), 731)


def engine_version(text: str) -> tuple[int, int | None]:
    """Major and minor version; no minor one where ``text`` leaves it to RDS."""
    major, _, minor = text.partition(".")
    return int(major), int(minor) if minor else None


def _class(value: str) -> str:
    family, _, size = value.removeprefix("db.").partition(".")
    if family in BURSTABLE and size not in BURSTABLE_SIZES:
        raise fault("a size that the class does not come in", f"db.{family}.SIZE of {', '.join(BURSTABLE_SIZES)}")
    if family not in BURSTABLE and size in {"micro", "small", "medium"}:
        raise fault("a size that the class does not come in", f"db.{family}.large or larger")
    return value


def _insights(days: int) -> int:
    if days not in INSIGHTS_DAYS:
        raise fault("not a retention of Performance Insights", "7, 31 times 1 to 23 months, or 731 days")
    return days


def _daily(value: str) -> str:
    window = daily(value)
    if window is None or window[1] < SHORTEST_MINUTES:
        raise fault("not a window of every day", f"HH:MM-HH:MM in UTC, at least {SHORTEST_MINUTES} minutes")
    return value


def _weekly(value: str) -> str:
    window = weekly(value)
    if window is None or not SHORTEST_MINUTES <= window[1] <= LONGEST_MAINTENANCE_MINUTES:
        allowed = f"ddd:HH:MM-ddd:HH:MM in UTC, {SHORTEST_MINUTES} minutes to a day, days as in sun"
        raise fault("not a window of every week", allowed)
    return value


EngineVersion = Annotated[
    str,
    matching(
        rf"({'|'.join(VERSIONS)})(\.\d{{1,2}})?",
        problem="not a version of PostgreSQL that RDS supports",
        allowed=f"{', '.join(VERSIONS)}, or a minor version of one, such as 17.5",
    ),
]
InstanceClass = Annotated[
    str,
    matching(
        rf"db\.({'|'.join(FAMILIES)})\.{SIZES}",
        problem="not an instance class for PostgreSQL",
        allowed=f"db.FAMILY.SIZE of {', '.join(FAMILIES)}, such as db.m7g.large",
    ),
    AfterValidator(_class),
]
CertificateAuthority = Literal["rds-ca-rsa2048-g1", "rds-ca-rsa4096-g1", "rds-ca-ecc384-g1"]


class InstanceSettings(Section):
    """The instance of one region, where it is not what follows from ``primary_region``.

    Parameters
    ----------
    role
        ``writer``; ``replica`` of ``of``; or ``detached``, once the writer and standing alone since. Left out, it
        follows from ``primary_region``: the writer there, a replica of it everywhere else.
    of
        The region whose instance a replica replicates. The primary region by default.
    rebuild
        Whether the instance is replaced by a new replica of ``of``. No by default. Once it is built the key is taken
        out again, which changes nothing.
    deletion_protection
        Whether AWS refuses to delete it. ``database.deletion_protection`` by default.
    backups_in
        Region that its automated backups are replicated to while it stands alone, or ``none``: AWS does not replicate
        between every two regions. By default another of the regions, on the same continent if there is one.
    version
        Version of PostgreSQL here, while it is raised in one region after another. ``database.version`` by default.
    """

    role: Role | None = None
    of: RegionName | None = None
    rebuild: bool = False
    deletion_protection: bool | None = None
    backups_in: RegionOrNone | None = None
    version: EngineVersion | None = None

    def place(self, region: str, *, primary: str) -> DatabaseMember:
        """What the instance of ``region`` is."""
        role = self.role or ("writer" if region == primary and self.of is None else "replica")
        source = (self.of or primary) if role == "replica" else None
        return DatabaseMember(region=region, role=role, source=source, rebuild=self.rebuild)


class ApplicationSettings(Section):
    """The application's user of the database.

    Parameters
    ----------
    authentication
        What it logs in with: ``password``, the default, which its secret holds and rotation changes; or ``iam``, tokens
        that its role may make, with no password anywhere. After a change the other holds from the secret's next
        rotation on.
    """

    authentication: Literal["password", "iam"] = "password"


class DatabaseSettings(Section):
    """The PostgreSQL instance of each region. What is said of one is said of all, since any may become the writer.

    Parameters
    ----------
    version
        Version of PostgreSQL: a major one, of which RDS chooses the minor one and keeps it current; or a minor one. 17
        by default.
    major_upgrades
        Whether another major version is taken as the order to upgrade. No by default: AWS refuses it.
    instance_class
        Class of the instances. ``db.m7g.large`` by default, and ``db.m6g.large`` in regions that have no other.
    storage_gb, storage_limit_gb
        Storage to begin with, and how far it may grow by itself, in GiB. 100 and 1000 by default.
    storage_type
        ``gp3``, the default, or ``io2``.
    iops
        Operations a second: needed by ``io2``; of ``gp3`` only from 400 GiB on, where there is a choice.
    multi_az
        Whether each instance has a standby in another Availability Zone. Yes by default, replicas included, so that one
        that is promoted in an outage is as safe as what it replaces.
    backup_retention_days
        Days that automated backups are kept, 1 to 35. 14 by default.
    backup_window, maintenance_window
        When backups are begun, and when AWS may change something, minor versions included; in UTC, apart from each
        other. ``02:00-03:00`` and ``sun:04:00-sun:05:00`` by default.
    minor_upgrades
        Whether minor versions are installed in the maintenance window. Yes by default; where ``version`` names a minor
        one it stays.
    apply_immediately
        Whether changes that may interrupt an instance are made at once, and not in its next maintenance window. No by
        default: a plan then shows them again until the window has passed.
    extended_support
        Whether a major version is kept, for a price by the hour, once AWS's standard support of it has ended. No by
        default: AWS upgrades it then. Of an instance that stands alone from its first day, once, for its whole life.
    deletion_protection
        Whether AWS refuses to delete an instance. Yes by default; say no, and apply, before the platform is destroyed.
    prevent_destroy
        Whether Terraform refuses every plan that would delete an instance, rebuilding included. No by default, since
        AWS refuses it anyway.
    monitoring_interval_seconds
        Seconds between two readings of the operating system: 1, 5, 10, 15, 30 or 60, the default.
    insights_days
        Days that Performance Insights are kept: 7, the default, 31 times 1 to 23, or 731.
    certificate_authority
        Who signs the servers' certificates. ``rds-ca-rsa2048-g1`` by default, whose certificates AWS renews.
    minimum_tls_version
        The oldest TLS that is spoken: ``TLSv1.2``, the default, or ``TLSv1.3``.
    log_retention_days
        Days that logs are kept. ``logs.retention_days`` by default.
    instances
        By region, the instances that are something else than what follows from ``primary_region``.
    rotation
        How the passwords are changed.
    application
        How the application logs in.
    """

    version: EngineVersion = "17"
    major_upgrades: bool = False
    instance_class: InstanceClass | None = None
    storage_gb: Annotated[int, Field(ge=20, le=65536)] = 100
    storage_limit_gb: Annotated[int, Field(ge=22, le=65536)] = 1000
    storage_type: Literal["gp3", "io2"] = "gp3"
    iops: Annotated[int, Field(ge=1000, le=256000)] | None = None
    multi_az: bool = True
    backup_retention_days: Annotated[int, Field(ge=1, le=35)] = 14
    backup_window: Annotated[str, AfterValidator(_daily)] = "02:00-03:00"
    maintenance_window: Annotated[str, AfterValidator(_weekly)] = "sun:04:00-sun:05:00"
    minor_upgrades: bool = True
    apply_immediately: bool = False
    extended_support: bool = False
    deletion_protection: bool = True
    prevent_destroy: bool = False
    monitoring_interval_seconds: Literal["1", "5", "10", "15", "30", "60"] = "60"
    insights_days: Annotated[int, AfterValidator(_insights)] = 7
    certificate_authority: CertificateAuthority = "rds-ca-rsa2048-g1"
    minimum_tls_version: Literal["TLSv1.2", "TLSv1.3"] = "TLSv1.2"
    log_retention_days: RetentionDays | None = None
    instances: Mapping[RegionName, InstanceSettings] = Field(default_factory=dict)
    rotation: RotationSettings = RotationSettings()
    application: ApplicationSettings = ApplicationSettings()

    def version_of(self, region: str) -> str:
        """Version of PostgreSQL in ``region``."""
        return (region in self.instances and self.instances[region].version) or self.version

    def family_of(self, region: str) -> str:
        """Family of the parameter group in ``region``, which goes by the major version."""
        return f"postgres{self.version_of(region).partition('.')[0]}"

    def takes_minor_upgrades(self, region: str) -> bool:
        """Whether AWS installs minor versions in ``region``: it would, over one that the settings name."""
        return self.minor_upgrades and "." not in self.version_of(region)

    def class_in(self, region: str) -> str:
        """``instance_class``, or what it is by default in ``region``."""
        return self.instance_class or ("db.m6g.large" if region in WITHOUT_M7G_DATABASES else "db.m7g.large")

    def is_protected(self, region: str) -> bool:
        """Whether AWS refuses to delete the instance of ``region``."""
        own = self.instances[region].deletion_protection if region in self.instances else None
        return self.deletion_protection if own is None else own
