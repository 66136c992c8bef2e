"""IAM, enforced on users and sessions of roles."""

import io
import json
import zipfile
from collections.abc import Callable
from contextlib import suppress
from typing import Any
from uuid import uuid4

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from tests.support.refusals import role
from tools.emulator import Emulator

REGION = "eu-west-1"
pytestmark = pytest.mark.emulator
Clients = Callable[[str], Any]


def policy(*actions: str, resource: str = "*", effect: str = "Allow", **more: Any) -> dict[str, Any]:
    statement = {"Effect": effect, "Action": list(actions), "Resource": resource, **more}
    return {"Version": "2012-10-17", "Statement": [statement]}


def clients_of(emulator: Emulator, credentials: dict[str, str]) -> Clients:
    def client(service: str, region: str = REGION) -> Any:
        return boto3.Session().client(
            service,
            region_name=region,
            endpoint_url=emulator.endpoint,
            aws_access_key_id=credentials["AccessKeyId"],
            aws_secret_access_key=credentials["SecretAccessKey"],
            aws_session_token=credentials.get("SessionToken"),
            config=Config(proxies={"http": emulator.endpoint}, retries={"total_max_attempts": 1}),
        )

    return client


@pytest.fixture
def user(emulator: Emulator) -> Callable[..., Clients]:
    iam = emulator.client("iam", REGION)

    def make(*documents: dict[str, Any]) -> Clients:
        name = f"user-{uuid4().hex[:8]}"
        iam.create_user(UserName=name)
        for number, document in enumerate(documents):
            iam.put_user_policy(UserName=name, PolicyName=f"p{number}", PolicyDocument=json.dumps(document))
        return clients_of(emulator, iam.create_access_key(UserName=name)["AccessKey"])

    return make


@pytest.fixture
def session(emulator: Emulator) -> Callable[..., Clients]:
    iam, sts = emulator.client("iam", REGION), emulator.client("sts", REGION)

    def make(
        *documents: dict[str, Any], boundary: dict[str, Any] | None = None, limit: dict[str, Any] | None = None
    ) -> Clients:
        name = f"role-{uuid4().hex[:8]}"
        trust = {"Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": "*"}}]}
        more = {}
        if boundary:
            made = iam.create_policy(PolicyName=f"{name}-boundary", PolicyDocument=json.dumps(boundary))
            more = {"PermissionsBoundary": made["Policy"]["Arn"]}
        arn = iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(trust), **more)["Role"]["Arn"]
        for number, document in enumerate(documents):
            iam.put_role_policy(RoleName=name, PolicyName=f"p{number}", PolicyDocument=json.dumps(document))
        limits = {"Policy": json.dumps(limit)} if limit else {}
        answer = sts.assume_role(RoleArn=arn, RoleSessionName="test", **limits)
        return clients_of(emulator, answer["Credentials"])

    return make


def refused(call: Callable[..., Any], **parameters: Any) -> str:
    """The code and the sentence of a refusal."""
    with pytest.raises(ClientError) as fault:
        call(**parameters)
    error = fault.value.response["Error"]
    return f"{error['Code']}: {error['Message']}"


def test_root_may_do_everything(emulator: Emulator) -> None:
    emulator.client("ec2", REGION).describe_vpcs()


def test_user_without_policies_may_do_nothing_but_ask_who_it_is(user: Callable[..., Clients]) -> None:
    client = user()
    assert ":user/user-" in client("sts").get_caller_identity()["Arn"]
    told = refused(client("rds").describe_db_instances)
    assert "is not authorized to perform: rds:DescribeDBInstances" in told
    assert "because no identity-based policy allows the rds:DescribeDBInstances action" in told


@pytest.mark.parametrize(
    ("service", "call", "code"),
    [
        ("ec2", "describe_vpcs", "UnauthorizedOperation"),
        ("rds", "describe_db_instances", "AccessDenied"),
        ("iam", "list_roles", "AccessDenied"),
        ("s3", "list_buckets", "AccessDenied"),
        ("route53", "list_hosted_zones", "AccessDenied"),
        ("kms", "list_keys", "AccessDeniedException"),
        ("lambda", "list_functions", "AccessDeniedException"),
        ("dynamodb", "list_tables", "AccessDeniedException"),
        ("sns", "list_topics", "AuthorizationError"),
    ],
)
def test_refusal_has_the_code_of_its_service(user: Callable[..., Clients], service: str, call: str, code: str) -> None:
    assert refused(getattr(user()(service), call)).startswith(f"{code}: ")


def test_action_is_allowed_on_the_resource_that_a_policy_names(user: Callable[..., Clients]) -> None:
    client = user(policy("sns:CreateTopic", resource=f"arn:aws:sns:{REGION}:123456789012:mine-*"))("sns")
    client.create_topic(Name="mine-1")
    assert "sns:CreateTopic on resource: arn:aws:sns:eu-west-1:123456789012:others" in refused(
        client.create_topic, Name="others"
    )


