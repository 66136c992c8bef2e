"""The rotation function of a stack."""

from typing import Any

from tests.support.synthesized import Block, Stack


def function(stack: Stack, region: str) -> Block:
    (found,) = (
        one
        for one in stack.resources("aws_lambda_function", region)
        if one.body["function_name"] == f"PROD-lambda-test-rotation-{region}"
    )
    return found


def of_region(stack: Stack, kind: str, region: str, name: str) -> Block:
    """The one resource of a kind and region with this name."""
    (found,) = (one for one in stack.resources(kind, region) if one.body["name"] == name)
    return found


def conditions(statement: dict[str, Any]) -> dict[str, tuple[str, list[str]]]:
    return {one["variable"]: (one["test"], one["values"]) for one in statement.get("condition", [])}


MASTER, APPLICATION = "database", "application"


def secret(stack: Stack, identifier: str) -> Block:
    """The secret of the master user, or that of the application."""
    (found,) = (
        one
        for one in stack.resources("aws_secretsmanager_secret")
        if one.body["name"] == f"PROD-secret-test-{identifier}-{one.region}"
    )
    return found


def of_secret(stack: Stack, kind: str, secret: Block, attribute: str = "secret_id") -> list[Block]:
    """The resources of a kind that belong to a secret."""
    return [one for one in stack.resources(kind) if stack.at(one.body[attribute]).address == secret.address]


def assert_copy_of_secret(stack: Stack, arn: str, region: str, identifier: str) -> None:
    """The secret's own ARN in its region, and elsewhere the same with the other region in it."""
    found = secret(stack, identifier)
    own = f"{found.address}.arn"
    copy = f'${{replace({own}, ":{found.region}:", ":{region}:")}}'
    assert arn == (f"${{{own}}}" if region == found.region else copy)
