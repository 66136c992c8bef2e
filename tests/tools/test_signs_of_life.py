"""Regions are asked for a sign of life before Terraform is, which would wait for minutes."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from botocore.exceptions import ClientError, ConnectTimeoutError, NoCredentialsError, ReadTimeoutError

from modules.settings import Settings, load_settings
from tests.support.region_sets import THREE, settings_of, write_settings
from tools.account import Account, client
from tools.errors import ToolError
from tools.signs_of_life import SECONDS, asked_by_terraform, asked_for_the_state, look_for, require_light
from tools.target import Target

EAST, WEST, SOUTH = THREE
ACCOUNT = "123456789012"


def failed(status: int, code: str) -> ClientError:
    return ClientError(
        {"Error": {"Code": code, "Message": "no"}, "ResponseMetadata": {"HTTPStatusCode": status}}, "GetCallerIdentity"
    )


def clients(**answers: Exception) -> Any:
    """Clients of STS, of which those of some regions (with underscores) fail."""

    def make(service: str, region: str) -> SimpleNamespace:
        def identity() -> dict[str, str]:
            if error := answers.get(region.replace("-", "_")):
                raise error
            return {"Account": ACCOUNT}

        assert service == "sts"
        return SimpleNamespace(get_caller_identity=identity)

    return make


@pytest.fixture
def deaf() -> Iterator[str]:
    """A place that takes connections and never answers."""
    with closing(socket.create_server(("127.0.0.1", 0), backlog=50)) as server:
        yield f"http://127.0.0.1:{server.getsockname()[1]}"


def settings(folder: Path, *regions: str, **more: Any) -> Settings:
    return load_settings(write_settings(folder, settings_of(*regions, **more)), {})


@pytest.mark.parametrize(
    "error",
    [
        ConnectTimeoutError(endpoint_url="https://sts.us-east-1.amazonaws.com"),
        ReadTimeoutError(endpoint_url="https://sts.us-east-1.amazonaws.com"),
        failed(503, "ServiceUnavailable"),
    ],
    ids=["no connection", "no answer", "fault"],
)
def test_a_dark_region_is_named_and_another_tells_the_account(error: Exception) -> None:
    signs = look_for(THREE, clients(us_east_1=error))
    assert signs.account_id == ACCOUNT
    assert list(signs.dark) == [EAST]
    with pytest.raises(ToolError, match=r"us-east-1 \(.*Terraform asks every region, so no plan can be made") as caught:
        require_light(signs.dark, THREE)
    assert "docs/regions.md#a-dark-region" in str(caught.value.advice)
    require_light(signs.dark, [WEST, SOUTH])


def test_a_region_that_refuses_is_not_dark() -> None:
    signs = look_for(THREE, clients(ap_south_1=failed(403, "InvalidClientTokenId")))
    assert (signs.account_id, signs.dark) == (ACCOUNT, {})


@pytest.mark.parametrize("error", [NoCredentialsError(), failed(403, "ExpiredToken")], ids=["none", "expired"])
def test_missing_credentials_are_told_with_the_way_without_an_account(error: Exception) -> None:
    with pytest.raises(ToolError, match="which account this is") as caught:
        look_for([EAST], clients(us_east_1=error))
    assert "make demo" in (caught.value.advice or "")


def test_if_no_region_answers_it_is_the_network() -> None:
    timeout = ConnectTimeoutError(endpoint_url="x")
    with pytest.raises(ToolError, match="no region answers") as caught:
        look_for(THREE, clients(us_east_1=timeout, us_west_2=timeout, ap_south_1=timeout))
    assert "HTTPS_PROXY" in str(caught.value.advice)


def test_all_regions_are_asked_at_once_and_none_is_waited_for_long(deaf: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {"AWS_ENDPOINT_URL": deaf, "AWS_ACCESS_KEY_ID": "x", "AWS_SECRET_ACCESS_KEY": "x"}.items():
        monkeypatch.setenv(name, value)
    begun = time.monotonic()
    with pytest.raises(ToolError, match="no region answers within 3 seconds"):
        look_for(THREE, client)
    # The rest is for making clients, on a machine that is busy.
    assert time.monotonic() - begun < 2 * SECONDS


def test_those_are_asked_that_terraform_asks(tmp_path: Path) -> None:
    assert asked_by_terraform(settings(tmp_path, *THREE)) == list(THREE)
    small = settings(tmp_path, "eu-west-1", state={"replica_region": WEST}, retired_regions=[SOUTH])
    # The metrics of health checks are in us-east-1 whatever the regions are.
    assert asked_by_terraform(small) == ["eu-west-1", SOUTH, WEST, EAST]
    assert asked_for_the_state(small) == ["eu-west-1", WEST, SOUTH]
    chatty = {"ticket": [{"protocol": "slack", "endpoint": "T0123456789/C0123456789"}]}
    assert "eu-central-1" not in asked_by_terraform(settings(tmp_path, "eu-west-1", alerts=chatty))
    assert "us-west-2" in asked_by_terraform(settings(tmp_path, "us-west-1", alerts=chatty))


@pytest.mark.parametrize("command", ["plan", "plan_only", "deploy", "destroy", "recover", "bootstrap"])
def test_no_command_begins_with_terraform_while_a_region_is_dark(
    command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fake_terraform: Callable[[], dict[str, str]]
) -> None:
    path = write_settings(tmp_path, settings_of(*THREE))
    dark = clients(us_east_1=ConnectTimeoutError(endpoint_url="x"))
    in_account = Target.in_account
    monkeypatch.setattr(Target, "in_account", lambda **given: in_account(**{**given, "clients": dark}))
    account = Account(settings=path, build=tmp_path / "build", out=tmp_path / "out", environ=fake_terraform())
    monkeypatch.setattr("tools.account.synthesize", lambda *_, **__: pytest.fail("something was synthesized"))
    with pytest.raises(ToolError, match="no sign of life"):
        getattr(account, command)()
