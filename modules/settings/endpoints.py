"""The AWS services that have an interface endpoint, and the prefixes of their actions in IAM.

The policy of an endpoint names actions as IAM does. A prefix that IAM does not know makes the endpoint deny everything,
and with private DNS the VPC then has no access to the service; so settings refuse a service that is not listed here.

See https://docs.aws.amazon.com/vpc/latest/privatelink/aws-services-privatelink-support.html and
https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
"""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import AfterValidator

from modules.settings.faults import choices, nearest
from modules.settings.types import Allowed, fault

#: Prefix of a service's actions, by what follows ``com.amazonaws.REGION.`` in the endpoint service's name.
IAM_PREFIXES = {
    "access-analyzer": "access-analyzer",
    "acm-pca": "acm-pca",
    "airflow.api": "airflow",
    "appconfig": "appconfig",
    "appconfigdata": "appconfig",
    "application-autoscaling": "application-autoscaling",
    "aps-workspaces": "aps",
    "athena": "athena",
    "autoscaling": "autoscaling",
    "backup": "backup",
    "bedrock": "bedrock",
    "bedrock-agent": "bedrock",
    "bedrock-agent-runtime": "bedrock",
    "bedrock-runtime": "bedrock",
    "cloudformation": "cloudformation",
    "cloudtrail": "cloudtrail",
    "codebuild": "codebuild",
    "codecommit": "codecommit",
    "codedeploy": "codedeploy",
    "codepipeline": "codepipeline",
    "comprehend": "comprehend",
    "config": "config",
    "ec2": "ec2",
    "ec2messages": "ec2messages",
    "ecr.api": "ecr",
    "ecr.dkr": "ecr",
    "ecs": "ecs",
    "ecs-agent": "ecs",
    "ecs-telemetry": "ecs",
    "eks": "eks",
    "elasticache": "elasticache",
    "elasticbeanstalk": "elasticbeanstalk",
    "elasticfilesystem": "elasticfilesystem",
    "elasticloadbalancing": "elasticloadbalancing",
    "elasticmapreduce": "elasticmapreduce",
    "events": "events",
    "execute-api": "execute-api",
    "fis": "fis",
    "git-codecommit": "codecommit",
    "glue": "glue",
    "guardduty-data": "guardduty",
    "inspector2": "inspector2",
    "kinesis-firehose": "firehose",
    "kinesis-streams": "kinesis",
    "kms": "kms",
    "kms-fips": "kms",
    "lambda": "lambda",
    "logs": "logs",
    "macie2": "macie2",
    "monitoring": "cloudwatch",
    "rds": "rds",
    "rds-data": "rds-data",
    "redshift": "redshift",
    "redshift-data": "redshift-data",
    "rekognition": "rekognition",
    "sagemaker.api": "sagemaker",
    "sagemaker.runtime": "sagemaker",
    "secretsmanager": "secretsmanager",
    "securityhub": "securityhub",
    "servicediscovery": "servicediscovery",
    "sns": "sns",
    "sqs": "sqs",
    "ssm": "ssm",
    "ssm-contacts": "ssm-contacts",
    "ssm-incidents": "ssm-incidents",
    "ssmmessages": "ssmmessages",
    "states": "states",
    "sts": "sts",
    "sync-states": "states",
    "textract": "textract",
    "translate": "translate",
    "xray": "xray",
}


#: Every VPC has their gateway endpoints.
GATEWAYS = ("dynamodb", "s3")


def _is_known(value: str) -> str:
    if value in IAM_PREFIXES:
        return value
    if value in GATEWAYS:
        raise fault("a service that every VPC has a gateway endpoint for", "the list without it")
    name = re.sub(r"^com\.amazonaws\.[a-z0-9-]+\.", "", value)
    allowed = choices(name, IAM_PREFIXES, where="modules/settings/endpoints.py")
    problem = "no service that an endpoint is made for" if name == value else "a service with its region"
    raise fault(f"{problem}{nearest(name, IAM_PREFIXES)}", allowed)


EndpointService = Annotated[
    str,
    AfterValidator(_is_known),
    Allowed(words="a service with an interface endpoint", values=tuple(IAM_PREFIXES)),
]
