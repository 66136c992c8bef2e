"""The ARNs of what a call is about, made from its parameters by the forms of the service authorization reference.

Where the parameters do not name a required resource, as with one that is about to be made, it stands for any of its
kind: ``vpc/*``. Only a policy that allows the whole kind allows the call then, as with AWS.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from tools.emulator.call import Call
from tools.emulator.iam import reference, state
from tools.emulator.iam.reference import ResourceType

#: Which parameter names a resource: by prefix and kind, the first of these that a call has. A dot leads into a
#: structure.
PARAMETERS = {
    "access-analyzer:Analyzer": ("analyzerName",),
    "autoscaling:autoScalingGroup": ("AutoScalingGroupName", "Tags.ResourceId"),
    "backup:backupPlan": ("BackupPlanId",),
    "backup:backupVault": ("BackupVaultName", "BackupPlan.Rules.TargetBackupVaultName"),
    "backup:restoreTestingPlan": ("RestoreTestingPlanName", "RestoreTestingPlan.RestoreTestingPlanName"),
    "budgets:budget": ("BudgetName", "Budget.BudgetName"),
    "chatbot:ChatbotConfiguration": ("ConfigurationName",),
    "cloudtrail:trail": ("Name", "TrailName", "ResourceIdList", "trailNameList"),
    "cloudwatch:alarm": ("AlarmName", "AlarmNames"),
    "cloudwatch:dashboard": ("DashboardName", "DashboardNames"),
    "config:ConfigurationRecorder": (
        "ConfigurationRecorderName",
        "ConfigurationRecorder.name",
        "ConfigurationRecorderNames",
    ),
    "dynamodb:table": ("TableName", "TargetTableName"),
    "elasticloadbalancing:loadbalancer/app/": ("Name",),
    "elasticloadbalancing:targetgroup": ("Name",),
    "events:rule-on-default-event-bus": ("Name", "Rule"),
    "guardduty:detector": ("DetectorId",),
    "iam:instance-profile": ("InstanceProfileName",),
    "iam:role": ("RoleName",),
    "iam:user": ("UserName",),
    "kms:alias": ("AliasName",),
    "kms:key": ("KeyId", "TargetKeyId"),
    "lambda:function": ("FunctionName",),
    "logs:log-group": ("logGroupName",),
    "logs:log-stream": ("logGroupName",),
    "rds:auto-backup": ("DBInstanceAutomatedBackupsArn",),
    "rds:db": ("DBInstanceIdentifier", "SourceDBInstanceIdentifier"),
    "rds:og": ("OptionGroupName",),
    "rds:pg": ("DBParameterGroupName",),
    "rds:subgrp": ("DBSubnetGroupName",),
    "route53:change": ("Id",),
    "route53:healthcheck": ("HealthCheckId",),
    "route53:hostedzone": ("HostedZoneId", "Id"),
    "s3:bucket": ("Bucket",),
    "secretsmanager:Secret": ("SecretId", "Name"),
    "sns:topic": ("Name",),
    "sqs:queue": ("QueueName", "QueueUrl"),
    "ssm:document": ("Name",),
    "ssm:parameter": ("Name", "Names", "Path"),
    "ssm:servicesetting": ("SettingId",),
    "states:statemachine": ("name",),
    "wafv2:webacl": ("Name",),
}
#: Requests by the reference's forms that are not enough: name followed by what AWS adds to it.
FOLLOWED_BY = {"secretsmanager:Secret": "-??????", "backup:restoreTestingPlan": "-*"}
#: https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/resource-ids.html
EC2_KINDS = {
    "acl": "network-acl",
    "ami": "image",
    "eipalloc": "elastic-ip",
    "eni": "network-interface",
    "fl": "vpc-flow-log",
    "i": "instance",
    "igw": "internet-gateway",
    "lt": "launch-template",
    "nat": "natgateway",
    "pcx": "vpc-peering-connection",
    "rtb": "route-table",
    "sg": "security-group",
    "sgr": "security-group-rule",
    "subnet": "subnet",
    "vol": "volume",
    "vpc": "vpc",
    "vpce": "vpc-endpoint",
}
EC2_ID = re.compile(r"([a-z]+)-[0-9a-f]{8,17}")
#: Removed from the front of a value before it goes into an ARN.
FRONTS = ("/hostedzone/", "/healthcheck/", "/change/", "alias/")


def arns_of(call: Call, action: str, account_id: str) -> list[str]:
    """Return the ARNs that ``action`` is asked for in a call; ``*`` where the action is about no resource.

    Parameters
    ----------
    call : Call
        The call.
    action : str
        The action.
    account_id : str
        The account that the call is made in.
    """
    kinds = reference.resource_types(action)
    prefix = action.partition(":")[0]
    arns: list[str] = []
    for kind in kinds:
        if kind.name == "object":
            found = [f"arn:aws:s3:::{call.parameters['Bucket']}/{key}" for key in _keys(call.parameters)]
        elif prefix == "ec2":
            found = [
                reference.arn(kind.arn, region=call.region, account_id=account_id, name=name)
                for name in strings(call.parameters)
                if (match := EC2_ID.fullmatch(name)) and EC2_KINDS.get(match[1]) == kind.name
            ]
        else:
            linked = _linked_role(call, account_id) if prefix == "iam" and kind.name == "role" else []
            named = [*_given(call, kind), *_named(call, f"{prefix}:{kind.name}", kind, account_id)]
            # https://docs.aws.amazon.com/systems-manager/latest/userguide/ps-retrieval-authorization.html
            each = (prefix, kind.name) == ("ssm", "parameter")
            found = linked or (named if each else named[:1])
        if not found and kind.required and not _stands_for_another(kind, kinds):
            found = [_any_of(kind, call.region, account_id)]
        arns += found
    if action in {"wafv2:CreateWebACL", "wafv2:UpdateWebACL"} and "ManagedRuleGroupStatement" in str(call.parameters):
        # https://docs.aws.amazon.com/waf/latest/developerguide/security_iam_service-with-iam.html
        arns.append(f"arn:aws:wafv2:{call.region}:{account_id}:regional/managedruleset/*/*")
    return list(dict.fromkeys(arns)) or (_least(call, kinds, account_id) if kinds else ["*"])


def strings(value: object) -> Iterator[str]:
    """Yield every string in parameters, however deep."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for item in value.values():
            yield from strings(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from strings(item)


def values_at(parameters: Any, path: str) -> list[str]:  # noqa: ANN401 - parameters of any operation
    """Return the strings at ``path``, in which a dot leads into a structure, or into each of a list's."""
    name, _, rest = path.partition(".")
    if isinstance(parameters, list | tuple):
        return [value for item in parameters for value in values_at(item, path)]
    value = parameters.get(name) if isinstance(parameters, Mapping) else None
    if rest:
        return [] if value is None else values_at(value, rest)
    return [item for item in (value if isinstance(value, list | tuple) else [value]) if isinstance(item, str)]


def _given(call: Call, kind: ResourceType) -> list[str]:
    """Return the ARNs of a kind that stand in the parameters themselves."""
    form = re.compile(reference.expression(kind.arn))
    top = (call.parameters.get("LoggingConfiguration") or call.parameters).values()
    values = [value for item in top for value in (item if isinstance(item, list) else [item])]
    return [value for value in values if isinstance(value, str) and form.fullmatch(value.removesuffix(":*"))]


def _named(call: Call, key: str, kind: ResourceType, account_id: str) -> list[str]:
    """Return the ARNs of a kind that the parameters name."""
    if key.startswith("ssm:") and call.parameters.get("ResourceType") == kind.name.capitalize():
        # The calls for tags say of which type the resource is:
        # https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_AddTagsToResource.html
        return [_arn(key, kind, _bare(key, call.parameters["ResourceId"]), call, account_id)]
    for parameter in PARAMETERS.get(key, ()):
        names = [name for name in values_at(call.parameters, parameter) if name and not name.startswith("arn:")]
        if names:
            return [_arn(key, kind, _bare(key, name), call, account_id) for name in names]
    return []


def _bare(key: str, name: str) -> str:
    if key == "sqs:queue":
        return name.rpartition("/")[2]
    if key.startswith("ssm:"):
        return name.removeprefix("/")
    for front in FRONTS:
        name = name.removeprefix(front)
    return name


def _linked_role(call: Call, account_id: str) -> list[str]:
    """Return the role of a service's own that a call of IAM is about."""
    name = str(call.parameters.get("RoleName", ""))
    if service := call.parameters.get("AWSServiceName"):
        return [f"arn:aws:iam::{account_id}:role/aws-service-role/{service}/*"]
    if name.startswith("AWSServiceRoleFor") or call.parameters.get("DeletionTaskId"):
        made = state.role_arn(name, account_id=account_id)
        return [made or f"arn:aws:iam::{account_id}:role/aws-service-role/*/{name or '*'}"]
    return []


def _arn(key: str, kind: ResourceType, name: str, call: Call, account_id: str) -> str:
    if key == "ssm:parameter" and name.startswith("aws/"):
        # AWS's public parameters belong to no account.
        account_id = ""
    if key in {"logs:log-group", "logs:log-stream"}:
        # But for the calls for tags, which name the group by its ARN; the page on IAM of CloudWatch Logs says so:
        # https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/iam-access-control-overview-cwl.html
        group = f"arn:aws:logs:{call.region}:{account_id}:log-group:{name}"
        return f"{group}:log-stream:{call.parameters.get('logStreamName', '')}"
    if key == "autoscaling:autoScalingGroup":
        return f"arn:aws:autoscaling:{call.region}:{account_id}:autoScalingGroup:*:autoScalingGroupName/{name}"
    if key == "chatbot:ChatbotConfiguration":
        return f"arn:aws:chatbot::{account_id}:chat-configuration/*/{name}"
    if key == "wafv2:webacl":
        scope = str(call.parameters.get("Scope", "REGIONAL")).lower()
        return f"arn:aws:wafv2:{call.region}:{account_id}:{scope}/webacl/{name}/{call.parameters.get('Id', '*')}"
    if key == "secretsmanager:Secret" and (known := state.secret_arn(name, region=call.region, account_id=account_id)):
        return known
    name += FOLLOWED_BY.get(key, "")
    return reference.arn(kind.arn, region=call.region, account_id=account_id, name=name)


def _any_of(kind: ResourceType, region: str, account_id: str) -> str:
    return reference.arn(kind.arn, region=region, account_id=account_id)


def _stands_for_another(kind: ResourceType, kinds: tuple[ResourceType, ...]) -> bool:
    """Return whether a call is about this kind or another that the reference calls required too, never about both."""
    alternatives = {"healthcheck": {"hostedzone"}, "hostedzone": {"healthcheck"}}
    return bool(alternatives.get(kind.name, set()) & {other.name for other in kinds})


def _least(call: Call, kinds: tuple[ResourceType, ...], account_id: str) -> list[str]:
    """Return what stands for a call that is about one of several kinds without saying which."""
    if call.service == "route53" and (kind := call.parameters.get("ResourceType")):
        return [f"arn:aws:route53:::{kind}/{call.parameters['ResourceId']}"]
    return [_any_of(kinds[0], call.region, account_id)]


def _keys(parameters: Mapping[str, Any]) -> list[str]:
    if "Delete" in parameters:
        return [str(item["Key"]) for item in parameters["Delete"].get("Objects", [])]
    return [str(parameters["Key"])] if "Key" in parameters else []
