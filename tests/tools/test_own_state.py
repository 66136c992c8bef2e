import json
from typing import Any

import pytest

from tests.support.region_sets import THREE
from tests.support.synthesized import stacks
from tools.errors import ToolError
from tools.own_state import PROVIDERS, require_own_providers

WHERE = "s3://bucket/platform/terraform.tfstate"


def state(*providers: str) -> dict[str, Any]:
    kinds = [
        {"mode": "managed", "type": "a_kind", "name": f"n{at}", "provider": one} for at, one in enumerate(providers)
    ]
    return {"version": 4, "resources": kinds}


def test_a_state_of_the_stacks_providers_is_taken() -> None:
    require_own_providers({}, where=WHERE)
    require_own_providers(
        state(
            'provider["registry.terraform.io/hashicorp/aws"]',
            'provider["registry.terraform.io/hashicorp/aws"].us-east-1',
            'provider["terraform.io/builtin/terraform"]',
        ),
        where=WHERE,
    )


def test_every_provider_that_the_stacks_use_is_known() -> None:
    for stack in stacks(*THREE).values():
        for provider in stack.json["terraform"]["required_providers"].values():
            parts = provider["source"].split("/")
            # What is left out is the public registry and HashiCorp.
            whole = [*["registry.terraform.io", "hashicorp"][: 3 - len(parts)], *parts]
            assert "/".join(whole) in PROVIDERS


@pytest.mark.parametrize(
    ("provider", "named"),
    [
        ('provider["registry.terraform.io/evil/evil"]', "registry.terraform.io/evil/evil (a_kind.n0)"),
        ('module.x.provider["registry.terraform.io/evil/aws"].a', "registry.terraform.io/evil/aws (a_kind.n0)"),
        # The name of ours at another host, or within another name.
        ('provider["example.com/hashicorp/aws"]', "example.com/hashicorp/aws (a_kind.n0)"),
        ('provider["registry.terraform.io/hashicorp/aws2"]', "registry.terraform.io/hashicorp/aws2 (a_kind.n0)"),
        ("provider.evil", "provider.evil (a_kind.n0)"),
        ("", "no provider (a_kind.n0)"),
    ],
)
def test_rejects_a_state_that_names_another_provider(provider: str, named: str) -> None:
    with pytest.raises(ToolError) as fault:
        require_own_providers(state(provider), where=WHERE)
    assert named in fault.value.message
    assert WHERE in fault.value.message
    assert "docs/state.md" in str(fault.value.advice)


def test_of_many_resources_some_are_named() -> None:
    foreign = state(*['provider["registry.terraform.io/evil/evil"]'] * 8)
    with pytest.raises(ToolError, match=r"a_kind\.n4 and 3 more"):
        require_own_providers(json.loads(json.dumps(foreign)), where=WHERE)
