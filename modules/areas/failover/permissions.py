"""What the two roles may do: one looks, the other acts.

They speak of every region, and the policies of a role may have 10,240 characters in all. So what is named alike in
every region is one pattern, and an id, which no other region has, stands in an ARN without its region.

See https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from modules.areas.failover.description import IDENTIFIER
from modules.areas.failover.runtime.names import NAMESPACE
from modules.blocks.identity.policy import Condition, Statement, string_equals, string_like
from modules.settings.regions import PARTITION

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from modules.areas.failover.runtime.world import Platform
    from modules.areas.secrets.secret import Secret
    from modules.blocks.alarms.alert_topics import AlertTopics
    from modules.blocks.keys.key import Key
    from modules.blocks.keys.keys import Keys
    from modules.core.region import Region


@dataclass(frozen=True, kw_only=True)
class Reach:
    """What the functions of one region reach.

    Parameters
    ----------
    region
        Their region.
    platform
        The names of the platform.
    keys
        By region, its keys.
    alerts
        By region, its topics.
    acls
        Ids of the network ACLs of the database tiers.
    secrets
        The secrets of the database.
    """

    region: Region
    platform: Platform
    keys: Mapping[str, Keys]
    alerts: Mapping[str, AlertTopics]
    acls: Sequence[str]
    secrets: Sequence[Secret]

    def everywhere(self, service: str, resource: str) -> str:
        """Pattern of ARNs of the platform in any region; ``resource`` ends where the region's name begins."""
        return f"{self.by_id(service, resource)}*"

    def by_id(self, service: str, resource: str) -> str:
        """ARN without its region of ``resource``, which ends with an id."""
        return f"arn:{PARTITION}:{service}:*:{self.region.account_id}:{resource}"

    @property
    def tables(self) -> str:
        """What the names of the journals begin with."""
        return f"{self.region.names.prefix('dynamodb')}{IDENTIFIER}-"

    def table_arns(self) -> str:
        """Pattern of the journals' ARNs."""
        return self.everywhere("dynamodb", f"table/{self.tables}")

    def key_statement(
        self, sid: str, service: str, purpose: str, *actions: str, context: Condition, lost: Sequence[str] = ()
    ) -> Statement:
        """Statement that allows the use of the regions' keys of one purpose, through one service.

        The keys of ``lost`` regions are not known: there the encryption context alone tells them from others.
        """
        found: list[Key] = [getattr(keys, purpose) for _, keys in sorted(self.keys.items())]
        unknown = [f"arn:{PARTITION}:kms:{name}:{self.region.account_id}:key/*" for name in lost]
        return Statement(
            sid=sid,
            actions=list(actions),
            resources=[*(self.by_id("kms", f"key/{key.resource.key_id}") for key in found), *unknown],
            condition=[string_like("kms:ViaService", f"{service}.*.amazonaws.com"), context],
        )


def look_statements(reach: Reach) -> list[Statement]:
    """Statements to read the databases' state, the replication lag and the journals, in every region.

    See https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonrds.html
    """
    return [
        Statement(
            sid="LookAtDatabases",
            actions=["rds:DescribeDBInstances"],
            resources=[reach.everywhere("rds", f"db:{reach.region.names.prefix('rds')}main-")],
        ),
        # These actions do not support resource-level permissions.
        Statement(sid="LookAtTheLag", actions=["cloudwatch:GetMetricStatistics"], resources=["*"]),
        Statement(sid="ReadJournals", actions=["dynamodb:GetItem", "dynamodb:Scan"], resources=[reach.table_arns()]),
        reach.key_statement(
            "DecryptJournals",
            "dynamodb",
            "data",
            "kms:Decrypt",
            context=string_like("kms:EncryptionContext:aws:dynamodb:tableName", f"{reach.tables}*"),
            # One that answers again has a table that Terraform does not know.
            lost=sorted(reach.platform.places.keys() - reach.keys.keys()),
        ),
    ]


def act_statements(reach: Reach) -> dict[str, list[Statement]]:
    """Statements for the steps and for the keeper, by purpose. What changes something names it."""
    return {
        "traffic": _traffic_statements(reach),
        "database": _database_statements(reach),
        "secrets": _secret_statements(reach),
        "pages": _page_statements(reach),
    }


