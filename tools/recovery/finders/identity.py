"""Roles, and keys."""

from collections.abc import Callable, Iterator, Mapping

from tools.recovery.look import Found, Look, is_missing

Finder = Callable[[Look], Iterator[Found]]


def _role(look: Look) -> Iterator[Found]:
    name = look.text("name")
    if answer := look.one("iam", "get_role", RoleName=name):
        yield Found(name, {"name": name, "arn": answer["Role"]["Arn"]})


def _profile(look: Look) -> Iterator[Found]:
    name = look.text("name")
    if answer := look.one("iam", "get_instance_profile", InstanceProfileName=name):
        yield Found(name, {"name": name, "arn": answer["InstanceProfile"]["Arn"]})


def _service_linked_role(look: Look) -> Iterator[Found]:
    path = f"/aws-service-role/{look.text('aws_service_name')}/"
    for one in look.pages("iam", "list_roles", "Roles", PathPrefix=path):
        yield Found(one["Arn"], {"arn": one["Arn"]})


def _key(look: Look) -> Iterator[Found]:
    # https://docs.aws.amazon.com/kms/latest/APIReference/API_ListResourceTags.html
    from botocore.exceptions import ClientError  # noqa: PLC0415 - slow to import

    client = look.client("kms")
    for one in look.pages("kms", "list_keys", "Keys"):
        try:
            tags = {each["TagKey"]: each["TagValue"] for each in client.list_resource_tags(KeyId=one["KeyId"])["Tags"]}
        except ClientError as error:
            # Keys of AWS, and of others who keep them to themselves.
            if error.response["Error"]["Code"] == "AccessDeniedException" or is_missing(error.response):
                continue
            raise
        if tags.get("Name") == look.tag:
            state = client.describe_key(KeyId=one["KeyId"])["KeyMetadata"]["KeyState"]
            if state not in {"PendingDeletion", "PendingReplicaDeletion"}:
                yield Found(one["KeyId"], {"key_id": one["KeyId"], "arn": one["KeyArn"]})


def _alias(look: Look) -> Iterator[Found]:
    for one in look.pages("kms", "list_aliases", "Aliases"):
        if one["AliasName"] == look.text("name"):
            yield Found(one["AliasName"], {"arn": one["AliasArn"], "name": one["AliasName"]})


FINDERS: Mapping[str, Finder] = {
    "aws_iam_instance_profile": _profile,
    "aws_iam_role": _role,
    "aws_iam_service_linked_role": _service_linked_role,
    "aws_kms_alias": _alias,
    "aws_kms_key": _key,
}
#: The IAM actions that this takes.
ACTIONS = (
    "iam:GetInstanceProfile",
    "iam:GetRole",
    "iam:ListRoles",
    "kms:DescribeKey",
    "kms:ListAliases",
    "kms:ListKeys",
    "kms:ListResourceTags",
)
