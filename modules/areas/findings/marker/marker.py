"""The function that sets findings to ``NOTIFIED``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from modules.areas.findings.finding_rules import failed_controls
from modules.areas.findings.marker import runtime
from modules.blocks.alarms.function_alarms import function_alarms
from modules.blocks.alarms.tier_alarms import TierAlarms
from modules.blocks.functions.archive import package, write_archive
from modules.blocks.functions.code import CACHE, FunctionCode
from modules.blocks.functions.function import Function
from modules.blocks.functions.rule import invoke_by_rule
from modules.blocks.identity.policy import Statement, string_equals

if TYPE_CHECKING:
    from collections.abc import Sequence

    from constructs import Construct

    from modules.blocks.alarms.alert_topics import AlertTopics
    from modules.blocks.keys.keys import Keys

IDENTIFIER = "findings-marker"
PACKAGE = "marker"
RUNTIME = Path(runtime.__file__).parent
#: Enough for one call of Security Hub with three attempts of at most 8 seconds each.
TIMEOUT_SECONDS = 30
MEMORY_MEGABYTES = 256


class FindingsMarker(Function):
    """The function in the home region that sets the workflow status of failed controls of all regions to ``NOTIFIED``.

    Security Hub sends a finding again every 12 to 24 hours while it is ``NEW``, and the rules that notify people match
    only ``NEW`` findings. The function itself notifies nobody: if it fails, people are notified again. It runs outside
    the VPCs, and its role may change only this status.

    Parameters
    ----------
    keys
        The home region's keys.
    home
        The home region's topics. The home region has the findings of all regions.
    regions
        The regions whose Security Hub the platform manages; empty if it manages all of them. In a region with another
        owner the status is left to that owner.

    Attributes
    ----------
    alarms
        The alarms of the function.

    See https://docs.aws.amazon.com/securityhub/latest/userguide/finding-update-batchupdatefindings.html
    """

    def __init__(self, scope: Construct, id_: str, *, keys: Keys, home: AlertTopics, regions: Sequence[str]) -> None:
        region = home.region
        super().__init__(scope, id_, region=region, keys=keys, identifier=IDENTIFIER)
        bundle = CACHE / f"{IDENTIFIER}.zip"
        digest = write_archive(bundle, package(PACKAGE, RUNTIME))
        notified_only = string_equals("securityhub:ASFFSyntaxPath/Workflow.Status", "NOTIFIED")
        self._define(
            description="Marks findings of Security Hub as told, so that each is told once",
            code=FunctionCode(self, "code", bundle=bundle, digest=digest, handler=f"{PACKAGE}.handler.handler"),
            permissions={
                "findings": [
                    Statement(
                        sid="SetFindingsToNotified",
                        actions=["securityhub:BatchUpdateFindings"],
                        resources=[region.arn("securityhub", "hub/default")],
                        condition=[notified_only],
                    )
                ]
            },
            # Without environment variables AWS does not keep the KMS key.
            environment={"PURPOSE": IDENTIFIER},
            timeout=TIMEOUT_SECONDS,
            memory_size=MEMORY_MEGABYTES,
        )
        invoke_by_rule(
            self,
            identifier=IDENTIFIER,
            description="Findings that are told, of all regions, to be marked as told",
            pattern=failed_controls("CRITICAL", "HIGH", regions=regions).pattern,
        )
        specs = function_alarms(
            thresholds=region.settings.alarms,
            identifier=IDENTIFIER,
            function=self.resource,
            dead_letters=self.dead_letters.resource,
        )
        self.alarms = TierAlarms(self, "alarms", region=region, alerts=home, tier=IDENTIFIER, specs=specs).alarms
