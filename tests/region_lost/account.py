"""An account in memory: the buckets of the state, and who is asked about a lost region."""

from __future__ import annotations

import io
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError
from rich.console import Console

from modules.settings import load_settings
from tests.support.region_sets import settings_of, write_settings
from tools.console import Reporter
from tools.paths import PLATFORM, STACKS, Paths
from tools.target import Target

EAST, WEST = "us-east-1", "us-west-2"
ACCOUNT = "123456789012"
LOCK = json.dumps({"ID": "1111", "Who": "somebody@there", "Created": "2026-01-01"}).encode()


def missing(code: str) -> ClientError:
    return ClientError({"Error": {"Code": code}, "ResponseMetadata": {"HTTPStatusCode": 404}}, "Get")


def bucket(region: str) -> str:
    return f"prod-s3-test-state-{ACCOUNT}-{region}"


def state(serial: int, *resources: Any, lineage: str = "l") -> dict[str, Any]:
    return {"version": 4, "serial": serial, "lineage": lineage, "outputs": {}, "resources": list(resources)}


class InMemory:
    """What the tools ask of AWS, in every region."""

    def __init__(self) -> None:
        self.objects: dict[tuple[str, str], bytes] = {}
        self.dark: set[str] = set()
        self.secrets: dict[tuple[str, str], dict[str, Any]] = {}
        self.tables: dict[tuple[str, str], dict[str, Any]] = {}
        self.instances: dict[str, dict[str, Any]] = {}
        self.replicating: set[str] = set()

    def client(self, _service: str, region: str) -> Client:
        return Client(self, region)

    def put(self, region: str, stack: str, content: dict[str, Any]) -> None:
        self.objects[bucket(region), f"{stack}/terraform.tfstate"] = json.dumps(content).encode()

    def state(self, region: str, stack: str = PLATFORM) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.objects[bucket(region), f"{stack}/terraform.tfstate"])
        return found

    def keys(self, region: str) -> set[str]:
        return {key for name, key in self.objects if name == bucket(region)}


class Client:
    def __init__(self, account: InMemory, region: str) -> None:
        self.account, self.region = account, region

    def __getattribute__(self, name: str) -> Any:
        account, region = object.__getattribute__(self, "account"), object.__getattribute__(self, "region")
        assert region not in account.dark or name in {"account", "region", "get_caller_identity"}, (name, region)
        return object.__getattribute__(self, name)

    def get_caller_identity(self) -> dict[str, Any]:
        if self.region in self.account.dark:
            raise ClientError({"Error": {"Code": "503"}, "ResponseMetadata": {"HTTPStatusCode": 503}}, "Get")
        return {"Account": ACCOUNT, "Arn": f"arn:aws:iam::{ACCOUNT}:user/me"}

    def get_object(self, *, Bucket: str, Key: str, ExpectedBucketOwner: str) -> dict[str, Any]:  # noqa: N803
        assert ExpectedBucketOwner == ACCOUNT
        assert Bucket.endswith(self.region)
        if (Bucket, Key) not in self.account.objects:
            raise missing("NoSuchKey")
        return {"Body": io.BytesIO(self.account.objects[Bucket, Key])}

    def head_object(self, *, Bucket: str, Key: str, ExpectedBucketOwner: str) -> dict[str, Any]:  # noqa: N803
        self.get_object(Bucket=Bucket, Key=Key, ExpectedBucketOwner=ExpectedBucketOwner)
        return {"LastModified": datetime.now(tz=UTC) - timedelta(minutes=7)}

    def put_object(self, *, Bucket: str, Key: str, Body: bytes, SSEKMSKeyId: str, **more: str) -> None:  # noqa: N803
        assert more == {"ServerSideEncryption": "aws:kms", "ExpectedBucketOwner": ACCOUNT}
        assert SSEKMSKeyId == f"alias/PROD-kms-test-state-{self.region}"
        assert Bucket.endswith(self.region)
        self.account.objects[Bucket, Key] = Body

    def delete_object(self, *, Bucket: str, Key: str, ExpectedBucketOwner: str) -> None:  # noqa: N803
        assert ExpectedBucketOwner == ACCOUNT
        self.account.objects.pop((Bucket, Key), None)

    def get_item(self, **_: Any) -> dict[str, Any]:
        return {}

    def get_bucket_replication(self, *, Bucket: str, ExpectedBucketOwner: str) -> dict[str, Any]:  # noqa: N803
        assert ExpectedBucketOwner == ACCOUNT
        if Bucket not in self.account.replicating:
            raise missing("ReplicationConfigurationNotFoundError")
        return {}

    def describe_secret(self, *, SecretId: str) -> dict[str, Any]:  # noqa: N803
        if (self.region, SecretId) not in self.account.secrets:
            raise missing("ResourceNotFoundException")
        return self.account.secrets[self.region, SecretId]

    def describe_table(self, *, TableName: str) -> dict[str, Any]:  # noqa: N803
        if (self.region, TableName) not in self.account.tables:
            raise missing("ResourceNotFoundException")
        return {"Table": self.account.tables[self.region, TableName]}

    def describe_db_instances(self, *, DBInstanceIdentifier: str) -> dict[str, Any]:  # noqa: N803
        del DBInstanceIdentifier
        return {"DBInstances": [self.account.instances[self.region]]}


class Desk:
    """Who types the commands, with what they are told and asked."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.aws = folder, InMemory()
        self.text = io.StringIO()
        self.reporter = Reporter(Console(file=self.text, width=300))
        self.asked: list[str] = []

    def target(self, *regions: str, dark: tuple[str, ...] = (), **more: Any) -> Target:
        settings = load_settings(write_settings(self.folder, settings_of(*regions, **more)), {})
        paths = Paths(settings=self.folder / "settings.yaml", build=self.folder / "build", out=self.folder / "out")
        self.aws.dark = {*dark}
        return Target(
            paths=paths,
            settings=settings,
            environment={},
            clients=self.aws.client,
            account_id=ACCOUNT,
            local=False,
            dark=dict.fromkeys(dark, "503"),
        )

    def approve(self, what: str, about: Any) -> None:
        self.asked += [what, *about]

    def push(self, target: Target, stack: str, content: Any) -> None:
        """What Terraform does, without its looks: the serial is one more than that of what is pushed."""
        pushed = {**content, "serial": content["serial"] + 1}
        self.aws.objects[target.bucket, f"{stack}/terraform.tfstate"] = json.dumps(pushed).encode()

    def everywhere(self, serial: int, *, regions: tuple[str, ...] = (EAST, WEST)) -> None:
        for region in regions:
            for stack in STACKS:
                self.aws.put(region, stack, state(serial))

    @property
    def told(self) -> str:
        return self.text.getvalue()
