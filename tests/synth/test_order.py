"""What AWS wants in place before something else, and no attribute of the latter says: Terraform must be told."""

import json
import re
from collections import defaultdict
from collections.abc import Iterator
from copy import deepcopy

import pytest

from tests.support.region_sets import THREE
from tests.support.synthesized import Block, Stack, stacks

#: A resource of the first type comes after every one of the third that belongs to what the first uses, as a policy to
#: its bucket: by which attribute it uses it, and by which the other belongs to it.
AFTER_WHAT_BELONGS = [
    ("aws_cloudtrail", "s3_bucket_name", "aws_s3_bucket_policy", "bucket"),
    ("aws_cloudtrail", "cloud_watch_logs_role_arn", "aws_iam_role_policy", "role"),
    ("aws_config_delivery_channel", "s3_bucket_name", "aws_s3_bucket_policy", "bucket"),
    ("aws_lb", "access_logs", "aws_s3_bucket_policy", "bucket"),
    ("aws_s3_bucket_replication_configuration", "bucket", "aws_s3_bucket_versioning", "bucket"),
    ("aws_s3_bucket_replication_configuration", "rule", "aws_s3_bucket_versioning", "bucket"),
    ("aws_s3_bucket_replication_configuration", "role", "aws_iam_role_policy", "role"),
    ("aws_lambda_function", "role", "aws_iam_role_policy", "role"),
    ("aws_flow_log", "iam_role_arn", "aws_iam_role_policy", "role"),
    ("aws_backup_selection", "iam_role_arn", "aws_iam_role_policy", "role"),
    ("aws_secretsmanager_secret_rotation", "rotation_lambda_arn", "aws_lambda_permission", "function_name"),
    ("aws_secretsmanager_secret_rotation", "secret_id", "aws_secretsmanager_secret_version", "secret_id"),
    ("aws_lb_listener", "certificate_arn", "aws_acm_certificate_validation", "certificate_arn"),
    (
        "aws_vpc_peering_connection_options",
        "vpc_peering_connection_id",
        "aws_vpc_peering_connection_accepter",
        "vpc_peering_connection_id",
    ),
]
#: A resource of the first type comes after every one of the second in its region.
AFTER_ALL_OF_ITS_REGION = [
    ("aws_config_delivery_channel", "aws_config_configuration_recorder"),
    ("aws_config_configuration_recorder_status", "aws_config_delivery_channel"),
    ("aws_config_config_rule", "aws_config_configuration_recorder_status"),
    ("aws_nat_gateway", "aws_internet_gateway"),
    ("aws_autoscaling_group", "aws_internet_gateway"),
]
ADDRESS = re.compile(r"\b((?:aws|random|tls|terraform)_\w+\.[\w-]+)")
Pair = tuple[str, str]


def referred_to(value: object) -> set[str]:
    return set(ADDRESS.findall(json.dumps(value)))


def needs(stack: Stack) -> dict[str, set[str]]:
    """For each address, all that Terraform makes before it."""
    direct: dict[str, set[str]] = defaultdict(set)
    for category, prefix in (("resource", ""), ("data", "data.")):
        for kind, blocks in stack.json.get(category, {}).items():
            for name, body in blocks.items():
                direct[f"{prefix}{kind}.{name}"] = referred_to({**body, "//": None})
    closed: dict[str, set[str]] = {}

    def close(address: str) -> set[str]:
        if address not in closed:
            closed[address] = set()
            for one in (*direct[address], *(f"data.{name}" for name in direct[address])):
                if one in direct:
                    closed[address] |= {one} | close(one)
        return closed[address]

    return {address: close(address) for address in list(direct)}


def belonging(stack: Stack, later: str, by: str, earlier: str, to: str) -> Iterator[Pair]:
    """Pairs of addresses of which the first must come after the second."""
    owners = [(block.address, referred_to(block.body.get(to))) for block in stack.resources(earlier)]
    buckets = {bucket.body["bucket"]: bucket.address for bucket in stack.resources("aws_s3_bucket")}
    for block in stack.resources(later):
        used = referred_to(block.body.get(by))
        # A bucket may be named, and not referred to.
        used |= {address for name, address in buckets.items() if name in json.dumps(block.body.get(by))}
        # Whoever refers to the policy itself, say, uses its bucket.
        used |= {address for name, owner in owners if name in used for address in owner}
        yield from ((block.address, name) for name, owner in owners if owner & used)


def pairs(stack: Stack) -> Iterator[Pair]:
    for row in AFTER_WHAT_BELONGS:
        yield from belonging(stack, *row)
    for later, earlier in AFTER_ALL_OF_ITS_REGION:
        for block in stack.resources(later):
            yield from ((block.address, other.address) for other in stack.resources(earlier, block.region))


def too_early(stack: Stack) -> set[Pair]:
    before = needs(stack)
    return {(later, earlier) for later, earlier in pairs(stack) if earlier not in before[later]}


@pytest.fixture(scope="module")
def platform() -> Stack:
    return stacks(*THREE)["platform"]


@pytest.mark.parametrize("stack", ["platform", "state-backend"])
def test_nothing_is_made_before_what_aws_wants_in_place(stack: str) -> None:
    assert too_early(stacks(*THREE)[stack]) == set()


def test_every_kind_of_order_is_there_to_be_kept(platform: Stack) -> None:
    kinds = {(later.split(".")[0], earlier.split(".")[0]) for later, earlier in pairs(platform)}
    looked_for = {(row[0], row[2]) for row in AFTER_WHAT_BELONGS} | set(AFTER_ALL_OF_ITS_REGION)
    assert looked_for - kinds == set()


@pytest.mark.parametrize("kind", ["aws_cloudtrail", "aws_secretsmanager_secret_rotation", "aws_config_config_rule"])
def test_a_lost_dependency_is_found(platform: Stack, kind: str) -> None:
    broken = Stack(deepcopy(platform.json))
    first: Block = broken.resources(kind)[0]
    del first.body["depends_on"]
    assert first.address in {later for later, _ in too_early(broken)}
