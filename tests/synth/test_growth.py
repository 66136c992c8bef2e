"""A region joins, and nothing that stands is touched but for what this table names."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import permutations

import pytest

from tests.support.region_sets import THREE
from tests.support.synthesized import Stack, platform, stacks, state_backend

HOME = THREE[0]
#: What speaks of every region, by type and attribute: it is of the home region, and changes in place.
CONNECTS = {
    # Buckets and tables of all regions are recorded.
    ("resource", "aws_cloudtrail", "advanced_event_selector"),
    ("resource", "aws_cloudwatch_dashboard", "dashboard_body"),
    # A replica in each region.
    ("resource", "aws_dynamodb_table", "replica"),
    ("resource", "aws_secretsmanager_secret", "replica"),
    # The primary region's objects go to every other one.
    ("resource", "aws_s3_bucket_replication_configuration", "rule"),
    ("resource", "aws_s3_bucket_replication_configuration", "depends_on"),
    # They name a rule by its place in the list: what Terraform sees behind the reference is the same.
    ("resource", "aws_cloudwatch_metric_alarm", "dimensions"),
    # Whether any region is well.
    ("resource", "aws_route53_health_check", "child_healthchecks"),
    # The functions of failover know every region by what is in their zip file. A keeper's schedule waits for more.
    ("resource", "aws_lambda_function", "filename"),
    ("resource", "aws_lambda_function", "source_code_hash"),
    ("resource", "aws_lambda_function", "lifecycle"),
    # The rotation function may connect to every database first.
    ("resource", "aws_secretsmanager_secret_rotation", "depends_on"),
    ("resource", "aws_securityhub_finding_aggregator", "specified_regions"),
    ("resource", "aws_securityhub_finding_aggregator", "depends_on"),
    # Permissions of what replicates, and of who may read replicas.
    ("data", "aws_iam_policy_document", "statement"),
}
Difference = tuple[str, str, str]
#: What speaks of every region and is in each of them, by name: the functions that can move the writer from any region
#: to theirs, and what their roles may do there.
EVERYWHERE = {
    ("data", "aws_iam_policy_document", "statement"): {
        "failover_act_role_failover-permissions",
        "failover_act_role_pages-permissions",
        "failover_act_role_secrets-permissions",
        "failover_act_role_traffic-permissions",
        "failover_look_role_failover-permissions",
    },
    **{
        ("resource", "aws_lambda_function", attribute): {"failover_act", "failover_look"}
        for attribute in ("filename", "source_code_hash", "lifecycle")
    },
}
_HASH = re.compile(r"_[0-9A-F]{8}$")
#: One of each continent, and the nearest to the home region; the choices of all are in tests/unit/test_companions.py.
JOINING = pytest.mark.parametrize(
    "region",
    [
        "us-east-2",
        *(
            pytest.param(name, marks=pytest.mark.slow)
            for name in (
                *("af-south-1", "ap-southeast-1", "ca-central-1", "eu-central-1"),
                *("il-central-1", "me-central-1", "sa-east-1"),
            )
        ),
    ],
)


def differences(before: Stack, after: Stack) -> Iterator[tuple[Difference, str]]:
    """What differs in the second stack of all that is in the first, and in which block."""
    for section in ("resource", "data", "ephemeral"):
        for kind, blocks in before.json.get(section, {}).items():
            for name, body in blocks.items():
                now = after.json.get(section, {}).get(kind, {}).get(name)
                if now is None:
                    yield (section, kind, "gone"), name
                    continue
                changed = (key for key in {*body, *now} - {"//"} if body.get(key) != now.get(key))
                yield from (((section, kind, key), name) for key in changed)


@JOINING
def test_a_region_that_joins_changes_nothing_but_what_connects_to_it(region: str) -> None:
    before, after = stacks(*THREE), stacks(*THREE, region)
    found = list(differences(before["platform"], after["platform"]))
    assert {difference for difference, _ in found} == CONNECTS
    elsewhere: dict[Difference, set[str]] = {}
    for difference, name in found:
        if not name.startswith((HOME, "oversight")) and "alarm" not in difference[1]:
            elsewhere.setdefault(difference, set()).add(_HASH.sub("", name).partition("_")[2])
    assert elsewhere == EVERYWHERE
    assert list(differences(before["state-backend"], after["state-backend"])) == []


def test_no_order_of_the_regions_makes_a_difference_to_either_stack() -> None:
    made = state_backend(*THREE).json
    for order in permutations(THREE):
        assert state_backend(*THREE, regions=list(order)).json == made
    assert platform(*THREE, regions=list(reversed(THREE))).json == platform(*THREE).json


@pytest.mark.slow
def test_a_turn_of_the_regions_makes_no_difference_to_the_platform() -> None:
    assert platform(*THREE, regions=[*THREE[1:], HOME]).json == platform(*THREE).json
