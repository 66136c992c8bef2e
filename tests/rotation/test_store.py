"""What is asked of Secrets Manager, and answers that moto does not give."""

from __future__ import annotations

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from modules.areas.rotation.runtime.credentials import Credentials
from modules.areas.rotation.runtime.errors import RotationError
from modules.areas.rotation.runtime.store import SecretStore

ARN = "arn:aws:secretsmanager:us-east-1:123456789012:secret:database"
VALUE = {"engine": "postgres", "host": "db.example", "username": "app", "password": "hidden"}


class Scripted:
    """A client that gives prepared answers and remembers what it was asked."""

    def __init__(self, **answers: Any) -> None:
        self.asked: list[tuple[str, dict[str, Any]]] = []
        self._answers = answers

    def __getattr__(self, call: str) -> Any:
        def answer(**arguments: Any) -> dict[str, Any]:
            self.asked.append((call, arguments))
            prepared = self._answers[call]
            result: dict[str, Any] = prepared(**arguments) if callable(prepared) else prepared
            return result

        return answer


def refusing(code: str) -> Any:
    def refuse(**_: Any) -> None:
        raise ClientError({"Error": {"Code": code, "Message": "refused"}}, "Call")

    return refuse


def store(client: Scripted) -> SecretStore:
    return SecretStore(client=client, secret_id=ARN)  # type: ignore[arg-type]


def test_earlier_versions_are_the_previous_and_the_newest_five_unlabelled() -> None:
    def read(**version: str) -> dict[str, str]:
        return {"SecretString": json.dumps(VALUE | {"password": version.get("VersionId", "previous")})}

    listed = [{"VersionId": f"v{age}", "CreatedDate": -age} for age in (4, 1, 6, 2, 5, 3)]
    labelled = {"VersionId": "labelled", "CreatedDate": 9, "VersionStages": ["AWSCURRENT"]}
    client = Scripted(get_secret_value=read, list_secret_version_ids={"Versions": [*listed, labelled]})
    assert [it.password for it in store(client).earlier()] == ["previous", "v1", "v2", "v3", "v4", "v5"]
    assert ("list_secret_version_ids", {"SecretId": ARN, "IncludeDeprecated": True}) in client.asked


def test_an_earlier_version_that_cannot_be_read_does_not_hide_the_next() -> None:
    def read(**version: str) -> dict[str, str]:
        if version.get("VersionId") == "v1":
            return {"SecretString": "of another shape"}
        return {"SecretString": json.dumps(VALUE | {"password": version.get("VersionId", "previous")})}

    listed = [{"VersionId": f"v{age}", "CreatedDate": -age} for age in (1, 2)]
    client = Scripted(get_secret_value=read, list_secret_version_ids={"Versions": listed})
    assert [it.password for it in store(client).earlier()] == ["previous", "v2"]


def test_earlier_versions_are_read_only_when_asked_for() -> None:
    client = Scripted(get_secret_value={"SecretString": json.dumps(VALUE)})
    assert next(store(client).earlier()).document == VALUE
    assert len(client.asked) == 1


def test_the_label_is_moved_from_the_version_that_had_it() -> None:
    client = Scripted(
        describe_secret={"VersionIdsToStages": {"old": ["AWSCURRENT"], "new": ["AWSPENDING"]}},
        update_secret_version_stage={},
    )
    store(client).promote("new")
    assert client.asked[-1][1] == {
        "SecretId": ARN,
        "VersionStage": "AWSCURRENT",
        "MoveToVersionId": "new",
        "RemoveFromVersionId": "old",
    }


def test_rejects_a_secret_without_a_current_value() -> None:
    with pytest.raises(RotationError, match="secret has no AWSCURRENT value"):
        store(Scripted(get_secret_value=refusing("ResourceNotFoundException"))).current()


def test_rejects_to_promote_where_nothing_is_current() -> None:
    with pytest.raises(RotationError, match="secret has no AWSCURRENT version"):
        store(Scripted(describe_secret={"VersionIdsToStages": {"new": ["AWSPENDING"]}})).promote("new")


def test_a_refusal_is_not_taken_for_a_missing_value() -> None:
    with pytest.raises(ClientError, match="AccessDeniedException"):
        store(Scripted(get_secret_value=refusing("AccessDeniedException"))).pending("new")


def test_a_refusal_is_not_taken_for_a_version_of_another_run() -> None:
    credentials = Credentials.parse(json.dumps(VALUE))
    with pytest.raises(ClientError, match="LimitExceededException"):
        store(Scripted(put_secret_value=refusing("LimitExceededException"))).put_pending("new", credentials)


@pytest.mark.parametrize("named", ["us-east-1", "us-west-2"])
def test_the_administrator_s_secret_is_read_in_the_region_of_the_secret_itself(named: str) -> None:
    client = Scripted(get_secret_value={"SecretString": json.dumps(VALUE)})
    store(client).sibling(f"arn:aws:secretsmanager:{named}:123456789012:secret:administrator").current()
    asked = "arn:aws:secretsmanager:us-east-1:123456789012:secret:administrator"
    assert client.asked == [("get_secret_value", {"SecretId": asked, "VersionStage": "AWSCURRENT"})]
