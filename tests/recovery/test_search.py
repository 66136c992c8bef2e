"""What stands is found by names and tags, and by what refers to what."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from tests.support.fake_aws import FakeAws, denied
from tests.support.region_sets import THREE
from tests.support.synthesized import Stack, platform
from tools.errors import ToolError
from tools.recovery.imports import configuration
from tools.recovery.look import Found, Unresolved
from tools.recovery.search import Search
from tools.recovery.table import FINDERS
from tools.recovery.twins import deletion

ACCOUNT = "123456789012"


def search(stack: dict[str, Any], answers: dict[tuple[str, str], Any] | None = None, **more: Any) -> Search:
    """A search after a plan that creates everything, and of whose values nothing is known that is not written out."""
    addresses = [f"{kind}.{name}" for kind, blocks in stack["resource"].items() for name in blocks]
    changes = [{"address": one, "mode": "managed", "change": {"actions": ["create"]}} for one in addresses]
    plan = {"resource_changes": changes}
    return Search(plan=plan, stack=stack, account_id=ACCOUNT, clients=FakeAws(answers or {}), **more)


@pytest.fixture(scope="module")
def stack() -> Stack:
    return platform(*THREE)


def named(name: str, **more: Any) -> dict[str, Any]:
    return {"Tags": [{"Key": "Name", "Value": name}], **more}


NETWORK: dict[str, Any] = {
    "provider": {"aws": [{"alias": "home", "region": "eu-west-1"}]},
    "terraform": {},
    "resource": {
        "aws_vpc": {"main": {"provider": "aws.home", "tags": {"Name": "ours"}, "cidr_block": "10.0.0.0/16"}},
        "aws_subnet": {
            "a": {
                "provider": "aws.home",
                "vpc_id": "${aws_vpc.main.id}",
                "tags": {"Name": "a"},
                "depends_on": ["aws_vpc.main"],
                "availability_zone": "${element(data.aws_availability_zones.all.names, 0)}",
            }
        },
        "aws_route_table": {"a": {"provider": "aws.home", "vpc_id": "${aws_vpc.main.id}", "tags": {"Name": "a"}}},
        "aws_route_table_association": {
            "a": {
                "provider": "aws.home",
                "subnet_id": "${aws_subnet.a.id}",
                "route_table_id": "${aws_route_table.a.id}",
            }
        },
    },
}
STANDS: dict[tuple[str, str], Any] = {
    ("ec2", "describe_vpcs"): {"Vpcs": [named("theirs", VpcId="vpc-0"), named("ours", VpcId="vpc-1")]},
    ("ec2", "describe_subnets"): {"Subnets": [named("a", SubnetId="subnet-1")]},
    ("ec2", "describe_route_tables"): {
        "RouteTables": [
            named(
                "a",
                RouteTableId="rtb-1",
                Associations=[{"SubnetId": "subnet-1", "RouteTableAssociationId": "rtbassoc-1"}],
            )
        ]
    },
}


def found(one: Search) -> dict[str, list[str]]:
    return {answer.address: [each.import_id for each in answer.found] for answer in one.all()}


def test_where_nothing_stands_nothing_is_found_and_every_type_was_looked_for(stack: Stack) -> None:
    assert search(stack.json).all() == []


def test_what_stands_is_found_by_its_name_and_what_is_made_of_others_ids_by_theirs() -> None:
    assert found(search(NETWORK, STANDS)) == {
        "aws_vpc.main": ["vpc-1"],
        "aws_subnet.a": ["subnet-1"],
        "aws_route_table.a": ["rtb-1"],
        "aws_route_table_association.a": ["subnet-1/rtb-1"],
    }


def test_it_is_asked_in_the_region_that_it_belongs_to() -> None:
    one = search(NETWORK, STANDS)
    one.all()
    assert isinstance(one.clients, FakeAws)
    assert {region for region, _, _ in one.clients.asked} == {"eu-west-1"}


def test_aws_is_asked_a_question_once() -> None:
    one = search(NETWORK, STANDS)
    one.all()
    assert isinstance(one.clients, FakeAws)
    assert len(one.clients.asked) == len(set(one.clients.asked))


def test_a_client_is_made_once() -> None:
    one = search(NETWORK, STANDS)
    made: list[tuple[str, str]] = []

    def clients(service: str, region: str) -> Any:
        made.append((service, region))
        return one.clients(service, region)

    assert replace(one, clients=clients).all()
    assert made == [("ec2", "eu-west-1")]


def test_of_what_the_state_has_nothing_is_looked_for() -> None:
    plan = {"resource_changes": [{"address": "aws_vpc.main", "mode": "managed", "change": {"actions": ["no-op"]}}]}
    assert Search(plan=plan, stack=NETWORK, account_id=ACCOUNT, clients=FakeAws(STANDS)).all() == []


def test_what_is_being_deleted_does_not_stand() -> None:
    gateway = {"aws_nat_gateway": {"a": {"provider": "aws.home", "tags": {"Name": "a"}}}}
    stack = NETWORK | {"resource": gateway}
    states = ["deleted", "deleting", "failed"]
    answers = {"NatGateways": [named("a", NatGatewayId=f"nat-{state}", State=state) for state in states]}
    assert search(stack, {("ec2", "describe_nat_gateways"): answers}).all() == []


def test_what_is_not_ready_says_so_and_is_asked_again() -> None:
    body = {"aws_db_instance": {"main": {"provider": "aws.home", "identifier": "db"}}}
    statuses = iter(["creating", "available"])

    def describe(**_: Any) -> dict[str, Any]:
        one = {"DBInstanceIdentifier": "db", "DBInstanceArn": "arn", "DBInstanceStatus": next(statuses)}
        return {"DBInstances": [one]}

    one = search(NETWORK | {"resource": body}, {("rds", "describe_db_instances"): describe})
    assert [each.status for each in one.find("aws_db_instance.main").found] == ["creating"]
    assert [each.status for each in one.again("aws_db_instance.main").found] == [""]


def test_of_two_that_bear_a_name_the_one_that_the_log_tells_of_is_meant() -> None:
    two = {"Vpcs": [named("ours", VpcId="vpc-1"), named("ours", VpcId="vpc-2")]}
    answers = {("ec2", "describe_vpcs"): two}
    assert found(search(NETWORK, answers))["aws_vpc.main"] == ["vpc-1", "vpc-2"]
    assert found(search(NETWORK, answers, made={"aws_vpc.main": "vpc-2"}))["aws_vpc.main"] == ["vpc-2"]


def test_what_stands_beside_what_the_state_holds_under_the_same_name_is_a_twin() -> None:
    two = {"Vpcs": [named("ours", VpcId="vpc-1"), named("ours", VpcId="vpc-2"), named("theirs", VpcId="vpc-3")]}
    change = {"actions": ["no-op"], "before": {"id": "vpc-1"}}
    plan = {"resource_changes": [{"address": "aws_vpc.main", "mode": "managed", "change": change}]}
    clients = FakeAws({("ec2", "describe_vpcs"): two})
    one = Search(plan=plan, stack=NETWORK, account_id=ACCOUNT, clients=clients)
    (twin,) = one.twins()
    assert [found.import_id for found in twin.found] == ["vpc-2"]
    line = deletion(twin.address, twin.found[0], region=twin.region)
    assert line == "aws ec2 delete-vpc --vpc-id vpc-2 --region eu-west-1"
    assert one.all() == []


def test_rejects_a_type_that_nobody_has_written_down() -> None:
    with pytest.raises(ToolError, match=r"aws_new_thing\.main"):
        search(NETWORK | {"resource": {"aws_new_thing": {"main": {}}}}).all()


def test_rejects_what_aws_does_not_let_us_read() -> None:
    role = {"aws_iam_role": {"main": {"provider": "aws.home", "name": "role"}}}
    with pytest.raises(Exception, match="AccessDenied"):
        search(NETWORK | {"resource": role}, {("iam", "get_role"): denied("GetRole")}).all()


def test_a_bucket_of_a_stranger_is_not_ours() -> None:
    bucket = {"aws_s3_bucket": {"main": {"provider": "aws.home", "bucket": "name"}}}
    asked = {}

    def head(**arguments: Any) -> dict[str, Any]:
        asked.update(arguments)
        raise denied("HeadBucket", "403")

    assert search(NETWORK | {"resource": bucket}, {("s3", "head_bucket"): head}).all() == []
    assert asked == {"Bucket": "name", "ExpectedBucketOwner": ACCOUNT}


def test_imports_write_out_what_is_referred_to_and_change_nothing() -> None:
    one = search(NETWORK, STANDS)
    content = configuration(one, {answer.address: answer.found[0] for answer in one.all()})
    subnet = content["resource"]["aws_subnet"]["a"]
    assert subnet["vpc_id"] == "vpc-1"
    assert {"depends_on", "availability_zone"} & subnet.keys() == set()
    bodies = [body for blocks in content["resource"].values() for body in blocks.values()]
    assert all(body["lifecycle"] == {"ignore_changes": "all"} for body in bodies)
    assert {"to": "aws_subnet.a", "id": "subnet-1"} in content["import"]


def test_of_a_nat_gateway_only_what_is_given_is_ignored_because_its_provider_judges_the_rest() -> None:
    body = {"provider": "aws.home", "subnet_id": "subnet-1", "tags": {"Name": "a"}}
    one = search(NETWORK | {"resource": {"aws_nat_gateway": {"a": body}}})
    content = configuration(one, {"aws_nat_gateway.a": Found("nat-1")})
    assert content["resource"]["aws_nat_gateway"]["a"]["lifecycle"] == {"ignore_changes": ["subnet_id", "tags"]}


def test_no_import_has_a_reference_or_a_password_left(stack: Stack) -> None:
    one = search(stack.json)
    kinds = [kind for kind in stack.json["resource"] if kind in FINDERS]
    for kind in kinds:
        for name in stack.json["resource"][kind]:
            body = configuration(one, {f"{kind}.{name}": Found("id")})["resource"][kind][name]
            assert "${aws_" not in str(body)
            assert "${data." not in str(body)
            assert [key for key in body if "_wo" in key] == []


def test_what_does_not_stand_has_no_value() -> None:
    with pytest.raises(Unresolved):
        search(NETWORK).value("aws_subnet.a", "vpc_id")
