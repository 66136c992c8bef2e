import pytest
from botocore.exceptions import ClientError

from tools.emulator import Emulator

pytestmark = pytest.mark.emulator


def test_an_aggregator_is_one_reads_back_and_goes(emulator: Emulator) -> None:
    hub = emulator.client("securityhub", "eu-west-3")
    made = hub.create_finding_aggregator(RegionLinkingMode="SPECIFIED_REGIONS", Regions=["eu-west-1"])
    arn = made["FindingAggregatorArn"]
    assert made["FindingAggregationRegion"] == "eu-west-3"
    with pytest.raises(ClientError, match="ResourceConflictException"):
        hub.create_finding_aggregator(RegionLinkingMode="ALL_REGIONS")
    hub.update_finding_aggregator(
        FindingAggregatorArn=arn, RegionLinkingMode="SPECIFIED_REGIONS", Regions=["eu-west-1", "eu-west-2"]
    )
    assert hub.get_finding_aggregator(FindingAggregatorArn=arn)["Regions"] == ["eu-west-1", "eu-west-2"]
    assert hub.list_finding_aggregators()["FindingAggregators"] == [{"FindingAggregatorArn": arn}]
    hub.delete_finding_aggregator(FindingAggregatorArn=arn)
    with pytest.raises(ClientError, match="ResourceNotFoundException"):
        hub.get_finding_aggregator(FindingAggregatorArn=arn)


def test_a_control_that_is_off_in_a_standard_reads_back(emulator: Emulator) -> None:
    hub = emulator.client("securityhub", "eu-west-3")
    standard = "arn:aws:securityhub:eu-west-3::standards/cis-aws-foundations-benchmark/v/3.0.0"
    update = {"StandardsArn": standard, "SecurityControlId": "IAM.6", "AssociationStatus": "DISABLED"}
    hub.batch_update_standards_control_associations(
        StandardsControlAssociationUpdates=[update | {"UpdatedReason": "seen elsewhere"}]
    )
    (found,) = hub.list_standards_control_associations(SecurityControlId="IAM.6")[
        "StandardsControlAssociationSummaries"
    ]
    assert (found["StandardsArn"], found["AssociationStatus"]) == (standard, "DISABLED")
    assert (
        hub.list_standards_control_associations(SecurityControlId="IAM.9")["StandardsControlAssociationSummaries"] == []
    )
