"""Permissions that an instance needs so that Amazon Inspector can scan its packages.

See https://docs.aws.amazon.com/inspector/latest/user/scanning-ec2.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from modules.blocks.identity.policy import Statement
from modules.settings.regions import PARTITION

if TYPE_CHECKING:
    from modules.core.region import Region

#: Buckets of its vulnerability definitions and of its plugin for the SSM Agent.
#: https://docs.aws.amazon.com/systems-manager/latest/userguide/ssm-agent-technical-details.html
INSPECTOR_BUCKETS = ("aws-ssm-document-attachments-{region}", "inspector2-oval-prod-{region}")
#: The parameter with the paths below which it looks for packages of programming languages.
PATHS = "parameter/inspector-aws/service/inspector-linux-application-paths"


def inspector_statements(region: Region) -> list[Statement]:
    """Statements to run Inspector's associations, and to report the installed packages to Systems Manager.

    Without them Inspector scans only snapshots of the instance, once a day, and no packages of programming languages.

    See https://docs.aws.amazon.com/inspector/latest/user/deep-inspection.html
    """
    associations = [region.arn("ec2", "instance/*"), region.arn("ssm", "association/*")]
    return [
        # These two actions do not support resource-level permissions.
        Statement(sid="TellInventory", actions=["ssm:ListAssociations", "ssm:PutInventory"], resources=["*"]),
        Statement(
            sid="RunAssociations",
            actions=["ssm:DescribeAssociation", "ssm:ListInstanceAssociations", "ssm:UpdateInstanceAssociationStatus"],
            resources=associations,
        ),
        Statement(
            sid="ReadDocumentsOfAssociations",
            actions=["ssm:DescribeDocument", "ssm:GetDocument"],
            resources=[
                f"arn:{PARTITION}:ssm:{region.name}:*:document/{name}"
                for name in ("AWS-GatherSoftwareInventory", "AmazonInspector2-*")
            ],
        ),
        Statement(
            sid="ReadPathsOfInspector",
            actions=["ssm:GetParameter", "ssm:GetParameters"],
            resources=[region.arn("ssm", PATHS)],
        ),
        Statement(
            sid="ReadDefinitionsOfInspector",
            actions=["s3:GetObject"],
            resources=[f"arn:{PARTITION}:s3:::{name.format(region=region.name)}/*" for name in INSPECTOR_BUCKETS],
        ),
    ]
