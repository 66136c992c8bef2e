"""The function that hands alerts on to the home region."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from cdktf_cdktf_provider_aws.lambda_permission import LambdaPermission
from cdktf_cdktf_provider_aws.sns_topic_subscription import SnsTopicSubscription

from modules.alerts.relay import runtime
from modules.functions.archive import package, write_archive
from modules.functions.code import CACHE, FunctionCode
from modules.functions.function import Function
from modules.identity.policy import Statement, string_equals
from modules.settings.regions import REGIONS_OF_EVERY_ACCOUNT
from modules.watching.functions import FunctionAlarms

if TYPE_CHECKING:
    from collections.abc import Sequence

    from constructs import Construct

    from modules.alerts.alerts import Alerts
    from modules.keys.keys import Keys

IDENTIFIER = "alert-relay"
PACKAGE = "relay"
RUNTIME = Path(runtime.__file__).parent
#: One call of SNS, tried three times for 8 seconds at most.
TIMEOUT_SECONDS = 30
MEMORY_MEGABYTES = 256


class Relay(Function):
    """The function in the home region that every other region's topics tell, and that tells the home topics.

    It is the only subscription of these topics. Home topics are none of its sources, so nothing goes round. It runs
    outside the networks: it calls SNS alone, and has to work when a network does not.

    Parameters
    ----------
    keys
        The home region's keys.
    home
        The home region's topics.
    others
        The topics of the other regions.

    Attributes
    ----------
    alarms
        The alarms on it. They tell the home topics themselves, and an alert that got lost pages.

    See https://docs.aws.amazon.com/sns/latest/dg/sns-cross-region-delivery.html
    """

    def __init__(self, scope: Construct, id_: str, *, keys: Keys, home: Alerts, others: Sequence[Alerts]) -> None:
        super().__init__(scope, id_, region=home.region, keys=keys, identifier=IDENTIFIER)
        bundle = CACHE / f"{IDENTIFIER}.zip"
        digest = write_archive(bundle, package(PACKAGE, RUNTIME))
        self._define(
            description="Hands alerts of the other regions on to the topics of this one",
            code=FunctionCode(self, "code", bundle=bundle, digest=digest, handler=f"{PACKAGE}.handler.handler"),
            permissions={"topics": _tell(home)},
            environment={"HOME_TOPICS": ",".join(topic.arn for topic in home.topics.values())},
            timeout=TIMEOUT_SECONDS,
            memory_size=MEMORY_MEGABYTES,
            concurrency=home.region.settings.alerts.reserved_concurrency,
        )
        for alerts in others:
            self._listen_to(alerts)
        self.alarms = FunctionAlarms(
            self,
            "alarms",
            region=home.region,
            alerts=home,
            title=IDENTIFIER,
            function=self.resource,
            dead_letters=self.dead_letters.resource,
            loss="page",
        ).alarms

    def _listen_to(self, alerts: Alerts) -> None:
        region = alerts.region
        for severity, topic in alerts.topics.items():
            permission = LambdaPermission(
                self,
                f"permission-{region.name}-{severity}",
                provider=self.region.provider,
                statement_id=f"{region.name}-{severity}",
                action="lambda:InvokeFunction",
                function_name=self.resource.function_name,
                principal=_principal(region.name),
                source_arn=topic.arn,
            )
            SnsTopicSubscription(
                self,
                f"subscription-{region.name}-{severity}",
                provider=region.provider,
                topic_arn=topic.arn,
                protocol="lambda",
                endpoint=self.arn,
                depends_on=[permission],
            )


def _principal(region: str) -> str:
    """SNS of a region, as functions of other regions know it: where accounts opt in, by a name of its own.

    See https://docs.aws.amazon.com/sns/latest/dg/lambda-prereq.html
    """
    return "sns.amazonaws.com" if region in REGIONS_OF_EVERY_ACCOUNT else f"sns.{region}.amazonaws.com"


def _tell(home: Alerts) -> list[Statement]:
    topics = [topic.arn for topic in home.topics.values()]
    return [
        Statement(sid="TellTheHomeTopics", actions=["sns:Publish"], resources=topics),
        Statement(
            sid="UseTheAlertsKey",
            actions=["kms:Decrypt", "kms:GenerateDataKey"],
            resources=[home.key.arn],
            condition=[
                string_equals("kms:ViaService", f"sns.{home.region.name}.amazonaws.com"),
                string_equals("kms:EncryptionContext:aws:sns:topicArn", *topics),
            ],
        ),
    ]
