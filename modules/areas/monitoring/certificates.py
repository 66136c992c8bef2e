"""Alarms of certificates."""

from __future__ import annotations

from typing import TYPE_CHECKING

from modules.blocks.alarms.alarm import AlarmSpec, Metric

if TYPE_CHECKING:
    from modules.settings.alarms import AlarmSettings

DAY = 86400
#: Days that are left when it is no longer a matter for the morning.
LAST_DAYS = 7


def certificate_alarms(*, thresholds: AlarmSettings, arn: str) -> dict[str, AlarmSpec]:
    """A certificate that is not renewed, first as a ticket, in its last week as a page.

    Parameters
    ----------
    thresholds
        The settings ``alarms``.
    arn
        The certificate, made here or given.

    See https://docs.aws.amazon.com/acm/latest/userguide/cloudwatch-metrics.html
    """
    # Published twice a day, first some hours after the certificate is made and never again once it has expired: an
    # alarm that has gone off must not go back then, and a young certificate is no reason for one.
    measure = Metric(
        namespace="AWS/CertificateManager",
        name="DaysToExpiry",
        dimensions={"CertificateArn": arn},
        statistic="Minimum",
    )
    meaning = "ACM has not renewed the certificate, which it tries from 60 days before its end. See whether the "
    meaning += "record that validates the domain is still in DNS. One that was imported has to be imported anew."
    return {
        "near-expiry": AlarmSpec(
            metric=measure,
            threshold=thresholds.certificate_days_left,
            below=True,
            period=DAY,
            evaluation_periods=1,
            treat_missing_data="ignore",
            severity="ticket",
            description=meaning,
        ),
        "last-days": AlarmSpec(
            metric=measure,
            threshold=LAST_DAYS,
            below=True,
            period=DAY,
            evaluation_periods=1,
            treat_missing_data="ignore",
            severity="page",
            description=meaning,
        ),
    }
