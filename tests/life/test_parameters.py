"""What an application reads with the role of its instance on the embedded AWS."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError

from modules.settings.parameters import PARAMETERS, variable
from tests.support.identities import assume, is_refused
from tests.support.lives import Applied
from tests.support.region_sets import THREE

pytestmark = pytest.mark.emulator
REGIONS = pytest.mark.parametrize("region", THREE)
PATH = "/PROD/test"


def client(life: Applied, service: str, region: str) -> Any:
    """A client of the role of a region's instances."""
    return assume(life.emulator, f"PROD-role-test-application-{region}").client(service, region)


def parameters(life: Applied, region: str) -> dict[str, str]:
    pages = client(life, "ssm", region).get_paginator("get_parameters_by_path").paginate(Path=PATH, Recursive=True)
    return {one["Name"].removeprefix(f"{PATH}/"): one["Value"] for page in pages for one in page["Parameters"]}


@REGIONS
def test_application_reads_the_parameters_of_its_region_and_the_outputs_are_the_same(
    life: Applied, region: str
) -> None:
    found = parameters(life, region)
    assert found.keys() == PARAMETERS.keys()
    state = life.target.state("platform")
    assert state
    assert state["outputs"][region]["value"] == {variable(name).lower(): value for name, value in found.items()}
    one = client(life, "ssm", region).get_parameter(Name=f"{PATH}/data/bucket")["Parameter"]
    assert (one["Type"], one["Value"]) == ("String", found["data/bucket"])


@REGIONS
def test_values_lead_to_what_there_is(life: Applied, region: str) -> None:
    found = parameters(life, region)
    secret = client(life, "secretsmanager", region).get_secret_value(SecretId=found["database/secret-arn"])
    assert secret["ARN"] == found["database/secret-arn"]
    key = {"Bucket": found["data/bucket"], "Key": f"{found['data/prefix']}parameters"}
    version = client(life, "s3", region).put_object(**key)["VersionId"]
    life.client("s3", region).delete_object(**key, VersionId=version)
    assert life.client("dynamodb", region).describe_table(TableName=found["sessions/table"])["Table"]
    (database,) = life.client("rds", region).describe_db_instances()["DBInstances"]
    endpoint = database["Endpoint"]
    assert (endpoint["Address"], str(endpoint["Port"])) == (found["database/read-host"], found["database/port"])
    subnets = life.client("ec2", region).describe_subnets(SubnetIds=found["network/private-subnet-ids"].split(","))
    assert {one["VpcId"] for one in subnets["Subnets"]} == {found["network/vpc-id"]}


@REGIONS
def test_application_reads_no_other_parameters(life: Applied, region: str) -> None:
    other = next(name for name in THREE if name != region)
    life.client("ssm", region).put_parameter(Name="/PROD/test2/one", Type="String", Value="x", Overwrite=True)
    session = assume(life.emulator, f"PROD-role-test-application-{region}")
    ssm, elsewhere = session.client("ssm", region), session.client("ssm", other)
    calls = [
        lambda: ssm.get_parameter(Name="/PROD/test2/one"),
        lambda: ssm.get_parameters(Names=[f"{PATH}/data/bucket", "/PROD/test2/one"]),
        lambda: ssm.get_parameters_by_path(Path="/PROD", Recursive=True),
        lambda: ssm.put_parameter(Name=f"{PATH}/data/bucket", Value="x", Overwrite=True),
        lambda: elsewhere.get_parameters_by_path(Path=PATH, Recursive=True),
    ]
    for call in calls:
        with pytest.raises(ClientError) as caught:
            call()
        assert is_refused(caught.value.response["Error"]["Code"])
    life.client("ssm", region).delete_parameter(Name="/PROD/test2/one")
