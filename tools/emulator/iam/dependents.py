"""Actions that a call needs besides its own, because the service does something else on behalf of the caller.

Each entry names the page that says so; besides, the "dependent actions" of
https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from tools.emulator.call import Call
from tools.emulator.iam.question import Question
from tools.emulator.iam.resources import values_at

Operation = tuple[str, str]

#: Which service a role is passed to, and where the parameters name it.
#: https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_passrole.html
PASSED_ROLES: dict[Operation, tuple[str, str]] = {
    ("backup", "CreateBackupSelection"): ("BackupSelection.IamRoleArn", "backup"),
    ("backup", "CreateRestoreTestingSelection"): ("RestoreTestingSelection.IamRoleArn", "backup"),
    ("backup", "UpdateRestoreTestingSelection"): ("RestoreTestingSelection.IamRoleArn", "backup"),
    ("chatbot", "CreateMicrosoftTeamsChannelConfiguration"): ("IamRoleArn", "chatbot"),
    ("chatbot", "CreateSlackChannelConfiguration"): ("IamRoleArn", "chatbot"),
    ("chatbot", "UpdateMicrosoftTeamsChannelConfiguration"): ("IamRoleArn", "chatbot"),
    ("chatbot", "UpdateSlackChannelConfiguration"): ("IamRoleArn", "chatbot"),
    ("cloudtrail", "CreateTrail"): ("CloudWatchLogsRoleArn", "cloudtrail"),
    ("cloudtrail", "UpdateTrail"): ("CloudWatchLogsRoleArn", "cloudtrail"),
    ("config", "PutConfigurationRecorder"): ("ConfigurationRecorder.roleARN", "config"),
    ("config", "PutRemediationConfigurations"): (
        "RemediationConfigurations.Parameters.AutomationAssumeRole.StaticValue.Values",
        "ssm",
    ),
    ("ec2", "CreateFlowLogs"): ("DeliverLogsPermissionArn", "vpc-flow-logs"),
    ("events", "PutTargets"): ("Targets.RoleArn", "events"),
    ("lambda", "CreateFunction"): ("Role", "lambda"),
    ("lambda", "UpdateFunctionConfiguration"): ("Role", "lambda"),
    ("rds", "CreateDBInstance"): ("MonitoringRoleArn", "monitoring.rds"),
    ("rds", "CreateDBInstanceReadReplica"): ("MonitoringRoleArn", "monitoring.rds"),
    ("rds", "ModifyDBInstance"): ("MonitoringRoleArn", "monitoring.rds"),
    ("s3", "PutBucketReplication"): ("ReplicationConfiguration.Role", "s3"),
    ("stepfunctions", "CreateStateMachine"): ("roleArn", "states"),
    ("stepfunctions", "UpdateStateMachine"): ("roleArn", "states"),
}
#: What takes a role by its name alone, such as the profile that an instance gets it from.
PASSED_NAMES: dict[Operation, tuple[str, str]] = {("iam", "AddRoleToInstanceProfile"): ("RoleName", "ec2")}


@dataclass(frozen=True, kw_only=True)
class KeyUse:
    """A key that a service uses for the caller.

    Parameters
    ----------
    path : str
        Where the parameters name the key.
    actions : tuple of str
        What the caller must be allowed to do with it, through the service.
    """

    path: str
    actions: tuple[str, ...]


#: https://docs.aws.amazon.com/secretsmanager/latest/userguide/security-encryption.html
_SECRET = ("Decrypt", "GenerateDataKey")
#: https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/Overview.Encryption.Keys.html
_DATABASE = ("CreateGrant", "DescribeKey")
#: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/encryption.usagenotes.html
_TABLE = ("CreateGrant", "Decrypt", "DescribeKey", "Encrypt", "GenerateDataKey", "ReEncryptFrom", "ReEncryptTo")
#: https://repost.aws/knowledge-center/backup-vault-access-denied
_VAULT = ("CreateGrant", "Decrypt", "DescribeKey", "GenerateDataKey", "RetireGrant")
#: https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars-encryption.html
_FUNCTION = ("CreateGrant", "Decrypt", "Encrypt")

KEY_USES: dict[Operation, tuple[KeyUse, ...]] = {
    ("backup", "CreateBackupVault"): (KeyUse(path="EncryptionKeyArn", actions=_VAULT),),
    ("dynamodb", "CreateTable"): (KeyUse(path="SSESpecification.KMSMasterKeyId", actions=_TABLE),),
    ("dynamodb", "UpdateTable"): (
        KeyUse(path="SSESpecification.KMSMasterKeyId", actions=_TABLE),
        KeyUse(path="ReplicaUpdates.Create.KMSMasterKeyId", actions=_TABLE),
    ),
    ("lambda", "CreateFunction"): (KeyUse(path="KMSKeyArn", actions=_FUNCTION),),
    ("lambda", "UpdateFunctionConfiguration"): (KeyUse(path="KMSKeyArn", actions=_FUNCTION),),
    ("rds", "CreateDBInstance"): (
        KeyUse(path="KmsKeyId", actions=_DATABASE),
        KeyUse(path="PerformanceInsightsKMSKeyId", actions=_DATABASE),
    ),
    ("rds", "CreateDBInstanceReadReplica"): (
        KeyUse(path="KmsKeyId", actions=_DATABASE),
        KeyUse(path="PerformanceInsightsKMSKeyId", actions=_DATABASE),
    ),
    ("rds", "StartDBInstanceAutomatedBackupsReplication"): (KeyUse(path="KmsKeyId", actions=_DATABASE),),
    ("secretsmanager", "CreateSecret"): (
        KeyUse(path="KmsKeyId", actions=_SECRET),
        KeyUse(path="AddReplicaRegions.KmsKeyId", actions=_SECRET),
    ),
    ("secretsmanager", "ReplicateSecretToRegions"): (KeyUse(path="AddReplicaRegions.KmsKeyId", actions=_SECRET),),
    ("secretsmanager", "UpdateSecret"): (KeyUse(path="KmsKeyId", actions=_SECRET),),
}

#: The role of the service's own that the first such call of an account makes.
#: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_aws-services-that-work-with-iam.html
LINKED_ROLES: dict[Operation, tuple[str, str]] = {
    ("accessanalyzer", "CreateAnalyzer"): ("access-analyzer.amazonaws.com", "AWSServiceRoleForAccessAnalyzer"),
    ("autoscaling", "CreateAutoScalingGroup"): ("autoscaling.amazonaws.com", "AWSServiceRoleForAutoScaling"),
    ("dynamodb", "UpdateTable"): ("replication.dynamodb.amazonaws.com", "AWSServiceRoleForDynamoDBReplication"),
    ("elbv2", "CreateLoadBalancer"): ("elasticloadbalancing.amazonaws.com", "AWSServiceRoleForElasticLoadBalancing"),
    ("guardduty", "CreateDetector"): ("guardduty.amazonaws.com", "AWSServiceRoleForAmazonGuardDuty"),
    ("inspector2", "Enable"): ("inspector2.amazonaws.com", "AWSServiceRoleForAmazonInspector2"),
    ("rds", "CreateDBInstance"): ("rds.amazonaws.com", "AWSServiceRoleForRDS"),
    ("securityhub", "EnableSecurityHub"): ("securityhub.amazonaws.com", "AWSServiceRoleForSecurityHub"),
    ("wafv2", "PutLoggingConfiguration"): ("wafv2.amazonaws.com", "AWSServiceRoleForWAFV2Logging"),
}
#: https://docs.aws.amazon.com/service-authorization/latest/reference/list_awswafv2.html
OF_LOAD_BALANCERS: dict[Operation, tuple[str, ...]] = {
    ("wafv2", "AssociateWebACL"): ("CreateWebACLAssociation", "SetWebAcl"),
    ("wafv2", "DisassociateWebACL"): ("DeleteWebACLAssociation", "SetWebAcl"),
    ("wafv2", "GetWebACLForResource"): ("GetLoadBalancerWebACL",),
}
_REPLICA_ITEMS = ("BatchWriteItem", "DeleteItem", "GetItem", "PutItem", "Query", "Scan", "UpdateItem")
#: Everything else, on any resource.
OTHERS: dict[Operation, tuple[str, ...]] = {
    # https://docs.aws.amazon.com/aws-backup/latest/devguide/access-control.html#backup-api-permissions-ref
    ("backup", "CreateBackupVault"): ("backup-storage:MountCapsule",),
    # https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html#configuration-vpc-permissions
    ("lambda", "CreateFunction"): ("ec2:DescribeSecurityGroups", "ec2:DescribeSubnets", "ec2:DescribeVpcs"),
    # https://docs.aws.amazon.com/waf/latest/developerguide/logging-cw-logs.html
    ("wafv2", "PutLoggingConfiguration"): (
        "logs:CreateLogDelivery",
        "logs:DeleteLogDelivery",
        "logs:DescribeLogGroups",
        "logs:DescribeResourcePolicies",
        "logs:PutResourcePolicy",
    ),
    ("wafv2", "DeleteLoggingConfiguration"): ("logs:DeleteLogDelivery",),
}


def dependents(call: Call, account_id: str) -> Iterator[Question]:
    """Yield what a call needs besides the action of its own name, but for tags and for keys that only state names."""
    operation = (call.service, call.operation)
    yield from _passed_roles(call, account_id)
    for use in KEY_USES.get(operation, ()):
        for key in values_at(call.parameters, use.path):
            if ":key/" in key:
                yield from through(call.service, key, use.actions)
    if operation in LINKED_ROLES and (call.service != "dynamodb" or call.parameters.get("ReplicaUpdates")):
        yield linked_role(*LINKED_ROLES[operation], account_id=account_id, region=call.region)
    for action in OTHERS.get(operation, ()):
        yield Question(action=action, resource="*", region=call.region)
    for action in OF_LOAD_BALANCERS.get(operation, ()):
        for arn in values_at(call.parameters, "ResourceArn"):
            # The reference gives one of them no kind of resource.
            resource = "*" if action == "SetWebAcl" else arn
            yield Question(action=f"elasticloadbalancing:{action}", resource=resource, region=call.region)
    if operation in BY_OPERATION:
        yield from BY_OPERATION[operation](call, account_id)


def through(service: str, key_arn: str, actions: tuple[str, ...]) -> Iterator[Question]:
    """Yield the uses of a key by a service for its caller.

    https://docs.aws.amazon.com/kms/latest/developerguide/conditions-kms.html#conditions-kms-via-service
    """
    region = key_arn.split(":")[3]
    keys = {"kms:ViaService": (f"{service}.{region}.amazonaws.com",)}
    for action in actions:
        # A service takes grants for itself only: https://docs.aws.amazon.com/kms/latest/developerguide/grants.html
        more = {"kms:GrantIsForAWSResource": ("true",)} if action == "CreateGrant" else {}
        yield Question(action=f"kms:{action}", resource=key_arn, keys=keys | more, region=region)


def linked_role(service: str, name: str, *, account_id: str, region: str) -> Question:
    """Return the question whether the caller may have a service make the role of its own."""
    return Question(
        action="iam:CreateServiceLinkedRole",
        resource=f"arn:aws:iam::{account_id}:role/aws-service-role/{service}/{name}",
        keys={"iam:AWSServiceName": (service,)},
        region=region,
    )


def passing(role_arn: str, service: str, *, region: str) -> Question:
    """Return the question whether the caller may give a service a role."""
    keys = {"iam:PassedToService": (f"{service}.amazonaws.com",)}
    return Question(action="iam:PassRole", resource=role_arn, keys=keys, region=region)


def _passed_roles(call: Call, account_id: str) -> Iterator[Question]:
    operation = (call.service, call.operation)
    if operation in PASSED_ROLES:
        path, service = PASSED_ROLES[operation]
        for arn in values_at(call.parameters, path):
            yield passing(arn, service, region=call.region)
    if operation in PASSED_NAMES:
        path, service = PASSED_NAMES[operation]
        for name in values_at(call.parameters, path):
            yield passing(f"arn:aws:iam::{account_id}:role/{name}", service, region=call.region)


def _replicas(call: Call, account_id: str) -> Iterator[Question]:
    """Yield what a replica of a table needs where it is made.

    https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/V2gt_IAM.html
    """
    wanted = {
        "Create": ("CreateTable", "CreateTableReplica", *_REPLICA_ITEMS),
        "Delete": ("DeleteTable", "DeleteTableReplica"),
    }
    for kind, actions in wanted.items():
        for region in values_at(call.parameters, f"ReplicaUpdates.{kind}.RegionName"):
            table = f"arn:aws:dynamodb:{region}:{account_id}:table/{call.parameters['TableName']}"
            for action in actions:
                yield Question(action=f"dynamodb:{action}", resource=table, region=region)


def _private_names(call: Call, _account_id: str) -> Iterator[Question]:
    """Yield what an endpoint's private names need.

    https://docs.aws.amazon.com/vpc/latest/privatelink/vpc-endpoints-iam.html
    """
    if call.parameters.get("PrivateDnsEnabled"):
        yield Question(
            action="route53:AssociateVPCWithHostedZone", resource="arn:aws:route53:::hostedzone/*", region=call.region
        )


def _rotation(call: Call, _account_id: str) -> Iterator[Question]:
    """Yield what attaching a rotation function needs.

    https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_RotateSecret.html
    """
    for arn in values_at(call.parameters, "RotationLambdaARN"):
        yield Question(action="lambda:InvokeFunction", resource=arn, region=call.region)


def _new_key(call: Call, account_id: str) -> Iterator[Question]:
    """Yield what putting a policy on a new key needs.

    https://docs.aws.amazon.com/service-authorization/latest/reference/list_awskeymanagementservice.html
    """
    if call.parameters.get("Policy"):
        key = f"arn:aws:kms:{call.region}:{account_id}:key/*"
        yield Question(action="kms:PutKeyPolicy", resource=key, region=call.region)


def _replica_key(call: Call, _account_id: str) -> Iterator[Question]:
    """Yield what a key's replica needs where it is made.

    https://docs.aws.amazon.com/kms/latest/developerguide/multi-region-keys-auth.html
    """
    yield Question(action="kms:CreateKey", resource="*", region=str(call.parameters.get("ReplicaRegion", call.region)))


BY_OPERATION: dict[Operation, Callable[[Call, str], Iterator[Question]]] = {
    ("dynamodb", "UpdateTable"): _replicas,
    ("ec2", "CreateVpcEndpoint"): _private_names,
    ("kms", "CreateKey"): _new_key,
    ("kms", "ReplicateKey"): _replica_key,
    ("secretsmanager", "RotateSecret"): _rotation,
}
