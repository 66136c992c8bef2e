"""Roles, and keys."""

from collections.abc import Callable, Iterator, Mapping

from tools.recovery.look import Found, Look

Finder = Callable[[Look], Iterator[Found]]


def _role(look: Look) -> Iterator[Found]:
    name = look.text("name")
    if answer := look.one("iam", "get_role", RoleName=name):
        yield Found(name, {"name": name, "arn": answer["Role"]["Arn"]})


def _profile(look: Look) -> Iterator[Found]:
    name = look.text("name")
    if answer := look.one("iam", "get_instance_profile", InstanceProfileName=name):
        yield Found(name, {"name": name, "arn": answer["InstanceProfile"]["Arn"]})


def _policy(look: Look) -> Iterator[Found]:
    arn = f"arn:aws:iam::{look.account_id}:policy/{look.text('name')}"
    if look.one("iam", "get_policy", PolicyArn=arn):
        yield Found(arn, {"arn": arn})


def _oidc_provider(look: Look) -> Iterator[Found]:
    arn = f"arn:aws:iam::{look.account_id}:oidc-provider/{look.text('url').removeprefix('https://')}"
    if look.one("iam", "get_open_id_connect_provider", OpenIDConnectProviderArn=arn):
        yield Found(arn, {"arn": arn})


def _service_linked_role(look: Look) -> Iterator[Found]:
    path = f"/aws-service-role/{look.text('aws_service_name')}/"
    for one in look.pages("iam", "list_roles", "Roles", PathPrefix=path):
        yield Found(one["Arn"], {"arn": one["Arn"]})


def _key(look: Look) -> Iterator[Found]:
    for one in look.pages("kms", "list_keys", "Keys"):
        if _tags_of_key(look, one["KeyId"]).get("Name") != look.tag:
            continue
        answer = look.one("kms", "describe_key", KeyId=one["KeyId"])
        if answer and answer["KeyMetadata"]["KeyState"] not in {"PendingDeletion", "PendingReplicaDeletion"}:
            yield Found(one["KeyId"], {"key_id": one["KeyId"], "arn": one["KeyArn"]})


def _tags_of_key(look: Look, key: str) -> dict[str, str]:
    # https://docs.aws.amazon.com/kms/latest/APIReference/API_ListResourceTags.html
    from botocore.exceptions import ClientError  # noqa: PLC0415 - slow to import

    try:
        answer = look.one("kms", "list_resource_tags", KeyId=key) or {"Tags": []}
    except ClientError as error:
        # A key of AWS, or of others who keep it to themselves.
        if error.response["Error"]["Code"] == "AccessDeniedException":
            return {}
        raise
    return {str(each["TagKey"]): str(each["TagValue"]) for each in answer["Tags"]}


def _alias(look: Look) -> Iterator[Found]:
    for one in look.pages("kms", "list_aliases", "Aliases"):
        if one["AliasName"] == look.text("name"):
            yield Found(one["AliasName"], {"arn": one["AliasArn"], "name": one["AliasName"]})


FINDERS: Mapping[str, Finder] = {
    "aws_iam_instance_profile": _profile,
    "aws_iam_openid_connect_provider": _oidc_provider,
    "aws_iam_policy": _policy,
    "aws_iam_role": _role,
    "aws_iam_service_linked_role": _service_linked_role,
    "aws_kms_alias": _alias,
    "aws_kms_key": _key,
}
#: The IAM actions that this takes. Policies and the OIDC provider are the bootstrap's, which reads what it has made.
ACTIONS = (
    "iam:GetInstanceProfile",
    "iam:GetRole",
    "iam:ListRoles",
    "kms:DescribeKey",
    "kms:ListAliases",
    "kms:ListKeys",
    "kms:ListResourceTags",
)
