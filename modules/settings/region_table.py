"""Which regions Terraform and AWS take, as data that tests hold to the very programs that are pinned.

AWS opens regions faster than a release of the provider learns of them. A region that is not in here fails in the middle
of a plan; one that is, and that the account has not opted in to, is told by AWS.
"""

from __future__ import annotations

#: Regions of the commercial partition that AWS provider 5.100.0 takes.
#: https://docs.aws.amazon.com/global-infrastructure/latest/regions/aws-regions.html
REGIONS = frozenset(
    {
        *("af-south-1", "ap-east-1", "ap-east-2", "ap-northeast-1", "ap-northeast-2", "ap-northeast-3"),
        *("ap-south-1", "ap-south-2", "ap-southeast-1", "ap-southeast-2", "ap-southeast-3", "ap-southeast-4"),
        *("ap-southeast-5", "ap-southeast-7", "ca-central-1", "ca-west-1", "eu-central-1", "eu-central-2"),
        *("eu-north-1", "eu-south-1", "eu-south-2", "eu-west-1", "eu-west-2", "eu-west-3", "il-central-1"),
        *("me-central-1", "me-south-1", "mx-central-1", "sa-east-1", "us-east-1", "us-east-2", "us-west-1"),
        "us-west-2",
    }
)
#: Regions that AWS has named and that provider refuses.
REFUSED_BY_PROVIDER = frozenset({"ap-southeast-6", "me-west-1", "sa-west-1"})
#: What regions of other partitions open with: they have other domains, ARNs and service principals.
#: https://docs.aws.amazon.com/whitepapers/latest/aws-fault-isolation-boundaries/partitions.html
OTHER_PARTITIONS = ("cn-", "eu-isoe-", "eusc-", "us-gov-", "us-iso-", "us-isob-", "us-isof-")
#: Of ``REGIONS``, those in which the S3 backend of Terraform 1.11.4 keeps no state.
REFUSED_BY_BACKEND = frozenset({"ap-east-2"})

#: Where RDS has no ``db.m7g`` for PostgreSQL; ``db.m6g`` it has everywhere.
#: https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/Concepts.DBInstanceClass.RegionSupportAurora.html
WITHOUT_M7G_DATABASES = frozenset({"af-south-1", "ap-east-1", "ca-west-1", "eu-south-1"})
#: Where AWS Backup has no restore testing.
WITHOUT_RESTORE_TESTING = frozenset({"ap-southeast-5", "ap-southeast-7"})
#: Where Systems Manager has no ``ec2messages`` endpoint; instances use ``ssmmessages`` only.
#: https://docs.aws.amazon.com/systems-manager/latest/userguide/systems-manager-setting-up-messageAPIs.html
WITHOUT_EC2MESSAGES = frozenset({"ap-east-2", "ap-southeast-5", "ap-southeast-7", "mx-central-1"})

#: Old Availability Zones without current instance types: no m5 or newer, no Graviton, and not every interface endpoint.
#: Amazon EKS excludes the same three.
#: https://docs.aws.amazon.com/eks/latest/userguide/network-reqs.html
OLD_ZONES = {"ca-central-1": ("cac1-az3",), "us-east-1": ("use1-az3",), "us-west-1": ("usw1-az2",)}
