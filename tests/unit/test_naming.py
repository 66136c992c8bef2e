from __future__ import annotations

import re
from itertools import product
from string import ascii_lowercase, digits

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modules.core.naming import RULES, Names, bucket_name
from modules.settings.regions import known_regions

#: Up to 77 characters: longer than most names may be.
WORDS = st.lists(st.text(ascii_lowercase + digits, min_size=1, max_size=10), min_size=1, max_size=7).map("-".join)
SUFFIXES = st.from_regex(r"[a-z]([a-z0-9]|-(?=[a-z0-9])){0,11}", fullmatch=True)
REGIONS = st.sampled_from(sorted(known_regions()))


def names(suffix: str = "main", region: str = "us-east-1") -> Names:
    return Names(environment="prod", suffix=suffix, region=region)


def test_name_is_environment_service_identifier_and_region() -> None:
    assert names().of("vpc", "platform") == "PROD-vpc-main-platform-us-east-1"


def test_name_is_lower_case_where_aws_forbids_upper_case() -> None:
    assert names().of("rds", "writer") == "prod-rds-main-writer-us-east-1"


@given(service=st.sampled_from(sorted(RULES)), identifier=WORDS, suffix=SUFFIXES, region=REGIONS)
def test_every_name_keeps_to_its_services_limit(service: str, identifier: str, suffix: str, region: str) -> None:
    name = names(suffix, region).of(service, identifier)
    assert len(name) <= RULES[service].limit
    assert name == name.lower() or not RULES[service].lower
    assert "--" not in name
    assert not name.endswith("-")
    assert name == names(suffix, region).of(service, identifier)


@given(one=WORDS, other=WORDS, region=REGIONS)
def test_different_identifiers_have_different_names(one: str, other: str, region: str) -> None:
    for service in ("alb", "role", "s3"):
        same = names(region=region).of(service, one) == names(region=region).of(service, other)
        assert same == (one == other)


def test_shortened_names_of_many_things_differ() -> None:
    long = [f"a-long-identifier-that-is-cut-{number}" for number in range(2000)]
    made = {names(region=region).of("alb", identifier) for region, identifier in product(["us-east-1"], long)}
    assert len(made) == len(long)


def test_shortened_name_keeps_its_head_and_its_region_where_there_is_room() -> None:
    name = names().of("role", "an-identifier-of-a-role-that-is-far-too-long-for-iam")
    assert name.startswith("PROD-role-main-an-identifier")
    assert name.endswith("-us-east-1")


ENVIRONMENTS = st.from_regex(r"[A-Za-z]([A-Za-z0-9]|-(?=[A-Za-z0-9])){0,11}", fullmatch=True)
ACCOUNTS = st.from_regex(r"[0-9]{12}", fullmatch=True)


@given(environment=ENVIRONMENTS, suffix=SUFFIXES, identifier=WORDS, account=ACCOUNTS, region=REGIONS)
def test_every_bucket_ends_in_account_and_region_and_keeps_to_the_limit(
    environment: str, suffix: str, identifier: str, account: str, region: str
) -> None:
    name = bucket_name(Names(environment=environment, suffix=suffix, region=region), identifier, account)
    assert name.endswith(f"-{account}-{region}")
    assert re.fullmatch(r"[a-z0-9-]{3,63}", name)
    assert "--" not in name


@given(environment=ENVIRONMENTS, suffix=SUFFIXES, one=WORDS, other=WORDS, region=REGIONS)
def test_buckets_of_one_account_differ_and_the_account_tells_the_same_ones_apart(
    environment: str, suffix: str, one: str, other: str, region: str
) -> None:
    made = Names(environment=environment, suffix=suffix, region=region)
    same = bucket_name(made, one, "1" * 12) == bucket_name(made, other, "1" * 12)
    assert same == (one == other)
    assert bucket_name(made, one, "1" * 12) != bucket_name(made, one, "2" * 12)


def test_the_account_of_a_cut_name_may_be_an_expression() -> None:
    made = Names(environment="production", suffix="blue-green", region="ap-southeast-1")
    name = bucket_name(made, "configuration", "${data.account.id}")
    assert name.endswith("-${data.account.id}-ap-southeast-1")
    assert name.startswith("production-s3-blue-green-")


def test_names_of_buckets_that_are_short_enough_are_whole() -> None:
    assert bucket_name(names(), "data", "123456789012") == "prod-s3-main-data-123456789012-us-east-1"


def test_rejects_an_unknown_service() -> None:
    with pytest.raises(ValueError, match="no naming rule for service 'ec3'"):
        names().of("ec3", "x")


@pytest.mark.parametrize("identifier", ["", "Upper", "a_b", "-a", "a-", "a--b", "a b", "ä"])
def test_rejects_an_identifier_with_other_characters(identifier: str) -> None:
    with pytest.raises(ValueError, match="lower-case words joined by hyphens"):
        names().of("vpc", identifier)
