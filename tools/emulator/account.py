"""Which account the emulator stands for: its quotas, and whether it has seen AWS before.

``new``
    As AWS opens it: the quotas of a new account, nothing made yet, and RDS without its service-linked role.
``fresh``
    A new account after the preparation that docs/aws.md asks for: the quota of vCPUs is raised. The default.
``grown``
    An account in use: quotas are raised, service-linked roles, recorder, detector, hub, analyzer and password policy
    are there.
"""

import os
from enum import StrEnum

VARIABLE = "MERIDIAN_EMULATOR_ACCOUNT"
#: What moto answers as unless it is told.
EXAMPLE_ACCOUNT_ID = "123456789012"

STANDARD_VCPUS = "L-1216C47A"
SPOT_VCPUS = "L-34B43A08"
ELASTIC_IPS = "L-0263D0A3"
VPCS = "L-F678F1CE"
LAMBDA_CONCURRENCY = "L-B99A9384"
HEALTH_CHECKS = "L-ACB674F3"
#: What functions without a reservation share at least, in an account that has more.
LEAST_UNRESERVED_CONCURRENCY = 100


class Kind(StrEnum):
    """Which account the emulator stands for."""

    NEW = "new"
    FRESH = "fresh"
    GROWN = "grown"


#: By service and code: name, and the value in a new account. Numbers are of an account and region.
#: https://docs.aws.amazon.com/general/latest/gr/aws-service-information.html has them a service a page;
#: https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html says that new accounts have less
#: concurrency than the 1,000 of its table, and GetAccountSettings in such accounts says 10.
NEW_ACCOUNT: dict[tuple[str, str], tuple[str, int]] = {
    ("ec2", STANDARD_VCPUS): ("Running On-Demand Standard (A, C, D, H, I, M, R, T, Z) instances", 5),
    ("ec2", SPOT_VCPUS): ("All Standard (A, C, D, H, I, M, R, T, Z) Spot Instance Requests", 5),
    ("ec2", ELASTIC_IPS): ("EC2-VPC Elastic IPs", 5),
    ("vpc", VPCS): ("VPCs per Region", 5),
    ("lambda", LAMBDA_CONCURRENCY): ("Concurrent executions", 10),
    ("route53", HEALTH_CHECKS): ("Health checks", 200),
}
PREPARED = {("ec2", STANDARD_VCPUS): 32}
RAISED = {
    ("ec2", STANDARD_VCPUS): 640,
    ("ec2", SPOT_VCPUS): 640,
    ("ec2", ELASTIC_IPS): 20,
    ("vpc", VPCS): 20,
    ("lambda", LAMBDA_CONCURRENCY): 1000,
}

#: What AWS calls the role of a service, after ``AWSServiceRoleFor``.
SERVICE_LINKED_ROLES = {
    "access-analyzer": "AccessAnalyzer",
    "autoscaling": "AutoScaling",
    "backup": "Backup",
    "config": "Config",
    "elasticloadbalancing": "ElasticLoadBalancing",
    "guardduty": "AmazonGuardDuty",
    "inspector2": "AmazonInspector2",
    "rds": "RDS",
    "securityhub": "SecurityHub",
    "spot": "EC2Spot",
    "ssm": "AmazonSSM",
    "wafv2": "WAFV2Logging",
}


def account_id() -> str:
    """Return the account that this process answers as."""
    return os.environ.get("MOTO_ACCOUNT_ID") or EXAMPLE_ACCOUNT_ID


def kind() -> Kind:
    """Return the kind of this process's account.

    Raises
    ------
    ValueError
        If ``MERIDIAN_EMULATOR_ACCOUNT`` names a kind that there is not.
    """
    return Kind(os.environ.get(VARIABLE) or Kind.FRESH)


def quota(service: str, code: str) -> int:
    """Return the value of a quota.

    Parameters
    ----------
    service : str
        Its service in Service Quotas, such as ``ec2``.
    code : str
        Its code, such as ``L-1216C47A``.

    Raises
    ------
    KeyError
        If this emulator knows of no such quota.
    """
    raised = {Kind.NEW: {}, Kind.FRESH: PREPARED, Kind.GROWN: RAISED}[kind()]
    return raised.get((service, code), NEW_ACCOUNT[service, code][1])
