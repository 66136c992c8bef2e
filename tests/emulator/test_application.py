from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from time import monotonic
from uuid import uuid4

import pytest
from botocore.exceptions import ClientError

from tools.emulator import Emulator

pytestmark = pytest.mark.emulator

REGION = "eu-central-1"


def test_only_one_of_thirty_clients_takes_a_lock(emulator: Emulator) -> None:
    table = f"lock-{uuid4().hex[:8]}"
    dynamodb = emulator.client("dynamodb", REGION)
    dynamodb.create_table(
        TableName=table,
        KeySchema=[{"AttributeName": "LockID", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "LockID", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )

    def takes_lock(_: int) -> bool:
        try:
            dynamodb.put_item(
                TableName=table, Item={"LockID": {"S": "state"}}, ConditionExpression="attribute_not_exists(LockID)"
            )
        except dynamodb.exceptions.ConditionalCheckFailedException:
            return False
        return True

    with ThreadPoolExecutor(30) as clients:
        assert sum(clients.map(takes_lock, range(30))) == 1


def test_only_one_of_thirty_clients_writes_a_lock_file(emulator: Emulator) -> None:
    s3 = emulator.client("s3", "us-east-1")
    bucket = f"lock-{uuid4().hex[:8]}"
    s3.create_bucket(Bucket=bucket)

    def writes(number: int) -> bool:
        try:
            s3.put_object(Bucket=bucket, Key="state.tflock", Body=str(number).encode(), IfNoneMatch="*")
        except s3.exceptions.ClientError:
            return False
        return True

    with ThreadPoolExecutor(30) as clients:
        assert sum(clients.map(writes, range(30))) == 1


def test_a_client_that_waits_for_a_message_keeps_no_other_waiting(emulator: Emulator) -> None:
    sqs = emulator.client("sqs", REGION)
    url = sqs.create_queue(QueueName=f"waiting-{uuid4().hex[:8]}")["QueueUrl"]
    with ThreadPoolExecutor(1) as other:
        waiting = other.submit(sqs.receive_message, QueueUrl=url, WaitTimeSeconds=3)
        began = monotonic()
        emulator.client("sts", REGION).get_caller_identity()
        assert monotonic() - began < 2
        waiting.result()


@pytest.mark.parametrize(
    ("service", "operation", "arguments"),
    [
        ("ec2", "describe_fleet_history", {"FleetId": "fleet-1", "StartTime": "2030-01-01"}),
        (
            "autoscaling",
            "get_predictive_scaling_forecast",
            {
                "AutoScalingGroupName": "a",
                "PolicyName": "b",
                "StartTime": "2030-01-01",
                "EndTime": "2030-01-02",
            },
        ),
        ("securityhub", "list_security_control_definitions", {}),
        ("kms", "describe_custom_key_stores", {}),
    ],
)
def test_what_moto_lacks_is_an_error_that_is_not_tried_again(
    emulator: Emulator, service: str, operation: str, arguments: dict[str, str]
) -> None:
    client = emulator.client(service, REGION)
    with pytest.raises(ClientError) as caught:
        getattr(client, operation)(**arguments)
    metadata = caught.value.response["ResponseMetadata"]
    assert metadata["RetryAttempts"] == 0
    assert metadata["HTTPStatusCode"] in {404, 501}


def test_managed_policies_of_aws_can_be_attached(emulator: Emulator) -> None:
    iam = emulator.client("iam", REGION)
    name = f"role-{uuid4().hex[:8]}"
    iam.create_role(RoleName=name, AssumeRolePolicyDocument='{"Version": "2012-10-17", "Statement": []}')
    arn = "arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore"
    iam.attach_role_policy(RoleName=name, PolicyArn=arn)
    attached = iam.list_attached_role_policies(RoleName=name)["AttachedPolicies"]
    assert [policy["PolicyArn"] for policy in attached] == [arn]


def test_the_log_names_each_call_and_no_secret(tmp_path: Path) -> None:
    with Emulator.start(directory=tmp_path) as emulator:
        emulator.client("sts", "eu-west-1").get_caller_identity()
        emulator.client("secretsmanager", "eu-west-1").create_secret(Name="x", SecretString="hidden")
        emulator.client("s3", "us-east-1").create_bucket(Bucket="logged")
        emulator.client("rds", "eu-west-1").create_db_instance(
            DBInstanceIdentifier="x",
            DBInstanceClass="db.t4g.small",
            Engine="postgres",
            MasterUsername="root",
            MasterUserPassword="hidden",
        )
    log = (tmp_path / "emulator.log").read_text(encoding="utf-8")
    assert "200 sts eu-west-1 GetCallerIdentity\n" in log
    assert "200 secretsmanager eu-west-1 CreateSecret\n" in log
    assert "200 s3 us-east-1 PUT /logged CreateBucket\n" in log
    assert "hidden" not in log
