from typing import Any

from tools.plan import (
    Counts,
    aliases_in_state,
    changes,
    changes_by_region,
    deletions,
    destroyed,
    resources_by_region,
    total,
)


def change(address: str, *actions: str, mode: str = "managed", **what: object) -> dict[str, Any]:
    return {
        "address": address,
        "type": address.partition(".")[0],
        "mode": mode,
        "change": {"actions": list(actions), **what},
    }


PLAN = {
    "configuration": {
        "provider_config": {
            "aws.us-east-1": {"name": "aws", "alias": "us-east-1"},
            "aws.eu-west-1": {"name": "aws", "alias": "eu-west-1"},
            "aws": {"name": "aws"},
        },
        "root_module": {
            "resources": [
                {"address": "aws_vpc.a", "provider_config_key": "aws.us-east-1"},
                {"address": "aws_vpc.b", "provider_config_key": "aws.eu-west-1"},
                {"address": "aws_subnet.c", "provider_config_key": "aws.eu-west-1"},
                {"address": "aws_iam_role.d", "provider_config_key": "aws"},
                {"address": "terraform_data.f", "provider_config_key": "terraform"},
            ]
        },
    },
    "resource_changes": [
        change("aws_vpc.a", "no-op"),
        change("aws_vpc.b", "update", before={"x": 1, "y": 2}, after={"x": 1, "y": 3}, after_unknown={"z": True}),
        change("aws_subnet.c[0]", "delete", "create"),
        change('aws_subnet.c["k"]', "create"),
        change("aws_iam_role.d", "create"),
        change("aws_sqs_queue.gone", "delete", before={"arn": "arn:aws:sqs:ap-south-1:123456789012:gone"}),
        change("data.aws_ami.e", "read", mode="data"),
        change("terraform_data.f", "create"),
    ],
    "output_changes": {"one": {"actions": ["no-op"]}, "two": {"actions": ["create"]}},
}


def test_resources_are_counted_by_the_alias_of_their_provider() -> None:
    assert resources_by_region(PLAN) == {"eu-west-1": 3, "other": 1, "us-east-1": 1}


def test_changes_are_counted_by_region_and_a_replacement_is_one_added_and_one_destroyed() -> None:
    assert changes_by_region(PLAN) == {
        "ap-south-1": Counts(destroy=1),
        "eu-west-1": Counts(add=2, change=1, destroy=1),
        "other": Counts(add=1),
    }


def test_the_region_of_what_has_left_the_configuration_is_told_by_the_state() -> None:
    gone = [change("aws_route.a", "delete"), change("aws_kms_key.b", "forget"), change("terraform_data.f", "delete")]
    plan = {"resource_changes": gone}
    providers = {"aws_route": 'provider["registry.terraform.io/hashicorp/aws"].eu-west-1', "terraform_data": "x"}
    aliases = aliases_in_state(
        {"resources": [{"type": kind, "name": "a", "provider": name} for kind, name in providers.items()]}
    )
    assert aliases == {"aws_route.a": "eu-west-1"}
    assert changes_by_region(plan, aliases=aliases) == {"eu-west-1": Counts(destroy=1)}
    assert changes(plan) == ["delete aws_route.a", "forget aws_kms_key.b", "delete terraform_data.f"]
    assert resources_by_region(plan) == {}


def test_what_is_deleted_is_as_the_plan_found_it_and_not_as_it_was_last_known() -> None:
    gone = [change("aws_lb.a", "delete", before={"protected": True}), change("aws_lb.b", "delete", before={"id": "b"})]
    found = {"resources": [{"address": "aws_lb.a", "values": {"protected": False}}]}
    plan = {"resource_changes": gone, "prior_state": {"values": {"root_module": found}}}
    assert [each["change"]["before"] for each in deletions(plan)] == [{"protected": False}, {"id": "b"}]


def test_what_terraform_keeps_for_itself_is_listed_and_counted_in_no_region() -> None:
    plan = {"resource_changes": [change("terraform_data.f", "create")]}
    assert changes(plan) == ["create terraform_data.f"]
    assert (changes_by_region(plan), resources_by_region(plan)) == ({}, {})


def test_the_counts_add_up() -> None:
    assert total(changes_by_region(PLAN)) == Counts(add=3, change=1, destroy=2)
    assert str(Counts(add=1)) == "1 to add, 0 to change, 0 to destroy"


def test_changes_are_listed_with_the_attributes_that_change() -> None:
    assert changes(PLAN) == [
        "update aws_vpc.b (y, z)",
        "delete/create aws_subnet.c[0]",
        'create aws_subnet.c["k"]',
        "create aws_iam_role.d",
        "delete aws_sqs_queue.gone",
        "create terraform_data.f",
        "create output two",
    ]


def test_replaced_resources_count_as_destroyed() -> None:
    assert destroyed(PLAN) == ["aws_subnet.c[0]", "aws_sqs_queue.gone"]


def test_an_empty_plan_has_nothing() -> None:
    assert resources_by_region({}) == {}
    assert changes_by_region({}) == {}
    assert changes({}) == []
