"""The rotation function of a stack."""

from typing import Any

from support.synthesized import Block, Stack


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


def assert_copy_of_secret(stack: Stack, arn: str, region: str) -> None:
    """The secret's own ARN in its region, and elsewhere the same with the other region in it."""
    (secret,) = stack.resources("aws_secretsmanager_secret")
    own = f"{secret.address}.arn"
    copy = f'${{replace({own}, ":{secret.region}:", ":{region}:")}}'
    assert arn == (f"${{{own}}}" if region == secret.region else copy)
