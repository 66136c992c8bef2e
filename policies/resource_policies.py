"""Our own checks of resource policies: whom they let in, wherever Terraform's JSON or a plan says so.

Checkov reads such policies where they are texts; here nearly all are documents, which it reads without knowing what
they are the policy of.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from policies.outcomes import Outcome
from policies.principals import lets_in_for_strangers, lets_in_strangers, refuses_everyone_else
from policies.statements import Statement, of_document, of_text

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from policies.stack import Stack

EVERYONE = "MERIDIAN_10"
SERVICES = "MERIDIAN_11"
EVERYONE_ELSE = "MERIDIAN_12"
TITLES = {
    EVERYONE: "a policy lets everyone in only on a condition that says who",
    SERVICES: "a policy lets a service in only on behalf of an account, a resource or an organization",
    EVERYONE_ELSE: "a bucket policy refuses everyone whom it does not name",
}
GUIDELINE = "docs/policy.md#our-own-checks"

DOCUMENT = "data.aws_iam_policy_document."
REFERENCE = re.compile(r"data\.aws_iam_policy_document\.([\w-]+)")
#: Arguments and attributes in which resources hold their policies.
ARGUMENTS = ("access_policies", "access_policy", "assume_role_policy", "policy", "policy_document", "resource_policy")
BUCKET_POLICY = "aws_s3_bucket_policy"
ENDPOINT = "aws_vpc_endpoint"


def read_policies(stack: Stack) -> list[Outcome]:
    """Judge every policy document of a stack, and every policy that its JSON or its plan holds as a text.

    Parameters
    ----------
    stack
        The JSON and the plan. What a plan shows of a resource that stands is what AWS says of it.

    Returns
    -------
    list of Outcome
        One for each check and policy. A document's address is its own; a text's, and that of a missing or unreadable
        policy, is the address of its resource. What says nothing of principals, such as the policy of a role, has none.
    """
    users = _users(stack)
    documents = {
        address: of_document(block) for address, block in stack.data_sources.items() if address.startswith(DOCUMENT)
    }
    outcomes: list[Outcome] = []
    for address, statements in documents.items():
        outcomes += _judged(stack=stack, address=address, statements=statements, kinds=users.get(address, ()))
    for address, block in stack.resources.items():
        referred = [documents[each] for each in _references(block) if each in documents]
        outcomes += _of_resource(stack=stack, address=address, values=block, documents=referred)
    for address, values in stack.planned.items():
        outcomes += _of_resource(stack=stack, address=address.partition("[")[0], values=values)
    return outcomes


def _users(stack: Stack) -> dict[str, set[str]]:
    """Return the types of the resources that have a document as their policy, be it within another document."""
    users: dict[str, set[str]] = {}
    for address, block in stack.resources.items():
        for document in _references(block):
            users.setdefault(document, set()).add(address.partition(".")[0])
    for _ in stack.data_sources:
        before = {document: set(kinds) for document, kinds in users.items()}
        for address, block in stack.data_sources.items():
            for document in _references(block):
                users.setdefault(document, set()).update(users.get(address, ()))
        if users == before:
            break
    return users


def _of_resource(
    *, stack: Stack, address: str, values: Mapping[str, Any], documents: Collection[list[Statement]] | None = None
) -> Iterator[Outcome]:
    """Judge the texts of a resource, and what its policy is not: `documents` is None for a plan, which names none."""
    kind = address.partition(".")[0]
    held = list(documents or ())
    for argument in ARGUMENTS:
        text = values.get(argument)
        if not isinstance(text, str) or not text or REFERENCE.search(text):
            continue
        try:
            statements = of_text(text)
        except ValueError:
            yield _outcome(stack=stack, check=EVERYONE, address=address, failed=True)
            continue
        if statements is not None:
            held.append(statements)
            yield from _judged(stack=stack, address=address, statements=statements, kinds={kind})
    if kind == ENDPOINT and documents is not None and not values.get("policy"):
        # Without one it lets through everything.
        # https://docs.aws.amazon.com/vpc/latest/privatelink/vpc-endpoints-access.html
        yield _outcome(stack=stack, check=EVERYONE, address=address, failed=True)
    if kind == BUCKET_POLICY and (held or documents is not None):
        refused = any(refuses_everyone_else(statement) for statements in held for statement in statements)
        yield _outcome(stack=stack, check=EVERYONE_ELSE, address=address, failed=not refused)


def _judged(
    *, stack: Stack, address: str, statements: Collection[Statement], kinds: Collection[str]
) -> Iterator[Outcome]:
    for check, about, opens in (
        (EVERYONE, "everyone", lets_in_strangers),
        (SERVICES, "services", lets_in_for_strangers),
    ):
        if any(getattr(statement, about) for statement in statements):
            failed = any(opens(statement, kinds=kinds) for statement in statements)
            yield _outcome(stack=stack, check=check, address=address, failed=failed)


def _outcome(*, stack: Stack, check: str, address: str, failed: bool) -> Outcome:
    return Outcome(
        stack=stack.name, check=check, address=address, title=TITLES[check], guideline=GUIDELINE, failed=failed
    )


def _references(value: Any) -> Iterator[str]:  # noqa: ANN401
    """Yield the addresses of the documents that a block refers to, however deep."""
    if isinstance(value, str):
        yield from (f"{DOCUMENT}{name}" for name in REFERENCE.findall(value))
    elif isinstance(value, dict):
        for key, inner in value.items():
            if key != "depends_on":
                yield from _references(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _references(inner)
