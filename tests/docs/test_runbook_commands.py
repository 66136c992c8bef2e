"""What AWS would do with commands of docs/runbooks, where an emulator that answers at once does not show it."""

from __future__ import annotations

import json
import re

import pytest
from botocore.session import get_session

from tests.support.runbooks import PAGES, Step, steps

NAMES = pytest.mark.parametrize("name", PAGES)


def the_step(name: str, command: str) -> Step:
    (found,) = [step for step in steps(PAGES[name]) if command in step.commands]
    return found


@NAMES
def test_no_command_leaves_the_terminal_in_another_folder(name: str) -> None:
    """The next `make` would find no Makefile."""
    assert [step for step in steps(PAGES[name]) if re.search(r"^cd ", step.commands, re.MULTILINE)] == []


@NAMES
def test_whoever_waits_knows_that_the_command_gives_up_before_aws_is_done(name: str) -> None:
    """`wait` asks 25 times for a table, and 60 times for a database: less than a restore takes.

    https://docs.aws.amazon.com/cli/latest/reference/dynamodb/wait/table-exists.html
    https://docs.aws.amazon.com/cli/latest/reference/rds/wait/db-instance-available.html
    """
    lines = PAGES[name].read_text(encoding="utf-8").splitlines()
    for step in steps(PAGES[name]):
        if re.search(r"\baws [\w-]+ wait ", step.commands):
            rest = "\n".join(lines[step.line :])
            assert "Max attempts exceeded" in re.split(r"^\d+\. ", rest, flags=re.MULTILINE)[0]


def test_the_master_user_gets_the_password_of_its_own_secret() -> None:
    """SECRET may be the application's, whose users are others."""
    step = the_step("rotation-failed", "get-secret-value")
    assert "--secret-id PROD-secret-SUFFIX-database-HOME" in step.commands
    assert "SECRET" not in step.commands.replace("SecretString", "")


def test_a_user_is_denied_everything_before_its_keys_are_shut_off() -> None:
    """Sessions that a key has made outlive it.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_temp_control-access_disable-perms.html
    """
    step = the_step("account-compromised", "put-user-policy")
    assert step.commands.index("put-user-policy") < step.commands.index("update-access-key")
    (policy,) = re.findall(r"echo '(.+)' > deny\.json", step.commands)
    assert json.loads(policy)["Statement"] == {"Effect": "Deny", "Action": "*", "Resource": "*"}


def test_certificates_with_every_kind_of_key_are_listed() -> None:
    """ACM lists RSA 1024 and 2048 unless it is told others.

    https://docs.aws.amazon.com/acm/latest/APIReference/API_Filters.html
    """
    step = the_step("certificate-near-its-end", "list-certificates")
    known = get_session().get_service_model("acm").shape_for("KeyAlgorithm").enum  # type: ignore[attr-defined]
    (told,) = re.findall(r"--includes keyTypes=(\S+)", step.commands)
    assert {*told.split(",")} == {*known}


def test_what_is_copied_back_takes_no_newer_item_s_place() -> None:
    assert "attribute_not_exists(session_id)" in the_step("restore", "put-item").commands


def test_versions_of_one_file_are_not_those_of_files_whose_names_begin_like_it() -> None:
    assert "[?Key=='FILE']" in the_step("restore", "--prefix FILE").commands
