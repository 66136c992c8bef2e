"""Tags in a request: the condition keys that they are, and the action that putting them on something new needs."""

from collections.abc import Iterator, Mapping
from typing import Any

from tools.emulator.call import Call
from tools.emulator.iam import reference
from tools.emulator.iam.names import action_of
from tools.emulator.iam.question import Question
from tools.emulator.iam.reference import prefix_of
from tools.emulator.iam.resources import arns_of

#: Where requests carry tags.
PARAMETERS = (
    "Tags",
    "tags",
    "AddTags",
    "BackupPlanTags",
    "BackupVaultTags",
    "ResourceTags",
    "TagsList",
    "TagsToAdd",
    "Tagging",
)
#: What tags a new resource, where it is not ``TagResource``:
#: https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
ACTIONS = {
    "acm": "AddTagsToCertificate",
    "autoscaling": "CreateOrUpdateTags",
    "cloudtrail": "AddTags",
    "ec2": "CreateTags",
    "elasticloadbalancing": "AddTags",
    "rds": "AddTagsToResource",
    "sqs": "TagQueue",
    "ssm": "AddTagsToResource",
}
IAM_ACTIONS = {
    "CreateInstanceProfile": "TagInstanceProfile",
    "CreatePolicy": "TagPolicy",
    "CreateRole": "TagRole",
    "CreateUser": "TagUser",
}
#: New resources of another kind than the action is about.
KINDS = {
    "acm:RequestCertificate": "certificate",
    "ce:CreateAnomalyMonitor": "anomalymonitor",
    "ce:CreateAnomalySubscription": "anomalysubscription",
    "elasticloadbalancing:CreateRule": "listener-rule/app",
    "guardduty:CreateDetector": "detector",
    "kms:CreateKey": "key",
}
#: Requests that make nothing: their own action is about tags already.
OF_THEIR_OWN = (
    "Tag",
    "AddTags",
    "Untag",
    "PutBucketTagging",
    "PutObject",
    "CreateTags",
    "ChangeTags",
    "CreateOrUpdate",
)


def tags_of(parameters: Mapping[str, Any]) -> dict[str, str]:
    """Return the tags that a request carries."""
    found: dict[str, str] = {}
    for name in PARAMETERS:
        found |= _read(parameters.get(name))
    for specification in parameters.get("TagSpecifications") or []:
        found |= _read(specification.get("Tags"))
    return found


def tag_keys(call: Call) -> dict[str, tuple[str, ...]]:
    """Return the condition keys that the tags of a call are.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html#condition-keys-requesttag
    """
    tags = tags_of(call.parameters)
    keys: dict[str, tuple[str, ...]] = {f"aws:RequestTag/{key}": (value,) for key, value in tags.items()}
    return keys | ({"aws:TagKeys": tuple(sorted(tags))} if tags else {})


def tagging(call: Call, account_id: str) -> Iterator[Question]:
    """Yield what tagging the new resource of a call needs."""
    keys = tag_keys(call)
    action = action_of(call)
    if not keys or action is None or call.operation.startswith(OF_THEIR_OWN):
        return
    prefix = prefix_of(call.service)
    name = IAM_ACTIONS.get(call.operation, "TagResource") if prefix == "iam" else ACTIONS.get(prefix, "TagResource")
    if prefix in {"ec2", "elasticloadbalancing"}:
        # https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/supported-iam-actions-tagging.html
        keys |= {f"{prefix}:CreateAction": (call.operation,)}
    for resource in _new_resources(call, action, account_id):
        yield Question(action=f"{prefix}:{name}", resource=resource, keys=keys, region=call.region)


def _new_resources(call: Call, action: str, account_id: str) -> list[str]:
    if call.service == "ec2":
        kinds = [each.get("ResourceType", "*") for each in call.parameters.get("TagSpecifications") or []]
        return [f"arn:aws:ec2:{call.region}:{account_id}:{kind}/*" for kind in kinds]
    if call.operation == "CreateListener":
        # The name of a listener holds its load balancer's, and so does a rule's.
        return [arn.replace(":loadbalancer/", ":listener/") + "/*" for arn in arns_of(call, action, account_id)]
    if action in KINDS:
        return [reference.arn_of_kind(action, KINDS[action], region=call.region, account_id=account_id)]
    found = arns_of(call, action, account_id)
    # What is made is named, or the first of what is meant; the others are what it is made of.
    return sorted(found, key=lambda arn: arn.endswith("*"))[:1]


def _read(tags: Any) -> dict[str, str]:  # noqa: ANN401 - as each service has it
    if isinstance(tags, Mapping):
        if "TagSet" in tags:
            return _read(tags["TagSet"])
        return {str(key): str(value) for key, value in tags.items()}
    found = {}
    for tag in tags if isinstance(tags, list) else []:
        lowered = {name.lower().removeprefix("tag"): value for name, value in tag.items()}
        if "key" in lowered:
            found[str(lowered["key"])] = str(lowered.get("value") or "")
    return found
