"""The sample application as its container runs it: started by the boot script, with what that gives it.

The platform's parameters, and the secret, table and bucket, are in the emulator, as they are synthesized. The database
is a real PostgreSQL server with TLS, whose users are made as the rotation function makes them.
"""

from __future__ import annotations

import json
import re
import signal
import socket
import subprocess
import time
import uuid
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from modules.areas.rotation.runtime.credentials import Credentials
from modules.core.naming import Names
from tests.application.programs import aws, docker
from tests.rotation.authority import Authority, Identity
from tests.rotation.server import PATIENCE, Server, wait_for
from tests.rotation.target import Target
from tests.support.instance import Instance
from tests.support.synthesized import platform
from tools.emulator import Emulator
from tools.emulator.account import Kind

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = [pytest.mark.emulator, pytest.mark.slow]
REGION = "us-east-1"
STACK = {"environment_suffix": "main"}
APPLICATION = Path(__file__).parents[2] / "examples/application/app.py"
TOKEN = "a token\nof two lines"  # noqa: S105 - it is none


@dataclass(frozen=True)
class Cloud:
    """What the application meets on AWS."""

    emulator: Emulator
    secret_arn: str
    table: str
    bucket: str
    key_arn: str

    def client(self, service: str) -> Any:
        return self.emulator.client(service, REGION)

    def put(self, value: dict[str, Any]) -> None:
        self.client("secretsmanager").put_secret_value(SecretId=self.secret_arn, SecretString=json.dumps(value))


class Running:
    """The application's process."""

    def __init__(self, instance: Instance, port: int) -> None:
        self.port, self.log = port, instance.folder / "application.log"
        with self.log.open("wb") as log:
            program = [instance.folder / "usr/local/sbin/web"]
            self.process = subprocess.Popen(program, env=instance.environment, stdout=log, stderr=log)

        def answers() -> bool:
            assert self.process.poll() is None, self.log.read_text()
            try:
                return self.request("GET", "/health")[0] == 200
            except (OSError, HTTPException):
                return False

        wait_for(answers)

    def request(self, method: str, path: str, body: str = "", cookie: str = "") -> tuple[int, dict[str, Any], str]:
        connection = HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        connection.request(method, path, body.encode() or None, {"Cookie": cookie} if cookie else {})
        answer = connection.getresponse()
        content, made = json.loads(answer.read()), answer.getheader("Set-Cookie") or ""
        connection.close()
        return answer.status, content, made

    def stop(self) -> int:
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(PATIENCE)


@pytest.fixture(scope="module")
def authority() -> Authority:
    return Authority()


@pytest.fixture(scope="module")
def server(authority: Authority) -> Iterator[Server]:
    with Server.run(authority.issue()) as server:
        yield server


@pytest.fixture(scope="module")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cloud]:
    with Emulator.start(directory=tmp_path_factory.mktemp("emulator"), account=Kind.GROWN) as emulator:
        yield make_cloud(emulator)


