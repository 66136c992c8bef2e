"""Whether a state is one of ours: Terraform runs the providers that a state names, whatever the configuration says."""

import re
from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from tools.errors import ToolError

#: Every provider of the stacks, and the one that is part of Terraform.
PROVIDERS = frozenset({"registry.terraform.io/hashicorp/aws", "terraform.io/builtin/terraform"})
_SOURCE = re.compile(r'provider\["([^"]*)"\]')
_MOST = 5


def require_own_providers(state: Mapping[str, Any], *, where: str) -> None:
    """Refuse a state that names providers which are not the stacks'.

    `terraform init` fetches each provider that the state names, and the next command runs it as whoever deploys. So
    this comes before either.

    Parameters
    ----------
    state : mapping
        The state.
    where : str
        The object that it was read from, such as `s3://bucket/platform/terraform.tfstate`.

    Raises
    ------
    ToolError
        With the providers, and the resources that are theirs.

    See https://developer.hashicorp.com/terraform/language/providers/requirements
    """
    foreign: dict[str, list[str]] = defaultdict(list)
    for resource in state.get("resources", ()):
        written = str(resource.get("provider", ""))
        found = _SOURCE.search(written)
        source = found[1] if found else written or "no provider"
        if source not in PROVIDERS:
            foreign[source].append(f"{resource.get('type')}.{resource.get('name')}")
    if foreign:
        named = "; ".join(f"{source} ({_some(addresses)})" for source, addresses in sorted(foreign.items()))
        raise ToolError(
            f"the state {where} names providers that are not the platform's: {named}; whoever wrote it there would "
            "have their code run with these credentials, so nothing was fetched and nothing is done",
            advice="find out in the trail who wrote it, and go back to the version before: docs/state.md says how",
        )


def _some(addresses: list[str]) -> str:
    more = len(addresses) - _MOST
    return ", ".join(addresses[:_MOST]) + (f" and {more} more" if more > 0 else "")
