"""AWS's service authorization reference: actions, the resources that they are about, and the form of their ARNs.

policy_sentry brings it as data.

https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
"""

import re
from dataclasses import dataclass
from functools import cache

from policy_sentry.shared.iam_data import get_service_prefix_data

#: Services that IAM knows by another name than their API's model.
PREFIXES = {
    "accessanalyzer": "access-analyzer",
    "ce": "ce",
    "dynamodbstreams": "dynamodb",
    "elb": "elasticloadbalancing",
    "elbv2": "elasticloadbalancing",
    "resourcegroupstaggingapi": "tag",
    "s3control": "s3",
    "service-quotas": "servicequotas",
    "stepfunctions": "states",
}
PLACEHOLDER = re.compile(r"\$\{([^}]*)\}")


@dataclass(frozen=True, kw_only=True)
class ResourceType:
    """A kind of resource that an action is about.

    Parameters
    ----------
    name : str
        Its name in the reference, such as ``security-group``.
    arn : str
        The form of its ARN, with ``${Partition}`` and its like.
    required : bool
        Whether every call of the action is about one.
    """

    name: str
    arn: str
    required: bool


def prefix_of(service: str) -> str:
    """Return what IAM calls a service of botocore's."""
    return PREFIXES.get(service, service)


@cache
def is_action(action: str) -> bool:
    """Return whether the reference has ``action``, such as ``s3:GetObject``."""
    prefix, _, name = action.partition(":")
    return name.lower() in get_service_prefix_data(prefix).get("privileges_lower_name", {})


@cache
def resource_types(action: str) -> tuple[ResourceType, ...]:
    """Return the kinds of resources that ``action`` is about; none for one that takes only ``*``."""
    prefix, _, name = action.partition(":")
    service = get_service_prefix_data(prefix)
    listed = service["privileges"].get(name, {}).get("resource_types", {})
    return tuple(
        ResourceType(name=kind, arn=service["resources"][kind]["arn"], required=bool(entry["required"]))
        for kind, entry in listed.items()
        if kind in service["resources"]
    )


@cache
def takes_tags(action: str, resource: str) -> bool:
    """Return whether ``action`` on ``resource`` has the condition keys of the tags in the request.

    Some actions have them for the kind that they make, and not for what else they are about.
    """
    prefix, _, name = action.partition(":")
    service = get_service_prefix_data(prefix)
    listed = service["privileges"].get(name, {}).get("resource_types", {})
    return any(
        "aws:RequestTag/${TagKey}" in entry["condition_keys"]
        for kind, entry in listed.items()
        if not kind or re.fullmatch(expression(service["resources"][kind]["arn"]), resource)
    )


def kind_of(action: str, resource: str) -> ResourceType | None:
    """Return which of the kinds that ``action`` is about ``resource`` is of; the narrowest, where several fit."""
    fitting = [kind for kind in resource_types(action) if re.fullmatch(expression(kind.arn), resource)]
    return max(fitting, key=lambda kind: len(kind.arn), default=None)


def expression(form: str) -> str:
    """Return the regular expression of the ARNs of a form."""
    pieces = PLACEHOLDER.split(form)
    return "".join(re.escape(piece) if number % 2 == 0 else "[^:]*" for number, piece in enumerate(pieces))


@cache
def access_level(action: str) -> str:
    """Return ``Read``, ``List``, ``Write``, ``Tagging`` or ``Permissions management``."""
    prefix, _, name = action.partition(":")
    return str(get_service_prefix_data(prefix)["privileges"][name]["access_level"])


def arn(form: str, *, region: str, account_id: str, name: str = "*") -> str:
    """Return an ARN of a form of the reference, with ``name`` for what identifies the resource.

    A form with several parts for a name takes ``name`` for the first of them, and ``*`` for the others.
    """
    known = {"Partition": "aws", "Region": region, "Account": account_id}
    names = [name]

    def fill(match: re.Match[str]) -> str:
        if match[1] in known:
            return known[match[1]]
        return names.pop() if names else "*"

    return PLACEHOLDER.sub(fill, form)


def arn_of_kind(action: str, kind: str, *, region: str, account_id: str) -> str:
    """Return the ARN of any resource of ``kind``, which belongs to the service of ``action``."""
    form = get_service_prefix_data(action.partition(":")[0])["resources"][kind]["arn"]
    return arn(form, region=region, account_id=account_id)
