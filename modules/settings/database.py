"""Settings of the database."""

from __future__ import annotations

import math
from collections.abc import Mapping  # noqa: TC003 - pydantic reads the annotation
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import AfterValidator, Field

from modules.settings.database_instances import InstanceSettings  # noqa: TC001 - as above
from modules.settings.faults import Fault
from modules.settings.postgres import EngineVersion, InstanceClass  # noqa: TC001 - as above
from modules.settings.region_table import WITHOUT_M7G_DATABASES
from modules.settings.rotation import RotationSettings
from modules.settings.types import Allowed, RegionName, RetentionDays, Section, fault
from modules.settings.windows import LONGEST_MAINTENANCE_MINUTES, SHORTEST_MINUTES, daily, overlap, weekly

if TYPE_CHECKING:
    from collections.abc import Iterator

    from modules.settings.draft import Draft

#: A week, months of 31 days, and two years.
INSIGHTS_DAYS = (7, *(31 * months for months in range(1, 24)), 731)
#: https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/CHAP_Storage.html
MOST_LIMIT_GB = 65_536
MOST_STORAGE_GB = MOST_LIMIT_GB * 10 // 11
#: IOPS of io2 for each GiB.
LEAST_IO2_IOPS, MOST_IO2_IOPS = 0.5, 1000
LEAST_IOPS, MOST_IOPS = 1000, 256_000
LEAST_IO2_GB, LEAST_GP3_IOPS_GB, LEAST_GP3_IOPS, MOST_GP3_IOPS = 100, 400, 12_000, 64_000
CertificateAuthority = Literal["rds-ca-rsa2048-g1", "rds-ca-rsa4096-g1", "rds-ca-ecc384-g1"]

INSIGHTS = Allowed(words="7, 31 times 1 to 23, or 731", values=INSIGHTS_DAYS)
DAILY = Allowed(words=f"HH:MM-HH:MM in UTC, at least {SHORTEST_MINUTES} minutes", pattern=r"\d\d:\d\d-\d\d:\d\d")
WEEKLY = Allowed(
    words=f"ddd:HH:MM-ddd:HH:MM in UTC, {SHORTEST_MINUTES} minutes to a day, days as in sun",
    pattern=r"[a-z]{3}:\d\d:\d\d-[a-z]{3}:\d\d:\d\d",
)


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


class ApplicationSettings(Section):
    """The application's database user.

    Parameters
    ----------
    authentication
        How it logs in: ``password``, which is in its secret and which rotation changes; or ``iam``, with tokens that
        its role may create and without a password (docs/database.md#the-applications-user). A change takes effect at
        the secret's next rotation.
    """

    authentication: Literal["password", "iam"] = "password"


