import pytest
from botocore.exceptions import ClientError

from tools.emulator import Emulator

pytestmark = pytest.mark.emulator


def test_a_saved_query_lives_its_whole_life(emulator: Emulator) -> None:
    logs = emulator.client("logs", "eu-central-1")
    query = {"name": "flow-rejected", "queryString": "stats count(*)", "logGroupNames": ["flow"]}
    id_ = logs.put_query_definition(**query)["queryDefinitionId"]
    other = logs.put_query_definition(name="trail", queryString="limit 1")["queryDefinitionId"]
    (found,) = logs.describe_query_definitions(queryDefinitionNamePrefix="flow-")["queryDefinitions"]
    assert {**query, "queryDefinitionId": id_}.items() <= found.items()
    logs.put_query_definition(**{**query, "queryString": "limit 5"}, queryDefinitionId=id_)
    (found,) = logs.describe_query_definitions(queryDefinitionNamePrefix="flow-")["queryDefinitions"]
    assert found["queryString"] == "limit 5"
    assert logs.delete_query_definition(queryDefinitionId=id_)["success"]
    left = logs.describe_query_definitions()["queryDefinitions"]
    assert [one["queryDefinitionId"] for one in left] == [other]
    with pytest.raises(ClientError, match="ResourceNotFoundException"):
        logs.put_query_definition(**query, queryDefinitionId=id_)
