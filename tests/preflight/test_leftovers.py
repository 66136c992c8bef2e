from typing import Any

import pytest

from tests.support.aws_answers import ACCOUNT_ID, REGION, ask, held, refusal, stack
from tools.preflight import Severity

BUCKET = f"prod-s3-data-{ACCOUNT_ID}-{REGION}"
BUCKET_NAMES = [{"bucket": "one"}, {"bucket": "two"}]
BUCKETS = stack(
    aws_s3_bucket=[{"bucket": f"prod-s3-data-${{data.aws_caller_identity.{REGION}_account_1.account_id}}-{REGION}"}]
)


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ({}, f"the account has a bucket {BUCKET} that no state knows"),
        (refusal("403"), f"the bucket {BUCKET} exists, and is someone else's"),
        (refusal("301"), f"the bucket {BUCKET} exists in another region"),
        (refusal("404"), ""),
    ],
)
def test_names_of_buckets_are_taken_once_in_the_world(answer: Any, said: str) -> None:
    def head(_region: str, **question: Any) -> Any:
        assert question == {"Bucket": BUCKET}
        return answer

    findings = ask("names of buckets", {"s3.head_bucket": head}, BUCKETS)
    assert [one.severity for one in findings] == ([Severity.STOPS] if said else [])
    assert all(said in one.what for one in findings)
    assert ask("names of buckets", {"s3.head_bucket": head}, BUCKETS, held=held(BUCKETS)) == []


def test_a_refusal_of_every_bucket_is_one_of_the_credentials() -> None:
    (finding,) = ask("names of buckets", {"s3.head_bucket": refusal("403")}, stack(aws_s3_bucket=BUCKET_NAMES))
    assert finding.severity is Severity.UNSEEN
    assert len(finding.paste) == len(BUCKET_NAMES)


def test_the_state_s_replica_beside_the_list_of_regions_is_looked_for_where_it_will_be() -> None:
    asked = []

    def head(region: str, **question: Any) -> Any:
        asked.append((region, question["Bucket"]))
        return refusal("404")

    made = stack(aws_s3_bucket=[{"bucket": "here"}, {"bucket": "replica", "provider": "aws.eu-central-1"}])
    assert ask("names of buckets", {"s3.head_bucket": head}, made) == []
    assert asked == [(REGION, "here"), ("eu-central-1", "replica")]


SECRETS = stack(
    aws_secretsmanager_secret=[
        {"name": "here"},
        {"name": "copied", "provider": "aws.us-east-1", "replica": [{"region": REGION}]},
        {"name": "elsewhere", "provider": "aws.us-east-1"},
    ]
)


def test_secrets_and_copies_of_secrets_are_looked_for_where_they_will_be() -> None:
    asked = []

    def describe(region: str, **question: Any) -> Any:
        asked.append((region, question["SecretId"]))
        return refusal("ResourceNotFoundException")

    assert ask("names of secrets", {"secretsmanager.describe_secret": describe}, SECRETS) == []
    assert asked == [(REGION, "here"), (REGION, "copied")]


@pytest.mark.parametrize(
    ("answer", "said", "line"),
    [
        ({"DeletedDate": "2026-01-01"}, "scheduled for deletion", "delete-secret"),
        ({"Name": "here"}, "that no state knows", "describe-secret"),
    ],
)
def test_a_secret_that_is_there_cannot_be_made(answer: Any, said: str, line: str) -> None:
    made = stack(aws_secretsmanager_secret=[{"name": "here"}])
    (finding,) = ask("names of secrets", {"secretsmanager.describe_secret": answer}, made)
    assert finding.severity is Severity.STOPS
    assert said in finding.what
    assert line in finding.paste[0]


def test_aliases_of_keys_that_no_state_knows_are_in_the_way() -> None:
    made = stack(aws_kms_alias=[{"name": "alias/PROD-a"}, {"name": "alias/PROD-b"}])
    answers = {"kms.list_aliases": {"Aliases": [{"AliasName": "alias/PROD-b"}, {"AliasName": "alias/aws/ebs"}]}}
    (finding,) = ask("aliases of keys", answers, made)
    assert finding.paste == (f"aws kms delete-alias --region {REGION} --alias-name alias/PROD-b",)
    assert ask("aliases of keys", answers, made, held=held(made)) == []
    assert ask("aliases of keys", {"kms.list_aliases": {"Aliases": []}}, made) == []


def test_log_groups_that_no_state_knows_are_in_the_way() -> None:
    def answer(_region: str, **question: Any) -> Any:
        # AWS goes by the beginning of the name.
        return {
            "logGroups": [{"logGroupName": name} for name in there if name.startswith(question["logGroupNamePrefix"])]
        }

    made = stack(aws_cloudwatch_log_group=[{"name": "PROD-logs-web"}, {"name": "PROD-logs-trail"}])
    there = ["PROD-logs-web", "PROD-logs-trail-of-another"]
    (finding,) = ask("log groups", {"logs.describe_log_groups": answer}, made)
    assert finding.paste == (f"aws logs delete-log-group --region {REGION} --log-group-name PROD-logs-web",)
    assert ask("log groups", {"logs.describe_log_groups": answer}, made, held=held(made)) == []