class DatabaseSettings(Section):
    """The PostgreSQL instance of each region. All have the same settings, since any may become the writer.

    Parameters
    ----------
    version
        Version of PostgreSQL: a major version, of which RDS chooses the minor version and keeps it current; or a minor
        version (docs/database.md#upgrade-postgresql).
    major_upgrades
        Whether a change of the major version is allowed; otherwise AWS refuses it.
    instance_class
        Class of every instance. By default ``db.m7g.large``, and ``db.m6g.large`` in the regions that do not have it
        (docs/network.md#regions).
    storage_gb
        Allocated storage at the start.
    storage_limit_gb
        Limit of storage autoscaling, at least a tenth above ``storage_gb``.
    storage_type
        Type of the storage.
    iops : in IOPS
        Provisioned IOPS. ``io2`` needs them, half to a thousand for each GiB; ``gp3`` takes 12,000 to 64,000, from 400
        GiB on.
    multi_az
        Whether each instance has a standby in another Availability Zone, replicas included, so that a promoted replica
        is as available as the writer that it replaces.
    backup_retention_days
        How long automated backups are kept.
    backup_window, maintenance_window
        When automated backups start, and when AWS may make changes, such as a minor version: apart from each other and
        from the start of AWS Backup (``backup.start``).
    minor_upgrades
        Whether minor versions are installed in the maintenance window, unless ``version`` names one.
    apply_immediately
        Whether changes that may interrupt an instance are applied at once and not in its next maintenance window.
        Otherwise a plan shows them again until the window has passed.
    extended_support
        Whether a major version stays, at an hourly price, after the end of AWS's standard support; otherwise AWS
        upgrades it then. AWS takes it only when a standalone instance is created.
    deletion_protection
        Whether AWS refuses to delete an instance; set it to ``false``, and apply, before a destroy.
    prevent_destroy
        Whether Terraform refuses every plan that deletes an instance, also to rebuild it. With ``deletion_protection``
        AWS refuses the deletion anyway.
    monitoring_interval_seconds
        Interval of Enhanced Monitoring.
    insights_days
        Retention of Performance Insights.
    certificate_authority
        The certificate authority of the servers' certificates, which AWS renews.
    minimum_tls_version
        Oldest TLS version that is accepted.
    log_retention_days
        How long the database's logs are kept. By default ``logs.retention_days``.
    instances
        By region, the instances that differ from the default.
    rotation
        Rotation of the passwords.
    application
        How the application logs in.
    """

    version: EngineVersion = "17"
    major_upgrades: bool = False
    instance_class: InstanceClass | None = None
    storage_gb: Annotated[int, Field(ge=20, le=MOST_STORAGE_GB)] = 100
    storage_limit_gb: Annotated[int, Field(ge=22, le=MOST_LIMIT_GB)] = 1000
    storage_type: Literal["gp3", "io2"] = "gp3"
    iops: Annotated[int, Field(ge=LEAST_IOPS, le=MOST_IOPS)] | None = None
    multi_az: bool = True
    backup_retention_days: Annotated[int, Field(ge=1, le=35)] = 14
    backup_window: Annotated[str, AfterValidator(_daily), DAILY] = "02:00-03:00"
    maintenance_window: Annotated[str, AfterValidator(_weekly), WEEKLY] = "sun:04:00-sun:05:00"
    minor_upgrades: bool = True
    apply_immediately: bool = False
    extended_support: bool = False
    deletion_protection: bool = True
    prevent_destroy: bool = False
    monitoring_interval_seconds: Literal["1", "5", "10", "15", "30", "60"] = "60"
    insights_days: Annotated[int, AfterValidator(_insights), INSIGHTS] = 7
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
        """Parameter group family in ``region``, which depends on the major version."""
        return f"postgres{self.version_of(region).partition('.')[0]}"

    def takes_minor_upgrades(self, region: str) -> bool:
        """Whether AWS installs minor versions in ``region``; never if the settings name a minor version."""
        return self.minor_upgrades and "." not in self.version_of(region)

    def class_in(self, region: str) -> str:
        """``instance_class``, or its default in ``region``."""
        return self.instance_class or ("db.m6g.large" if region in WITHOUT_M7G_DATABASES else "db.m7g.large")

    def is_protected(self, region: str) -> bool:
        """Whether AWS refuses to delete the instance of ``region``."""
        own = self.instances[region].deletion_protection if region in self.instances else None
        return self.deletion_protection if own is None else own


def windows_do_not_overlap(draft: Draft) -> Iterator[Fault]:
    """AWS refuses a backup window that overlaps the maintenance window."""
    if (database := draft.database) is None:
        return
    every_day, every_week = daily(database.backup_window), weekly(database.maintenance_window)
    if every_day and every_week and overlap(every_day, every_week):
        yield Fault(
            "database.backup_window",
            f"overlaps the maintenance window {database.maintenance_window}",
            database.backup_window,
            "windows that lie apart on every day",
        )


def storage_is_possible(draft: Draft) -> Iterator[Fault]:
    """The storage limit is high enough for autoscaling, and the IOPS are those of the type and size."""
    if (database := draft.database) is None:
        return
    size, iops = database.storage_gb, database.iops
    # A tenth more, in whole GB: 100 times 1.1 is more than 110 in floating point.
    if database.storage_limit_gb < (least := -(-size * 11 // 10)):
        yield Fault(
            "database.storage_limit_gb",
            f"less than a tenth above storage_gb ({size})",
            database.storage_limit_gb,
            f"{least} or more",
        )
    if database.storage_type == "io2":
        yield from _io2(size, iops)
    elif iops is not None:
        if size < LEAST_GP3_IOPS_GB:
            yield Fault("database.iops", "gp3 below 400 GiB has 3,000 and no choice", iops, "nothing, or 400 GiB")
        elif not LEAST_GP3_IOPS <= iops <= MOST_GP3_IOPS:
            yield Fault("database.iops", "not what gp3 has", iops, f"{LEAST_GP3_IOPS} to {MOST_GP3_IOPS}")


def _io2(size: int, iops: int | None) -> Iterator[Fault]:
    if iops is None or size < LEAST_IO2_GB:
        yield Fault("database.storage_type", "io2 needs iops and 100 GiB", "io2", "database.iops beside it, or gp3")
        return
    least, most = math.ceil(size * LEAST_IO2_IOPS), size * MOST_IO2_IOPS
    if not least <= iops <= most:
        yield Fault(
            "database.iops",
            f"not what io2 has for database.storage_gb ({size})",
            iops,
            f"{max(least, LEAST_IOPS)} to {min(most, MOST_IOPS)}, half to a thousand for each GiB",
        )
