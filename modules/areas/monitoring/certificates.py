"""Alarms of certificates."""

from __future__ import annotations

from typing import TYPE_CHECKING

from modules.blocks.alarms.alarm import Concern, Metric
from modules.blocks.alarms.tier import Tier

if TYPE_CHECKING:
    from constructs import Construct

    from modules.areas.alerts.alerts import Alerts
    from modules.core.region import Region

DAY = 86400
#: Days that are left when it is no longer a matter for the morning.
LAST_DAYS = 7


class CertificateAlarms(Tier):
    """A certificate that is not renewed, first as a ticket, in its last week as a page.

    Parameters
    ----------
    region
        The region, with ``alarms`` of the settings.
    alerts
        The region's topics.
    arn
        The certificate, made here or given.

    See https://docs.aws.amazon.com/acm/latest/userguide/cloudwatch-metrics.html
    """

    def __init__(self, scope: Construct, id_: str, *, region: Region, alerts: Alerts, arn: str) -> None:
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
        concerns = {
            "near-expiry": Concern(
                measure=measure,
                threshold=region.settings.alarms.certificate_days_left,
                below=True,
                period=DAY,
                periods=1,
                missing="ignore",
                severity="ticket",
                meaning=meaning,
            ),
            "last-days": Concern(
                measure=measure,
                threshold=LAST_DAYS,
                below=True,
                period=DAY,
                periods=1,
                missing="ignore",
                severity="page",
                meaning=meaning,
            ),
        }
        super().__init__(scope, id_, region=region, alerts=alerts, title="certificate", concerns=concerns)
