"""The statements of resource policies, whether Terraform writes them as a policy document or as a text."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

ANYBODY = "*"


@dataclass(frozen=True, kw_only=True)
class Condition:
    """One line of a statement's conditions: any of the values satisfies it.

    Parameters
    ----------
    test
        The operator in lower case, such as `arnlike`.
    key
        The condition key in lower case, such as `aws:sourcearn`: IAM compares keys without case.
    values
        What the key's value is held against.
    """

    test: str
    key: str
    values: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Statement:
    """What a statement of a policy says of principals.

    Parameters
    ----------
    allows
        Whether it allows, and does not deny.
    everyone
        Whether it is about everyone there is, or everyone but some.
    services
        The AWS services that it is about.
    actions, resources
        What they are allowed or denied; empty where the statement says what is left out instead.
    conditions
        All of them have to hold.
    """

    allows: bool
    everyone: bool
    services: tuple[str, ...]
    actions: tuple[str, ...]
    resources: tuple[str, ...]
    conditions: tuple[Condition, ...]


def of_document(block: Mapping[str, Any]) -> list[Statement]:
    """Return the statements of an `aws_iam_policy_document`.

    Parameters
    ----------
    block
        The block of the data source in Terraform's JSON syntax.

    See https://registry.terraform.io/providers/hashicorp/aws/5.100.0/docs/data-sources/iam_policy_document
    """
    return [_of_block(statement) for statement in _listed(block.get("statement"))]


def of_text(text: str) -> list[Statement] | None:
    """Return the statements of a policy that is given as a text; None where the JSON is no policy.

    Parameters
    ----------
    text
        The policy as JSON.

    Raises
    ------
    ValueError
        It is no JSON.

    See https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html
    """
    content = json.loads(text)
    if not isinstance(content, dict) or "Statement" not in content:
        return None
    return [_of_json(statement) for statement in _listed(content["Statement"])]


def _of_block(statement: Mapping[str, Any]) -> Statement:
    principals = [
        (str(each.get("type")), str(identifier))
        for each in _listed(statement.get("principals"))
        for identifier in _listed(each.get("identifiers"))
    ]
    conditions = [
        (str(each.get("test")), str(each.get("variable")), _texts(each.get("values")))
        for each in _listed(statement.get("condition"))
    ]
    return _statement(
        effect=statement.get("effect") or "Allow",
        principals=principals,
        left_out=statement.get("not_principals"),
        actions=_texts(statement.get("actions")),
        resources=_texts(statement.get("resources")),
        conditions=conditions,
    )


def _of_json(statement: Mapping[str, Any]) -> Statement:
    named = statement.get("Principal") or {}
    principals = [
        (str(kind), str(identifier))
        for kind, identifiers in (named if isinstance(named, dict) else {ANYBODY: named}).items()
        for identifier in _listed(identifiers)
    ]
    conditions = [
        (str(test), str(key), _texts(values))
        for test, keys in (statement.get("Condition") or {}).items()
        for key, values in keys.items()
    ]
    return _statement(
        effect=statement.get("Effect"),
        principals=principals,
        left_out=statement.get("NotPrincipal"),
        actions=_texts(statement.get("Action")),
        resources=_texts(statement.get("Resource")),
        conditions=conditions,
    )


def _statement(
    *,
    effect: Any,  # noqa: ANN401
    principals: list[tuple[str, str]],
    left_out: Any,  # noqa: ANN401
    actions: tuple[str, ...],
    resources: tuple[str, ...],
    conditions: list[tuple[str, str, tuple[str, ...]]],
) -> Statement:
    return Statement(
        allows=effect == "Allow",
        everyone=bool(left_out) or any(kind in (ANYBODY, "AWS") and ANYBODY in name for kind, name in principals),
        services=tuple(name for kind, name in principals if kind == "Service"),
        actions=actions,
        resources=resources,
        conditions=tuple(
            Condition(test=test.lower(), key=key.lower(), values=values) for test, key, values in conditions
        ),
    )


def _texts(value: Any) -> tuple[str, ...]:  # noqa: ANN401
    return tuple(str(each).lower() if isinstance(each, bool) else str(each) for each in _listed(value))


def _listed(value: Any) -> Iterator[Any]:  # noqa: ANN401
    """Yield the elements: both syntaxes let one of them stand without its list."""
    if value is not None:
        yield from value if isinstance(value, list) else (value,)