def test_tagging_at_creation_needs_an_action_of_its_own(user: Callable[..., Clients]) -> None:
    client = user(policy("sqs:CreateQueue"))("sqs")
    client.create_queue(QueueName="plain")
    assert "sqs:TagQueue" in refused(client.create_queue, QueueName="tagged", tags={"Project": "meridian"})


def test_tag_of_the_request_is_a_condition_key(user: Callable[..., Clients]) -> None:
    condition = {"StringEquals": {"aws:RequestTag/Project": "meridian"}}
    client = user(policy("ec2:CreateVpc"), policy("ec2:CreateTags", Condition=condition))("ec2")

    def tagged(project: str) -> dict[str, Any]:
        tags = [{"Key": "Project", "Value": project}]
        return {"CidrBlock": "10.9.0.0/16", "TagSpecifications": [{"ResourceType": "vpc", "Tags": tags}]}

    client.create_vpc(**tagged("meridian"))
    assert "ec2:CreateTags on resource: arn:aws:ec2:eu-west-1:123456789012:vpc/*" in refused(
        client.create_vpc, **tagged("another")
    )


def test_region_of_the_request_is_a_condition_key(user: Callable[..., Clients]) -> None:
    condition = {"StringEquals": {"aws:RequestedRegion": REGION}}
    client = user(policy("ec2:DescribeVpcs", Condition=condition))
    client("ec2").describe_vpcs()
    refused(client("ec2", "us-east-1").describe_vpcs)  # type: ignore[call-arg]


def test_explicit_deny_wins(user: Callable[..., Clients]) -> None:
    client = user(policy("sns:*"), policy("sns:ListTopics", effect="Deny"))("sns")
    assert "with an explicit deny in an identity-based policy" in refused(client.list_topics)


def test_role_may_do_nothing_outside_its_boundary(session: Callable[..., Clients]) -> None:
    client = session(policy("sns:*", "sqs:*"), boundary=policy("sns:*"))
    client("sns").list_topics()
    assert "because no permissions boundary allows the sqs:ListQueues action" in refused(client("sqs").list_queues)


def test_session_may_do_nothing_outside_its_policy(session: Callable[..., Clients]) -> None:
    client = session(policy("sns:*", "sqs:*"), limit=policy("sns:*"))
    client("sns").list_topics()
    assert "because no session policy allows the sqs:ListQueues action" in refused(client("sqs").list_queues)


def test_managed_policies_count(emulator: Emulator, user: Callable[..., Clients]) -> None:
    client = user()
    iam = emulator.client("iam", REGION)
    name = client("sts").get_caller_identity()["Arn"].rpartition("/")[2]
    iam.attach_user_policy(UserName=name, PolicyArn="arn:aws:iam::aws:policy/AmazonSNSReadOnlyAccess")
    client("sns").list_topics()
    refused(client("sns").create_topic, Name="x")


def test_policies_of_groups_count(emulator: Emulator, user: Callable[..., Clients]) -> None:
    client, group = user(), f"group-{uuid4().hex[:8]}"
    iam = emulator.client("iam", REGION)
    name = client("sts").get_caller_identity()["Arn"].rpartition("/")[2]
    iam.create_group(GroupName=group)
    iam.put_group_policy(GroupName=group, PolicyName="p", PolicyDocument=json.dumps(policy("sns:ListTopics")))
    iam.add_user_to_group(GroupName=group, UserName=name)
    client("sns").list_topics()


def test_resource_policy_allows_by_itself(emulator: Emulator, user: Callable[..., Clients]) -> None:
    client = user()
    arn = client("sts").get_caller_identity()["Arn"]
    sqs = emulator.client("sqs", REGION)
    url = sqs.create_queue(QueueName="shared")["QueueUrl"]
    resource = "arn:aws:sqs:eu-west-1:123456789012:shared"
    document = policy("sqs:GetQueueAttributes", resource=resource, Principal={"AWS": arn})
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": json.dumps(document)})
    client("sqs").get_queue_attributes(QueueUrl=url)
    refused(client("sqs").purge_queue, QueueUrl=url)


def test_key_is_used_with_the_word_of_its_own_policy_only(emulator: Emulator, user: Callable[..., Clients]) -> None:
    kms, client = emulator.client("kms", REGION), user(policy("kms:*"))("kms")
    left_to_iam = kms.create_key()["KeyMetadata"]["KeyId"]
    client.describe_key(KeyId=left_to_iam)
    root = {"AWS": "arn:aws:iam::123456789012:root"}
    condition = {"StringEquals": {"kms:ViaService": "s3.eu-west-1.amazonaws.com"}}
    only_through = policy("kms:*", Principal=root, Condition=condition)
    key = kms.create_key(Policy=json.dumps(only_through), BypassPolicyLockoutSafetyCheck=True)["KeyMetadata"]["KeyId"]
    assert "because no resource-based policy allows the kms:DescribeKey action" in refused(
        client.describe_key, KeyId=key
    )


