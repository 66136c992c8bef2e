import pytest
from botocore.exceptions import ClientError

from tools.emulator import Emulator

pytestmark = pytest.mark.emulator


def test_a_monitor_and_who_is_told_live_their_whole_lives(emulator: Emulator) -> None:
    costs = emulator.client("ce", "us-east-1")
    tags = [{"Key": "Owner", "Value": "platform"}]
    kind = {"MonitorType": "DIMENSIONAL", "MonitorDimension": "SERVICE"}
    monitor = costs.create_anomaly_monitor(AnomalyMonitor={"MonitorName": "services", **kind}, ResourceTags=tags)
    arn = monitor["MonitorArn"]
    (found,) = costs.get_anomaly_monitors(MonitorArnList=[arn])["AnomalyMonitors"]
    assert found.items() >= {"MonitorArn": arn, "MonitorName": "services", **kind}.items()
    assert costs.list_tags_for_resource(ResourceArn=arn)["ResourceTags"] == tags
    costs.update_anomaly_monitor(MonitorArn=arn, MonitorName="all-services")
    assert costs.get_anomaly_monitors()["AnomalyMonitors"][0]["MonitorName"] == "all-services"

    told = {
        "MonitorArnList": [arn],
        "Subscribers": [{"Type": "SNS", "Address": "arn:aws:sns:us-east-1:123456789012:ticket"}],
        "Frequency": "IMMEDIATE",
        "SubscriptionName": "tickets",
    }
    subscription = costs.create_anomaly_subscription(AnomalySubscription=told)["SubscriptionArn"]
    costs.update_anomaly_subscription(SubscriptionArn=subscription, SubscriptionName="more-tickets")
    (found,) = costs.get_anomaly_subscriptions(SubscriptionArnList=[subscription])["AnomalySubscriptions"]
    assert found.items() >= {**told, "SubscriptionName": "more-tickets", "SubscriptionArn": subscription}.items()

    costs.delete_anomaly_subscription(SubscriptionArn=subscription)
    with pytest.raises(ClientError, match="UnknownSubscriptionException"):
        costs.get_anomaly_subscriptions(SubscriptionArnList=[subscription])
    costs.delete_anomaly_monitor(MonitorArn=arn)
    with pytest.raises(ClientError, match="UnknownMonitorException"):
        costs.create_anomaly_subscription(AnomalySubscription=told)
