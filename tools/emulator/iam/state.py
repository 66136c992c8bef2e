"""What of the account that IAM looks at besides the request: keys, and the policies of resources."""

import json
from collections.abc import Mapping
from typing import Any

from moto.awslambda_simple.models import lambda_simple_backends
from moto.dynamodb.models import dynamodb_backends
from moto.ec2.models import ec2_backends
from moto.iam.models import iam_backends
from moto.kms.models import Key, kms_backends
from moto.s3.models import FakeBucket, s3_backends
from moto.secretsmanager.models import secretsmanager_backends
from moto.sns.models import sns_backends
from moto.sqs.models import sqs_backends

from tools.emulator.iam.evaluation import Document

PARTITION = "aws"


def find_key(name: str, *, region: str, account_id: str) -> Key | None:
    """Return the key that an ARN, an id or an alias names; None if there is none of the account's own."""
    if name.startswith("arn:"):
        region, name = name.split(":")[3], name.split(":", 5)[5].removeprefix("key/")
    backend = kms_backends[account_id][region]
    if name in backend.keys:
        return backend.keys[name]
    return next((key for key in backend.keys.values() if name in key.aliases), None)


def aliases_of(arn: str, *, account_id: str) -> tuple[str, ...]:
    """Return the aliases of the key with an ARN."""
    key = find_key(arn, region="", account_id=account_id) if ":key/" in arn and "*" not in arn else None
    return tuple(sorted(key.aliases)) if key else ()


def bucket_named(name: str, *, account_id: str) -> FakeBucket | None:
    """Return a bucket of the account."""
    return s3_backends[account_id][PARTITION].buckets.get(name)


def key_of_bucket(name: str, *, account_id: str) -> str | None:
    """Return the key that a bucket encrypts new objects with; None for one of AWS's own."""
    bucket = bucket_named(name, account_id=account_id)
    rules = _as_list(((bucket.encryption if bucket else None) or {}).get("Rule"))
    by_default = rules[0].get("ApplyServerSideEncryptionByDefault", {}) if rules else {}
    return by_default.get("KMSMasterKeyID")


def secret_arn(secret_id: str, *, region: str, account_id: str) -> str | None:
    """Return the ARN of a secret that a name stands for."""
    secret = secretsmanager_backends[account_id][region].secrets.get(secret_id)
    return str(secret.arn) if secret else None


def key_of_secret(secret_id: str, *, region: str, account_id: str) -> tuple[str, str] | None:
    """Return the ARN of a secret and the key that it is encrypted with."""
    secrets = secretsmanager_backends[account_id][region].secrets
    secret = secrets.get(secret_id)
    if secret is None:
        return None
    key = getattr(secret, "kms_key_id", None) or getattr(secret, "config", {}).get("KmsKeyId")
    return (str(secret.arn), str(key)) if key else None


def key_of_table(name: str, *, region: str, account_id: str) -> str | None:
    """Return the key that a table is encrypted with."""
    table = dynamodb_backends[account_id][region].tables.get(name.rpartition("/")[2])
    return ((table.sse_specification if table else None) or {}).get("KMSMasterKeyId")


def key_of_queue(arn: str, *, account_id: str) -> str | None:
    """Return the key that a queue is encrypted with."""
    queue = sqs_backends[account_id][arn.split(":")[3]].queues.get(arn.rpartition(":")[2])
    return getattr(queue, "kms_master_key_id", None)


def key_of_topic(arn: str, *, account_id: str) -> str | None:
    """Return the key that a topic is encrypted with."""
    topic = sns_backends[account_id][arn.split(":")[3]].topics.get(arn)
    return getattr(topic, "kms_master_key_id", None) or None


def key_of_function(name: str, *, region: str, account_id: str) -> str | None:
    """Return the key that a function's variables are encrypted with."""
    for function in lambda_simple_backends[account_id][region].list_functions():
        if function.function_name == name:
            return getattr(function, "kms_key_arn", None)
    return None


def launch_template(specification: Mapping[str, Any], *, region: str, account_id: str) -> tuple[str, Mapping[str, Any]]:
    """Return the id and the data of the template that instances are launched from."""
    backend = ec2_backends[account_id][region]
    named = backend.launch_template_name_to_ids.get(specification.get("LaunchTemplateName", ""))
    template_id = str(specification.get("LaunchTemplateId") or named)
    template = backend.launch_templates.get(template_id)
    return template_id, (template.latest_version().data if template else {})


def role_of_profile(profile: Mapping[str, Any], *, account_id: str) -> str | None:
    """Return the ARN of the role in an instance profile that a launch template names."""
    name = profile.get("Name") or str(profile.get("Arn", "")).rpartition("/")[2]
    for found in iam_backends[account_id][PARTITION].instance_profiles.values():
        if found.name == name and found.roles:
            return str(found.roles[0].arn)
    return None


def role_arn(name: str, *, account_id: str) -> str | None:
    """Return the ARN, with its path, of the role with a name."""
    return next((role.arn for role in iam_backends[account_id][PARTITION].roles.values() if role.name == name), None)


def has_role(arn: str, *, account_id: str) -> bool:
    """Return whether there is a role with this ARN; case does not matter to IAM."""
    return any(role.arn.lower() == arn.lower() for role in iam_backends[account_id][PARTITION].roles.values())


def resource_policy(arn: str, *, account_id: str) -> Document | None:
    """Return the policy of a resource that has one of its own."""
    if "*" in arn or "?" in arn or not arn.startswith("arn:"):
        return None
    _, _, service, region, _, name = arn.split(":", 5)
    found = POLICIES.get(service)
    text = found(arn, name, region, account_id) if found else None
    if not text:
        return None
    document: Document = json.loads(text) if isinstance(text, str | bytes) else text
    return document


def _bucket(_arn: str, name: str, _region: str, account_id: str) -> Any:  # noqa: ANN401 - moto's JSON
    bucket = bucket_named(name.partition("/")[0], account_id=account_id)
    return bucket.policy if bucket else None


def _key(arn: str, _name: str, region: str, account_id: str) -> Any:  # noqa: ANN401 - as above
    key = find_key(arn, region=region, account_id=account_id) if ":key/" in arn else None
    return key.policy if key else None


def _secret(arn: str, _name: str, region: str, account_id: str) -> Any:  # noqa: ANN401 - as above
    secret = secretsmanager_backends[account_id][region].secrets.get(arn)
    return getattr(secret, "policy", None)


def _queue(_arn: str, name: str, region: str, account_id: str) -> Any:  # noqa: ANN401 - as above
    return getattr(sqs_backends[account_id][region].queues.get(name), "policy", None)


def _topic(arn: str, _name: str, region: str, account_id: str) -> Any:  # noqa: ANN401 - as above
    topic = sns_backends[account_id][region].topics.get(arn)
    return topic.policy if topic else None


def _function(arn: str, _name: str, region: str, account_id: str) -> Any:  # noqa: ANN401 - as above
    for function in lambda_simple_backends[account_id][region].list_functions():
        if function.function_arn == arn:
            return {"Statement": function.policy.statements}
    return None


def _as_list(value: Any) -> list[Any]:  # noqa: ANN401 - XML that moto has parsed
    return value if isinstance(value, list) else [value] if value else []


POLICIES = {
    "kms": _key,
    "lambda": _function,
    "s3": _bucket,
    "secretsmanager": _secret,
    "sns": _topic,
    "sqs": _queue,
}
