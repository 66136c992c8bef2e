"""Actions that a call needs besides its own, where only the account's state says which."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace

from tools.emulator.call import Call
from tools.emulator.iam import state
from tools.emulator.iam.dependents import linked_role, passing, through
from tools.emulator.iam.question import Question
from tools.emulator.iam.resources import values_at

#: https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingKMSEncryption.html#require-sse-kms
READS = {"GetObject", "HeadObject"}
WRITES = {"CopyObject", "PutObject", "UploadPart", "CreateMultipartUpload"}
#: The service keeps nothing of a table in clear: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/encryption.usagenotes.html
ITEMS = {"BatchGetItem", "BatchWriteItem", "DeleteItem", "GetItem", "PutItem", "Query", "Scan", "UpdateItem"}


def stateful(call: Call, account_id: str) -> Iterator[Question]:
    """Yield what a call needs because of what there is in the account."""
    if found := BY_SERVICE.get(call.service):
        yield from found(call, account_id)


def _objects(call: Call, account_id: str) -> Iterator[Question]:
    bucket = str(call.parameters.get("Bucket", ""))
    key = call.parameters.get("SSEKMSKeyId") or state.key_of_bucket(bucket, account_id=account_id)
    actions = ("Decrypt",) if call.operation in READS else ("GenerateDataKey",) if call.operation in WRITES else ()
    context = {"kms:EncryptionContext:aws:s3:arn": (f"arn:aws:s3:::{bucket}",)}
    yield from _uses(call, key, actions, context, account_id)


def _secrets(call: Call, account_id: str) -> Iterator[Question]:
    """Yield the key of a secret that is read or written.

    https://docs.aws.amazon.com/secretsmanager/latest/userguide/security-encryption.html
    """
    actions = {"GetSecretValue": ("Decrypt",), "PutSecretValue": ("GenerateDataKey", "Decrypt")}.get(call.operation, ())
    found = state.key_of_secret(str(call.parameters.get("SecretId")), region=call.region, account_id=account_id)
    if found and actions:
        arn, key = found
        yield from _uses(call, key, actions, {"kms:EncryptionContext:SecretARN": (arn,)}, account_id)


def _tables(call: Call, account_id: str) -> Iterator[Question]:
    if call.operation in ITEMS:
        for table in values_at(call.parameters, "TableName"):
            key = state.key_of_table(table, region=call.region, account_id=account_id)
            context = {
                "kms:EncryptionContext:aws:dynamodb:subscriberId": (account_id,),
                "kms:EncryptionContext:aws:dynamodb:tableName": (table,),
            }
            yield from _uses(call, key, ("Decrypt",), context, account_id)


def _queues(call: Call, account_id: str) -> Iterator[Question]:
    """Yield the key of a queue.

    https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-key-management.html
    """
    actions = {"SendMessage": ("GenerateDataKey", "Decrypt"), "ReceiveMessage": ("Decrypt",)}.get(call.operation, ())
    name = str(call.parameters.get("QueueUrl", "")).rpartition("/")[2]
    arn = f"arn:aws:sqs:{call.region}:{account_id}:{name}"
    key = state.key_of_queue(arn, account_id=account_id) if actions else None
    yield from _uses(call, key, actions, {"kms:EncryptionContext:aws:sqs:arn": (arn,)}, account_id)


def _topics(call: Call, account_id: str) -> Iterator[Question]:
    """Yield the key of a topic that is published to.

    https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html
    """
    arn = str(call.parameters.get("TopicArn") or "")
    if call.operation == "Publish" and arn:
        key = state.key_of_topic(arn, account_id=account_id)
        context = {"kms:EncryptionContext:aws:sns:topicArn": (arn,)}
        yield from _uses(call, key, ("GenerateDataKey", "Decrypt"), context, account_id)


def _groups(call: Call, account_id: str) -> Iterator[Question]:
    """Yield what launching by a template needs.

    https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-launch-template-permissions.html
    """
    specification = call.parameters.get("LaunchTemplate") or (
        call.parameters.get("MixedInstancesPolicy", {}).get("LaunchTemplate", {}).get("LaunchTemplateSpecification")
    )
    if call.operation not in {"CreateAutoScalingGroup", "UpdateAutoScalingGroup"} or not specification:
        return
    template_id, data = state.launch_template(specification, region=call.region, account_id=account_id)
    ec2 = f"arn:aws:ec2:{call.region}:{account_id}"
    kinds = ("instance", "network-interface", "security-group", "subnet", "volume")
    resources = [f"{ec2}:{kind}/*" for kind in kinds] + [f"{ec2}:launch-template/{template_id}"]
    for resource in [*resources, f"arn:aws:ec2:{call.region}::image/*"]:
        yield Question(action="ec2:RunInstances", resource=resource, region=call.region)
    for tagged in data.get("TagSpecifications", []):
        keys = {"ec2:CreateAction": ("RunInstances",)}
        yield Question(
            action="ec2:CreateTags", resource=f"{ec2}:{tagged['ResourceType']}/*", keys=keys, region=call.region
        )
    profile = data.get("IamInstanceProfile") or {}
    if role := state.role_of_profile(profile, account_id=account_id):
        yield passing(role, "ec2", region=call.region)
    if call.parameters.get("MixedInstancesPolicy"):
        # https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/service-linked-roles-spot-instance-requests.html
        yield linked_role("spot.amazonaws.com", "AWSServiceRoleForEC2Spot", account_id=account_id, region=call.region)


def _functions(call: Call, account_id: str) -> Iterator[Question]:
    """Yield the key of a function whose variables are told.

    AWS leaves the variables out for who may not decrypt them, which Terraform takes for a change; here the call is
    refused. https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars-encryption.html
    """
    if call.operation in {"GetFunction", "GetFunctionConfiguration"}:
        name = str(call.parameters.get("FunctionName", "")).rpartition(":")[2]
        arn = f"arn:aws:lambda:{call.region}:{account_id}:function:{name}"
        key = state.key_of_function(name, region=call.region, account_id=account_id)
        yield from _uses(call, key, ("Decrypt",), {"kms:EncryptionContext:aws:lambda:FunctionArn": (arn,)}, account_id)


def _uses(
    call: Call, key_name: str | None, actions: tuple[str, ...], context: Mapping[str, tuple[str, ...]], account_id: str
) -> Iterator[Question]:
    key = state.find_key(key_name, region=call.region, account_id=account_id) if key_name and actions else None
    if key is None:
        return
    aliases = {"kms:ResourceAliases": tuple(sorted(key.aliases))} if key.aliases else {}
    for question in through(call.service, key.arn, actions):
        yield replace(question, keys={**question.keys, **context, **aliases})


BY_SERVICE: dict[str, Callable[[Call, str], Iterator[Question]]] = {
    "autoscaling": _groups,
    "dynamodb": _tables,
    "lambda": _functions,
    "s3": _objects,
    "secretsmanager": _secrets,
    "sns": _topics,
    "sqs": _queues,
}
