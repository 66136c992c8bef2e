"""Alarms on certificates."""

from __future__ import annotations

from typing import TYPE_CHECKING

from modules.blocks.alarms.alarm import AlarmSpec, Metric

if TYPE_CHECKING:
    from modules.settings.alarms import AlarmSettings

DAY = 86400
#: With fewer days left the alarm pages.
LAST_DAYS = 7


def certificate_alarms(*, thresholds: AlarmSettings, arn: str) -> dict[str, AlarmSpec]:
    """A certificate that is not renewed: first a ticket, in its last week a page.

    Parameters
    ----------
    thresholds
        The settings ``alarms``.
    arn
        ARN of the certificate, requested by the platform or given in the settings.

    See https://docs.aws.amazon.com/acm/latest/userguide/cloudwatch-metrics.html
    """
    # ACM publishes it twice a day, first some hours after the certificate is issued, and not after it has expired. So
    # missing data changes nothing: no alarm before the first data point, and it stays in ALARM after the last.
    metric = Metric(
        namespace="AWS/CertificateManager",
        name="DaysToExpiry",
        dimensions={"CertificateArn": arn},
        statistic="Minimum",
    )
    description = "ACM has not renewed the certificate, which it tries from 60 days before its end. See whether the "
    description += "record that validates the domain is still in DNS. One that was imported has to be imported anew."
    return {
        "near-expiry": AlarmSpec(
            metric=metric,
            threshold=thresholds.certificate_days_left,
            below=True,
            period=DAY,
            evaluation_periods=1,
            treat_missing_data="ignore",
            severity="ticket",
            description=description,
        ),
        "last-days": AlarmSpec(
            metric=metric,
            threshold=LAST_DAYS,
            below=True,
            period=DAY,
            evaluation_periods=1,
            treat_missing_data="ignore",
            severity="page",
            description=description,
        ),
    }
