"""What is cut from the bindings takes no check away: a wrong argument is refused where it is given."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from cdktf import App, TerraformStack

from modules.core.bindings import install

install()

from cdktf_cdktf_provider_aws.sns_topic import SnsTopic  # noqa: E402 - after the finder of the fast ones


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"name": 1}, "argument name must be"),
        ({"tags": "team"}, "argument tags must be"),
        ({"id_": None}, "argument id_ must be"),
    ],
)
def test_an_argument_of_another_type_is_refused_at_every_call(
    tmp_path: Path, arguments: dict[str, Any], message: str
) -> None:
    stack = TerraformStack(App(outdir=str(tmp_path)), "stack")
    for id_ in ("first", "second"):
        SnsTopic(stack, id_, name=None)
        with pytest.raises(TypeError, match=message):
            SnsTopic(stack, **{"id_": f"{id_}-wrong"} | arguments)
