from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any, cast

import pytest

from tests.support.refusals import fresh_name, refused
from tools.emulator import Emulator
from tools.emulator.account import (
    ELASTIC_IPS,
    LAMBDA_CONCURRENCY,
    SERVICE_LINKED_ROLES,
    STANDARD_VCPUS,
    VARIABLE,
    VPCS,
    Kind,
)
from tools.seed import seed
from tools.target import Target

pytestmark = pytest.mark.emulator

REGION = "ap-southeast-2"


@pytest.fixture(scope="module", params=list(Kind))
def account(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Kind, Emulator]]:
    kind: Kind = request.param
    with Emulator.start(directory=tmp_path_factory.mktemp(kind), account=kind) as running:
        yield kind, running


def value(emulator: Emulator, service: str, code: str) -> float:
    quotas = emulator.client("service-quotas", REGION)
    told = quotas.get_service_quota(ServiceCode=service, QuotaCode=code)["Quota"]
    assert told in quotas.list_service_quotas(ServiceCode=service)["Quotas"]
    return float(told["Value"])


def test_quotas_are_those_of_the_kind_wherever_they_are_asked_for(account: tuple[Kind, Emulator]) -> None:
    kind, emulator = account
    assert value(emulator, "ec2", STANDARD_VCPUS) == {Kind.NEW: 5, Kind.FRESH: 32, Kind.GROWN: 640}[kind]
    concurrency = {Kind.NEW: 10, Kind.FRESH: 10, Kind.GROWN: 1000}[kind]
    assert value(emulator, "lambda", LAMBDA_CONCURRENCY) == concurrency
    limits = emulator.client("lambda", REGION).get_account_settings()["AccountLimit"]
    assert limits["ConcurrentExecutions"] == limits["UnreservedConcurrentExecutions"] == concurrency
    told = emulator.client("ec2", REGION).describe_account_attributes(AttributeNames=["max-elastic-ips"])
    (addresses,) = [one for one in told["AccountAttributes"] if one["AttributeName"] == "max-elastic-ips"]
    assert float(addresses["AttributeValues"][0]["AttributeValue"]) == value(emulator, "ec2", ELASTIC_IPS)


def test_one_address_or_network_more_than_the_quota_is_refused(account: tuple[Kind, Emulator]) -> None:
    _, emulator = account
    ec2 = emulator.client("ec2", REGION)
    for _ in range(int(value(emulator, "ec2", ELASTIC_IPS))):
        ec2.allocate_address(Domain="vpc")
    with refused("AddressLimitExceeded"):
        ec2.allocate_address(Domain="vpc")
    # The default VPC is one of them.
    for _ in range(int(value(emulator, "vpc", VPCS)) - 1):
        ec2.create_vpc(CidrBlock="10.0.0.0/16")
    with refused("VpcLimitExceeded"):
        ec2.create_vpc(CidrBlock="10.0.0.0/16")


def test_the_first_call_that_needs_a_service_linked_role_makes_it_and_none_is_made_twice(
    account: tuple[Kind, Emulator],
) -> None:
    _, emulator = account
    iam = emulator.client("iam", REGION)
    ec2 = emulator.client("ec2", REGION)
    subnets = [subnet["SubnetId"] for subnet in ec2.describe_subnets()["Subnets"]]
    emulator.client("elbv2", REGION).create_load_balancer(Name=fresh_name("lb")[:20], Subnets=subnets)
    assert iam.get_role(RoleName="AWSServiceRoleForElasticLoadBalancing")["Role"]["Path"].startswith(
        "/aws-service-role/"
    )
    with refused("InvalidInput"):
        iam.create_service_linked_role(AWSServiceName="elasticloadbalancing.amazonaws.com")


def test_the_role_of_config_has_the_name_that_aws_gives_it(account: tuple[Kind, Emulator]) -> None:
    _, emulator = account
    iam = emulator.client("iam", REGION)
    role = iam.create_service_linked_role(AWSServiceName="config.amazonaws.com")["Role"]
    assert role["RoleName"] == "AWSServiceRoleForConfig"


def test_the_first_call_of_rds_fails_in_a_new_account_alone(account: tuple[Kind, Emulator]) -> None:
    kind, emulator = account
    rds = emulator.client("rds", REGION)
    subnets = [subnet["SubnetId"] for subnet in emulator.client("ec2", REGION).describe_subnets()["Subnets"]]
    group: dict[str, Any] = {"DBSubnetGroupDescription": "x", "SubnetIds": subnets}
    if kind is Kind.NEW:
        with refused("InvalidParameterValue"):
            rds.create_db_subnet_group(DBSubnetGroupName="first", **group)
    rds.create_db_subnet_group(DBSubnetGroupName="second", **group)


def test_an_account_in_use_has_roles_and_watchers_however_often_it_is_seeded(
    account: tuple[Kind, Emulator], monkeypatch: pytest.MonkeyPatch
) -> None:
    kind, emulator = account
    monkeypatch.setenv(VARIABLE, kind)
    settings = SimpleNamespace(primary_region=REGION, regions=[REGION], entry=SimpleNamespace(hosted_zone="managed"))
    for _ in range(2):
        seed(cast("Target", SimpleNamespace(settings=settings, clients=emulator.client)))
    expected = 1 if kind is Kind.GROWN else 0
    assert len(emulator.client("guardduty", REGION).list_detectors()["DetectorIds"]) == expected
    assert len(emulator.client("accessanalyzer", REGION).list_analyzers()["analyzers"]) == expected
    assert (
        len(emulator.client("config", REGION).describe_configuration_recorders()["ConfigurationRecorders"]) == expected
    )
    roles = {role["RoleName"] for role in emulator.client("iam", REGION).list_roles()["Roles"]}
    if kind is Kind.GROWN:
        assert roles.issuperset(f"AWSServiceRoleFor{name}" for name in SERVICE_LINKED_ROLES.values())
