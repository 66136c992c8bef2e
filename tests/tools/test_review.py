"""What a plan for review leaves out."""

import json
import re
from typing import Any

import pytest

from tests.support.region_sets import ONE, THREE
from tests.support.synthesized import platform
from tools.review import state_without_secrets, without_secrets

SETS = pytest.mark.parametrize("regions", [ONE, THREE], ids=len)


@SETS
def test_nothing_that_reads_or_writes_a_password_is_left(regions: tuple[str, ...]) -> None:
    text = json.dumps(without_secrets(platform(*regions).json))
    # Only what was found is compared: pytest would look for the nearest thing in all of the output.
    found = re.findall(r"ephemeral\.|_wo\b|_wo_version|aws_secretsmanager_secret_version|random_password", text)
    assert not found


@SETS
def test_all_else_is_left_as_it_is(regions: tuple[str, ...]) -> None:
    before = platform(*regions).json
    after = without_secrets(before)
    for kind, bodies in before["resource"].items():
        if kind != "aws_secretsmanager_secret_version":
            assert set(after["resource"][kind]) == set(bodies)
    assert after["data"] == before["data"]
    assert after["provider"] == before["provider"]
    assert after["//"]["choices"] == before["//"]["choices"]


def test_configuration_of_the_caller_is_not_touched() -> None:
    before = platform(*ONE).json
    copy = json.loads(json.dumps(before))
    without_secrets(before)
    assert before == copy


def test_reference_to_a_version_becomes_one_to_what_the_version_has() -> None:
    version = {"v": {"secret_id": "${aws_secretsmanager_secret.s.id}", "secret_string_wo": "x"}}
    rotation = {"r": {"secret_id": "${aws_secretsmanager_secret_version.v.secret_id}"}}
    kinds = {"aws_secretsmanager_secret_version": version, "aws_secretsmanager_secret_rotation": rotation}
    after = without_secrets({"resource": kinds})
    found = after["resource"]["aws_secretsmanager_secret_rotation"]["r"].values()
    assert list(found) == ["${aws_secretsmanager_secret.s.id}"]


def test_local_values_made_of_a_password_go_and_others_stay() -> None:
    local = {"a": "${ephemeral.x.y.z}", "b": "${upper(local.a)}", "c": "${aws_vpc.v.id}"}
    assert without_secrets({"locals": local})["locals"] == {"c": "${aws_vpc.v.id}"}


def instance(kind: str, **attributes: Any) -> dict[str, Any]:
    depends = ["aws_secretsmanager_secret_version.v", "aws_vpc.v"]
    return {"type": kind, "name": "n", "instances": [{"attributes": attributes, "dependencies": depends}]}


def test_state_loses_versions_of_secrets_and_numbers_of_write_only_arguments() -> None:
    state = {
        "resources": [
            instance("aws_secretsmanager_secret_version", secret_string=""),
            instance("aws_db_instance", password_wo=None, password_wo_version=1, port=5432),
        ]
    }
    (left,) = state_without_secrets(state)["resources"]
    assert left["instances"][0]["attributes"] == {"password_wo": None, "password_wo_version": None, "port": 5432}
    assert left["instances"][0]["dependencies"] == ["aws_vpc.v"]
