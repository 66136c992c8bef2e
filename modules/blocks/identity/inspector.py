"""What Inspector needs of an instance whose packages it looks at.

See https://docs.aws.amazon.com/inspector/latest/user/scanning-ec2.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from modules.blocks.identity.policy import Statement
from modules.settings.regions import PARTITION

if TYPE_CHECKING:
    from modules.core.region import Region

#: Where its definitions and its plugin of the agent lie.
#: https://docs.aws.amazon.com/systems-manager/latest/userguide/ssm-agent-technical-details.html
INSPECTOR_BUCKETS = ("aws-ssm-document-attachments-{region}", "inspector2-oval-prod-{region}")
#: The parameter that says below which paths it looks for packages of programming languages.
PATHS = "parameter/inspector-aws/service/inspector-linux-application-paths"


def inspector_statements(region: Region) -> list[Statement]:
    """Run the associations that Inspector makes, and tell Systems Manager which packages are there.

    Without them an instance is scanned from snapshots alone, once a day, and no packages of programming languages are.

    See https://docs.aws.amazon.com/inspector/latest/user/deep-inspection.html
    """
    associations = [region.arn("ec2", "instance/*"), region.arn("ssm", "association/*")]
    return [
        # Neither of these two actions knows a resource.
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
