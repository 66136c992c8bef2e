import pytest
from botocore.exceptions import ClientError

from tools.emulator import Emulator

pytestmark = pytest.mark.emulator


def test_an_analyzer_lives_its_whole_life(emulator: Emulator) -> None:
    client = emulator.client("accessanalyzer", "eu-central-1")
    name = {"analyzerName": "external"}
    arn = client.create_analyzer(**name, type="ACCOUNT", tags={"Owner": "platform"})["arn"]
    assert arn == "arn:aws:access-analyzer:eu-central-1:123456789012:analyzer/external"
    analyzer = client.get_analyzer(**name)["analyzer"]
    assert (analyzer["arn"], analyzer["type"], analyzer["status"]) == (arn, "ACCOUNT", "ACTIVE")
    with pytest.raises(ClientError, match="ConflictException"):
        client.create_analyzer(**name, type="ACCOUNT")

    client.tag_resource(resourceArn=arn, tags={"Stage": "test"})
    client.untag_resource(resourceArn=arn, tagKeys=["Owner"])
    assert client.list_tags_for_resource(resourceArn=arn)["tags"] == {"Stage": "test"}

    assert [entry["name"] for entry in client.list_analyzers(type="ACCOUNT")["analyzers"]] == ["external"]
    assert client.list_analyzers(type="ORGANIZATION")["analyzers"] == []
    assert emulator.client("accessanalyzer", "eu-west-1").list_analyzers()["analyzers"] == []
    client.delete_analyzer(**name)
    with pytest.raises(ClientError, match="ResourceNotFoundException"):
        client.get_analyzer(**name)
