"""What sessions of boto3 share, and what each has of its own."""

from __future__ import annotations

import pytest

from tools.aws_session import new_session


def test_sessions_share_models_and_not_credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    keys = []
    for key in ("AKIAFIRST", "AKIASECOND"):
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", key)
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "none")
        credentials = new_session().get_credentials()
        assert credentials
        keys.append(credentials.access_key)
    assert keys == ["AKIAFIRST", "AKIASECOND"]
    one, other = (new_session().client("sqs", region_name=region) for region in ("eu-west-1", "us-east-1"))
    assert one.meta.region_name != other.meta.region_name
    read = [client.meta.service_model._service_description for client in (one, other)]
    assert read[0] is read[1]