def _traffic_statements(reach: Reach) -> list[Statement]:
    return [
        Statement(
            sid="HoldRegions",
            actions=["cloudwatch:PutMetricData"],
            resources=["*"],
            condition=[string_equals("cloudwatch:namespace", NAMESPACE)],
        ),
        Statement(sid="LookAtFences", actions=["ec2:DescribeNetworkAcls"], resources=["*"]),
        Statement(
            sid="FenceDatabases",
            actions=["ec2:CreateNetworkAclEntry", "ec2:DeleteNetworkAclEntry"],
            resources=[reach.by_id("ec2", f"network-acl/{one}") for one in reach.acls],
        ),
    ]


def _database_statements(reach: Reach) -> list[Statement]:
    region = reach.region
    here = reach.platform.places[region.name]
    group = f"autoScalingGroup:*:autoScalingGroupName/{here.group}"
    machines = f"stateMachine:{region.names.prefix('states')}{IDENTIFIER}-"
    return [
        Statement(sid="WriteJournals", actions=["dynamodb:PutItem"], resources=[reach.table_arns()]),
        Statement(
            sid="PromoteTheReplica",
            actions=["rds:PromoteReadReplica"],
            resources=[region.arn("rds", f"db:{here.instance}")],
        ),
        Statement(sid="LookAtGroups", actions=["autoscaling:DescribeAutoScalingGroups"], resources=["*"]),
        Statement(
            sid="ScaleTheGroup",
            actions=["autoscaling:SetDesiredCapacity"],
            resources=[region.arn("autoscaling", group)],
        ),
        Statement(
            sid="GoOnWithFailovers", actions=["states:StartExecution"], resources=[reach.everywhere("states", machines)]
        ),
    ]


def _secret_statements(reach: Reach) -> list[Statement]:
    """Statements on the secrets and their replicas.

    See https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_ReplicateSecretToRegions.html and
    https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_RotateSecret.html
    """
    region = reach.region
    here = [secret.arn_in(region.name) for secret in reach.secrets]
    elsewhere = [secret.resource.arn for secret in reach.secrets if secret.region.name != region.name]
    # After a failover whose secrets are one again, the writer may be elsewhere than its primary secrets.
    address = Statement(
        sid="AddressThePrimarySecrets",
        actions=["secretsmanager:GetSecretValue", "secretsmanager:PutSecretValue"],
        resources=elsewhere,
    )
    all_copies = [secret.arn_in("*") for secret in reach.secrets]
    return [
        Statement(
            sid="ChangeTheSecretsHere",
            actions=[
                "secretsmanager:GetSecretValue",
                "secretsmanager:PutSecretValue",
                "secretsmanager:ReplicateSecretToRegions",
                "secretsmanager:RotateSecret",
            ],
            resources=here,
        ),
        *([address] if elsewhere else []),
        Statement(
            sid="CutTheirCopiesLoose",
            actions=[
                "secretsmanager:CancelRotateSecret",
                "secretsmanager:DescribeSecret",
                "secretsmanager:StopReplicationToReplica",
            ],
            resources=all_copies,
        ),
        # Secrets Manager asks whether whoever turns rotation on may invoke the function.
        Statement(
            sid="LetThemRotate",
            actions=["lambda:InvokeFunction"],
            resources=[region.arn("lambda", f"function:{reach.platform.places[region.name].rotation}")],
        ),
        reach.key_statement(
            "UseTheSecretsKeys",
            "secretsmanager",
            "secrets",
            "kms:Decrypt",
            "kms:Encrypt",
            "kms:GenerateDataKey",
            context=string_like("kms:EncryptionContext:SecretARN", *all_copies),
        ),
    ]


def _page_statements(reach: Reach) -> list[Statement]:
    topics = reach.everywhere("sns", f"{reach.region.names.prefix('sns')}page-")
    return [
        Statement(sid="TellPeople", actions=["sns:Publish"], resources=[topics]),
        reach.key_statement(
            "EncryptWhatIsTold",
            "sns",
            "alerts",
            "kms:Decrypt",
            "kms:GenerateDataKey",
            context=string_like("kms:EncryptionContext:aws:sns:topicArn", topics),
        ),
    ]