def test_object_in_a_bucket_with_a_key_needs_the_key(emulator: Emulator, user: Callable[..., Clients]) -> None:
    s3, kms = emulator.client("s3", REGION), emulator.client("kms", REGION)
    arn = kms.create_key()["KeyMetadata"]["Arn"]
    s3.create_bucket(Bucket="with-a-key", CreateBucketConfiguration={"LocationConstraint": REGION})
    rule = {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": arn}}
    s3.put_bucket_encryption(Bucket="with-a-key", ServerSideEncryptionConfiguration={"Rules": [rule]})
    client = user(policy("s3:PutObject", "s3:GetObject"), policy("kms:GenerateDataKey", resource=arn))("s3")
    client.put_object(Bucket="with-a-key", Key="a", Body=b"a")
    assert f"kms:Decrypt on resource: {arn}" in refused(client.get_object, Bucket="with-a-key", Key="a")


def test_secret_with_a_key_needs_the_key_through_secrets_manager(
    emulator: Emulator, user: Callable[..., Clients]
) -> None:
    arn = emulator.client("kms", REGION).create_key()["KeyMetadata"]["Arn"]
    secret = emulator.client("secretsmanager", REGION).create_secret(Name="s", SecretString="x", KmsKeyId=arn)["ARN"]

    def reader(service: str) -> Any:
        condition = {"StringEquals": {"kms:ViaService": f"{service}.eu-west-1.amazonaws.com"}}
        read = policy("secretsmanager:GetSecretValue", resource=secret)
        return user(read, policy("kms:Decrypt", resource=arn, Condition=condition))("secretsmanager")

    reader("secretsmanager").get_secret_value(SecretId=secret)
    # By its name it is the same secret, whose ARN the policy has.
    reader("secretsmanager").get_secret_value(SecretId="s")
    assert "kms:Decrypt" in refused(reader("s3").get_secret_value, SecretId=secret)


def test_variables_of_a_function_need_its_key(emulator: Emulator, user: Callable[..., Clients]) -> None:
    arn = emulator.client("kms", REGION).create_key()["KeyMetadata"]["Arn"]
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr("a.py", "")
    emulator.client("lambda", REGION).create_function(
        FunctionName="with-a-key",
        Runtime="python3.12",
        Role=role(emulator, service="lambda.amazonaws.com"),
        Handler="a.b",
        Code={"ZipFile": archive.getvalue()},
        KMSKeyArn=arn,
    )
    look = policy("lambda:GetFunction")
    assert f"kms:Decrypt on resource: {arn}" in refused(user(look)("lambda").get_function, FunctionName="with-a-key")
    user(look, policy("kms:Decrypt", resource=arn))("lambda").get_function(FunctionName="with-a-key")


def test_passing_a_role_needs_a_permission_for_the_service(emulator: Emulator, user: Callable[..., Clients]) -> None:
    passed = role(emulator, service="config.amazonaws.com")
    recorder = {"name": "default", "roleARN": passed}

    def passer(service: str) -> Any:
        condition = {"StringEquals": {"iam:PassedToService": f"{service}.amazonaws.com"}}
        return user(
            policy("config:PutConfigurationRecorder"), policy("iam:PassRole", resource=passed, Condition=condition)
        )("config")

    passer("config").put_configuration_recorder(ConfigurationRecorder=recorder)
    assert f"iam:PassRole on resource: {passed}" in refused(
        passer("lambda").put_configuration_recorder, ConfigurationRecorder=recorder
    )


def test_first_load_balancer_of_an_account_needs_the_service_s_role(
    emulator: Emulator, user: Callable[..., Clients]
) -> None:
    iam = emulator.client("iam", REGION)
    # Another test may have made the first one.
    with suppress(iam.exceptions.NoSuchEntityException):
        iam.delete_service_linked_role(RoleName="AWSServiceRoleForElasticLoadBalancing")
    client = user(policy("elasticloadbalancing:CreateLoadBalancer"))("elbv2")
    assert "iam:CreateServiceLinkedRole" in refused(client.create_load_balancer, Name="first", Subnets=["subnet-1"])


def test_what_is_asked_is_recorded_without_what_is_sent(emulator: Emulator) -> None:
    emulator.client("secretsmanager", REGION).create_secret(Name="recorded", SecretString="hush-hush")
    written = emulator.recording.read_text()
    assert '"secretsmanager:CreateSecret"' in written
    assert "secret:recorded-" in written
    assert "hush-hush" not in written


def test_a_session_of_a_role_in_another_account_is_answered_from_there(emulator: Emulator) -> None:
    own = emulator.client("route53", REGION)
    own.create_hosted_zone(Name="ours.example", CallerReference=uuid4().hex)
    arn = "arn:aws:iam::999999999999:role/dns"
    session = emulator.client("sts", REGION).assume_role(RoleArn=arn, RoleSessionName="test")["Credentials"]
    there = clients_of(emulator, session)
    assert there("sts").get_caller_identity()["Account"] == "999999999999"
    there("route53").create_hosted_zone(Name="theirs.example", CallerReference=uuid4().hex)
    names = [{one["Name"] for one in each.list_hosted_zones()["HostedZones"]} for each in (own, there("route53"))]
    assert "theirs.example." not in names[0]
    assert names[1] == {"theirs.example."}