def make_cloud(emulator: Emulator) -> Cloud:
    """Make secret, table and bucket as they are synthesized, and parameters that refer to them."""
    stack = platform(REGION, **STACK)
    names = Names(environment="prod", suffix="main", region=REGION)
    (table,) = (one.body for one in stack.resources("aws_dynamodb_table") if "_sessions_" in one.address)
    (secret,) = (one for one in stack.resources("aws_secretsmanager_secret") if "application" in one.body["name"])
    (bucket,) = (one.body["bucket"] for one in stack.resources("aws_s3_bucket") if "-data-" in one.body["bucket"])
    bucket = re.sub(r"\$\{data\.aws_caller_identity\.[^}]+\}", emulator.account_id, bucket)
    key_arn = emulator.client("kms", REGION).create_key()["KeyMetadata"]["Arn"]
    dynamodb, s3 = emulator.client("dynamodb", REGION), emulator.client("s3", REGION)
    dynamodb.create_table(
        TableName=table["name"],
        BillingMode=table["billing_mode"],
        KeySchema=[{"AttributeName": table["hash_key"], "KeyType": "HASH"}],
        AttributeDefinitions=[
            {"AttributeName": one["name"], "AttributeType": one["type"]} for one in table["attribute"]
        ],
    )
    lifetime = {"Enabled": table["ttl"]["enabled"], "AttributeName": table["ttl"]["attribute_name"]}
    dynamodb.update_time_to_live(TableName=table["name"], TimeToLiveSpecification=lifetime)
    s3.create_bucket(Bucket=bucket)
    default = {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": key_arn}
    s3.put_bucket_encryption(
        Bucket=bucket,
        ServerSideEncryptionConfiguration={"Rules": [{"ApplyServerSideEncryptionByDefault": default}]},
    )
    secrets = emulator.client("secretsmanager", REGION)
    secret_arn = secrets.create_secret(Name=secret.body["name"], KmsKeyId=key_arn)["ARN"]
    secrets.create_secret(Name="team/token", SecretString=TOKEN)
    made = {f"${{{secret.address}.arn}}": secret_arn}
    for one in stack.resources("aws_ssm_parameter"):
        value = bucket if one.body["name"].endswith("/data/bucket") else made.get(one.body["value"], one.body["value"])
        emulator.client("ssm", REGION).put_parameter(Name=one.body["name"], Type=one.body["type"], Value=value)
    # Another copy of the platform in the account is none of the application's business.
    emulator.client("ssm", REGION).put_parameter(Name="/PROD/main2/data/bucket", Type="String", Value="another")
    assert names.path == "/PROD/main"
    return Cloud(emulator, secret_arn, table["name"], bucket, key_arn)


class Users:
    """The application's users of the database, made as the rotation function makes them."""

    def __init__(self, server: Server, ca_file: Path) -> None:
        self._target = Target(server, ca_file)
        self._owner = f"administrator_{uuid.uuid4().hex[:8]}"
        self.name = f"app_{uuid.uuid4().hex[:8]}"
        self._password = uuid.uuid4().hex
        self.passwords: list[str] = []
        self._target.create_role(self._owner, self._password, "CREATEROLE")
        server.query(f'CREATE DATABASE "{self._owner}" OWNER "{self._owner}"')

    def value(self, username: str, **more: Any) -> dict[str, Any]:
        self.passwords.append(uuid.uuid4().hex)
        value = self._target.secret_value(username, self.passwords[-1], dbname=self._owner, **more)
        return value | {"masterarn": "arn:aws:secretsmanager:us-east-1:123456789012:secret:master"}

    def let_in(self, value: dict[str, Any]) -> None:
        administrator = self._target.secret_value(self._owner, self._password, dbname=self._owner)
        with self._target.session(administrator) as session, session.exclusive(value["username"]):
            session.let_in(Credentials.parse(json.dumps(value)))


@pytest.fixture
def users(server: Server, ca_file: Path, cloud: Cloud) -> Iterator[Users]:
    users = Users(server, ca_file)
    value = users.value(users.name)
    users.let_in(value)
    cloud.put(value)
    yield users
    server.mend()


@pytest.fixture(scope="module")
def ca_file(authority: Authority, tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("authority") / "certificates.pem"
    file.write_text(authority.pem)
    return file


@pytest.fixture
def instance(tmp_path: Path, cloud: Cloud, ca_file: Path) -> Instance:
    instance = Instance(tmp_path)
    instance.environment |= cloud.emulator.environment()
    instance.replace("aws", aws())
    instance.replace("docker", docker(APPLICATION, cloud.emulator.environment() | {"DATABASE_CA_FILE": str(ca_file)}))
    return instance


@pytest.fixture
def application(instance: Instance, users: Users) -> Iterator[Running]:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = int(probe.getsockname()[1])
    container = {
        "image": "public.ecr.aws/team/notes:1",
        "port": str(port),
        "read_only": "true",
        "environment": {"GREETING": "hello"},
        "secrets": {"TOKEN": "team/token"},
    }
    assert instance.boot(container=container) == 0
    running = Running(instance, port)
    yield running
    assert running.stop() == 0
    assert not [word for word in (*users.passwords, TOKEN) if word in running.log.read_text()]


def test_process_has_what_the_platform_gives_and_nothing_of_another_copy(application: Running, cloud: Cloud) -> None:
    text = Path(f"/proc/{application.process.pid}/environ").read_text()
    found = dict(line.split("=", 1) for line in text.split("\0") if line)
    assert found["DATABASE_SECRET_ARN"] == cloud.secret_arn
    assert (found["DATA_BUCKET"], found["DATA_PREFIX"]) == (cloud.bucket, "application/")
    assert (found["SESSIONS_TABLE"], found["AWS_REGION"]) == (cloud.table, REGION)
    assert (found["GREETING"], found["TOKEN"]) == ("hello", TOKEN)


def test_note_is_a_row_and_an_encrypted_object_and_the_session_ends(application: Running, cloud: Cloud) -> None:
    status, written, made = application.request("POST", "/notes", "remember the milk")
    assert (status, written["visits"]) == (201, 1)
    cookie = made.partition(";")[0]
    assert {"Secure", "HttpOnly"} <= {part.strip() for part in made.split(";")}
    status, read, _ = application.request("GET", "/notes", cookie=cookie)
    assert (status, read) == (200, {"notes": ["remember the milk"], "visits": 2})

    s3_object = cloud.client("s3").get_object(Bucket=cloud.bucket, Key=f"application/notes/{written['id']}")
    assert s3_object["Body"].read() == b"remember the milk"
    assert (s3_object["ServerSideEncryption"], s3_object["SSEKMSKeyId"]) == ("aws:kms", cloud.key_arn)

    session = {"session_id": {"S": cookie.removeprefix("session=")}}
    item = cloud.client("dynamodb").get_item(TableName=cloud.table, Key=session)["Item"]
    assert 3500 < int(item["expires_at"]["N"]) - time.time() <= 3600


def test_session_that_has_ended_is_another(application: Running, cloud: Cloud) -> None:
    _, _, made = application.request("POST", "/notes", "one")
    session_id = made.partition(";")[0].removeprefix("session=")
    cloud.client("dynamodb").update_item(
        TableName=cloud.table,
        Key={"session_id": {"S": session_id}},
        UpdateExpression="SET expires_at = :past",
        ExpressionAttributeValues={":past": {"N": str(int(time.time()) - 1)}},
    )
    _, read, made = application.request("GET", "/notes", cookie=f"session={session_id}")
    assert read["visits"] == 1
    assert session_id not in made
    assert application.request("GET", "/notes", cookie="session=made-up")[1]["visits"] == 1


@pytest.mark.parametrize("wrong", ["authority", "host"])
def test_server_with_a_wrong_certificate_gets_no_password(
    application: Running, server: Server, authority: Authority, wrong: str
) -> None:
    identity: Identity = Authority("Another").issue() if wrong == "authority" else authority.issue("example.com")
    server.change(identity=identity)
    assert application.request("POST", "/notes", "one")[0] == 503
    assert "CERTIFICATE_VERIFY_FAILED" in application.log.read_text()
    assert application.request("GET", "/health")[0] == 200
    server.mend()
    assert application.request("POST", "/notes", "one")[0] == 201


def test_rotation_of_the_password_is_followed(application: Running, users: Users, server: Server, cloud: Cloud) -> None:
    assert application.request("POST", "/notes", "before")[0] == 201
    rotated = users.value(f"{users.name}_clone")
    users.let_in(rotated)
    cloud.put(rotated)
    server.query(f'ALTER ROLE "{users.name}" NOLOGIN')
    # The secret that it has read is still good for minutes.
    assert application.request("POST", "/notes", "after")[0] == 201
    assert application.request("GET", "/notes")[1]["notes"] == ["after", "before"]


def test_a_writer_that_has_moved_is_found(application: Running, users: Users, cloud: Cloud) -> None:
    """As after a failover: nobody answers at the address that it has read, and which is good for minutes."""
    value = users.value(users.name)
    users.let_in(value)
    with socket.create_server(("127.0.0.1", 0)) as probe:
        nobody = int(probe.getsockname()[1])
    cloud.put(value | {"port": nobody})
    assert application.request("POST", "/notes", "before")[0] == 503
    cloud.put(value)
    assert application.request("POST", "/notes", "after")[0] == 201
    assert "its address is read again" in application.log.read_text()


def test_secret_without_a_password_is_waited_for(application: Running, users: Users, cloud: Cloud) -> None:
    value = users.value(users.name)
    cloud.put({key: value[key] for key in value.keys() - {"password"}})
    assert application.request("GET", "/notes")[0] == 503
    users.let_in(value)
    cloud.put(value)
    assert application.request("GET", "/notes")[:2] == (200, {"notes": [], "visits": 1})


def test_other_requests_are_refused(application: Running) -> None:
    for path, body in (("/notes", ""), ("/notes", "x" * 4097), ("/other", "x")):
        assert application.request("POST", path, body)[0] == 400
