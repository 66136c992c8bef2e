"""Web pages and other users of the machine do not get in."""

from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from botocore.exceptions import ClientError
from moto.core.config import default_user_config

from tools.emulator import Credentials, Emulator
from tools.emulator.patches import containers
from tools.paths import ROOT

pytestmark = pytest.mark.emulator


def ask(
    emulator: Emulator,
    method: str = "GET",
    path: str = "/",
    *,
    host: str | None = None,
    key: str | None = None,
    body: str = "",
    **headers: str,
) -> tuple[int, str]:
    address = urlsplit(emulator.endpoint)
    scope = f"Credential={key or emulator.credentials.access_key}/20300101/us-east-1/s3/aws4_request"
    sent = {"Host": host or address.netloc, "Authorization": f"AWS4-HMAC-SHA256 {scope}, x", **headers}
    connection = HTTPConnection(address.hostname or "", address.port, timeout=30)
    try:
        connection.request(method, path, body=body, headers={name: value for name, value in sent.items() if value})
        answer = connection.getresponse()
        return answer.status, answer.read().decode()
    finally:
        connection.close()


def port_of(emulator: Emulator) -> int:
    return urlsplit(emulator.endpoint).port or 0


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "123456789012.127.0.0.1", "bucket.localhost"])
def test_answers_to_its_own_names(emulator: Emulator, host: str) -> None:
    status, _ = ask(emulator, host=f"{host}:{port_of(emulator)}")
    assert status != 403


@pytest.mark.parametrize(
    "host",
    [
        "evil.example:{port}",
        "127.0.0.1.evil.example:{port}",
        "localhost.evil.example:{port}",
        "evil.example:{port}@127.0.0.1",
        "127.0.0.1",
        "127.0.0.1:1",
        "169.254.169.254:{port}",
        "[::1]:{port}",
    ],
)
def test_rejects_other_hosts(emulator: Emulator, host: str) -> None:
    status, text = ask(emulator, host=host.format(port=port_of(emulator)))
    assert (status, "127.0.0.1 and localhost" in text) == (403, True)


@pytest.mark.parametrize(
    "header",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "none"},
    ],
)
def test_rejects_what_browsers_send(emulator: Emulator, header: dict[str, str]) -> None:
    status, text = ask(emulator, **header)
    assert (status, "web pages" in text) == (403, True)


@pytest.mark.parametrize("path", ["/moto-api/reset", "/moto-api/config", "//moto-api/", "/moto-api"])
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_moto_has_no_control_api(emulator: Emulator, method: str, path: str) -> None:
    status, text = ask(emulator, method, path)
    assert (status, "no control API" in text) == (403, True)


def test_nobody_has_it_write_a_file(emulator: Emulator) -> None:
    before = set(ROOT.iterdir())
    for path in ("/moto-api/recorder/start-recording", "/moto-api/recorder/upload-recording"):
        assert ask(emulator, "POST", path, body="text of a stranger's")[0] == 403
    assert set(ROOT.iterdir()) == before


@pytest.mark.parametrize("path", ["/", "/bucket-of-a-stranger", "/emulator/reset", "/emulator/time"])
def test_rejects_who_does_not_sign(emulator: Emulator, path: str) -> None:
    status, text = ask(emulator, "PUT", path, Authorization="")
    assert (status, "MissingAuthenticationToken" in text) == (403, True)


@pytest.mark.parametrize("path", ["/", "/emulator/reset", "/emulator/time"])
def test_rejects_who_does_not_know_the_key(emulator: Emulator, path: str) -> None:
    status, text = ask(emulator, "POST", path, key="AKIAIOSFODNN7EXAMPLE")
    assert (status, "InvalidClientTokenId" in text) == (403, True)


def test_clients_are_told_that_a_key_is_unknown_as_aws_does(emulator: Emulator) -> None:
    stranger = emulator.acting_as(Credentials(access_key="AKIAIOSFODNN7EXAMPLE"))
    with pytest.raises(ClientError) as caught:
        stranger.client("sts", "us-east-1").get_caller_identity()
    assert caught.value.response["Error"]["Code"] == "InvalidClientTokenId"
    assert caught.value.response["ResponseMetadata"]["RetryAttempts"] == 0


def test_keys_that_iam_gave_out_are_known_until_they_are_deleted(emulator: Emulator) -> None:
    iam = emulator.client("iam", "us-east-1")
    iam.create_user(UserName="door")
    key = iam.create_access_key(UserName="door")["AccessKey"]["AccessKeyId"]
    users = emulator.acting_as(Credentials(access_key=key)).client("sts", "us-east-1")
    assert users.get_caller_identity()["Arn"].endswith(":user/door")
    iam.delete_access_key(UserName="door", AccessKeyId=key)
    with pytest.raises(ClientError, match="InvalidClientTokenId"):
        users.get_caller_identity()


def test_each_emulator_has_a_key_of_its_own_that_other_users_cannot_read(emulator: Emulator, tmp_path: Path) -> None:
    with Emulator.start(directory=tmp_path / "open") as other:
        assert other.credentials.access_key != emulator.credentials.access_key
        assert (tmp_path / "open").stat().st_mode & 0o077 == 0
        assert ask(other, key=emulator.credentials.access_key)[0] == 403
    assert other.credentials.access_key not in (tmp_path / "open/emulator.log").read_text()


def test_moto_is_told_to_run_nothing_in_containers() -> None:
    containers.apply()
    may = {name for name, settings in default_user_config.items() if "use_docker" in settings}
    assert may == {"batch", "lambda"}
    assert not any(default_user_config[name]["use_docker"] for name in may)
