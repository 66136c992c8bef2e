"""What others have in an account, made by boto3, and what the account holds as its APIs tell it."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import cache
from typing import Any

from botocore.exceptions import ClientError

from tests.support.lives import SMALL, Applied

Clients = Callable[[str, str], Any]
#: Another region than the platform's, in which things of others are as well.
ELSEWHERE = "eu-central-1"
#: What the settings say of an account whose single resources are others'. The preferences of Session Manager are left
#: to the platform, which tests tamper with.
EXISTING: dict[str, Any] = {
    "account": {
        "ebs_encryption": "existing",
        "access_analyzer": "existing",
        "s3_public_access_block": "existing",
        "password_policy": "existing",
        "private_documents": "existing",
    },
    "configuration": {"recorder": "existing", "service_role": "existing", "aggregator": "existing"},
    "findings": {
        "guardduty": "existing",
        "security_hub": "existing",
        "inspector": "existing",
        "aggregator": "existing",
    },
}
CIDR = "192.168.0.0/20"
SHARING = "arn:aws:ssm:{}:{}:servicesetting/ssm/documents/console/public-sharing-permission"

#: By service, operations that list, the keys of their answers, and arguments.
LISTS: dict[str, list[tuple[str, str, dict[str, Any]]]] = {
    "accessanalyzer": [("list_analyzers", "analyzers", {})],
    "acm": [("list_certificates", "CertificateSummaryList", {})],
    "backup": [("list_backup_vaults", "BackupVaultList", {}), ("list_backup_plans", "BackupPlansList", {})],
    "cloudtrail": [("describe_trails", "trailList", {})],
    "cloudwatch": [("describe_alarms", "MetricAlarms", {})],
    "config": [
        ("describe_configuration_recorders", "ConfigurationRecorders", {}),
        ("describe_delivery_channels", "DeliveryChannels", {}),
        ("describe_config_rules", "ConfigRules", {}),
    ],
    "ec2": [
        ("describe_addresses", "Addresses", {}),
        ("describe_internet_gateways", "InternetGateways", {}),
        ("describe_network_acls", "NetworkAcls", {}),
        ("describe_route_tables", "RouteTables", {}),
        ("describe_security_group_rules", "SecurityGroupRules", {}),
        ("describe_security_groups", "SecurityGroups", {}),
        ("describe_subnets", "Subnets", {}),
        ("describe_volumes", "Volumes", {}),
        ("describe_vpcs", "Vpcs", {}),
        ("get_ebs_default_kms_key_id", "KmsKeyId", {}),
        ("get_ebs_encryption_by_default", "EbsEncryptionByDefault", {}),
    ],
    "events": [("list_rules", "Rules", {})],
    "guardduty": [("list_detectors", "DetectorIds", {})],
    "kms": [("list_aliases", "Aliases", {})],
    "lambda": [("list_functions", "Functions", {})],
    "logs": [
        ("describe_log_groups", "logGroups", {}),
        ("describe_metric_filters", "metricFilters", {}),
        ("describe_resource_policies", "resourcePolicies", {}),
    ],
    "secretsmanager": [("list_secrets", "SecretList", {})],
    "securityhub": [("describe_hub", "HubArn", {}), ("get_enabled_standards", "StandardsSubscriptions", {})],
    "sns": [("list_subscriptions", "Subscriptions", {})],
    "ssm": [
        ("list_documents", "DocumentIdentifiers", {"Filters": [{"Key": "Owner", "Values": ["Self"]}]}),
        # AWS's own parameters come and go.
        (
            "describe_parameters",
            "Parameters",
            {"ParameterFilters": [{"Key": "Path", "Option": "Recursive", "Values": ["/theirs"]}]},
        ),
    ],
}


def move_in(clients: Clients, account: str, region: str) -> str:
    """Make things of somebody else in a region, and some in another; return the id of their VPC.

    What an account has once is theirs, as `EXISTING` says.
    """
    for place in (region, ELSEWHERE):
        _of_every_kind(clients, account, place)
    _account(clients, account, region)
    _watchers(clients, account, region)
    return _network(clients, region)


def held_by(life: Applied) -> set[str]:
    """What the account of the small platform holds."""
    return inventory(cache(life.client), life.target.account_id, SMALL)


def kinds_of(lines: set[str]) -> set[str]:
    """What kind of thing each of these lines of an inventory is about; for lists, the service."""
    return {str(json.loads(line)[1]) for line in lines}


def inventory(clients: Clients, account: str, region: str) -> set[str]:
    """What the account holds in the region and in the other: a line of JSON for each resource and setting."""
    found: set[str] = set()
    for place in (region, ELSEWHERE):
        for service, lists in LISTS.items():
            for operation, key, arguments in lists:
                answers = _all(clients(service, place), operation, key, arguments)
                found |= {_line(place, service, operation, one) for one in answers}
        for what, one in _details(clients, account, place):
            found.add(_line(place, what, one))
    for what, one in _global(clients, account, region):
        found.add(_line("global", what, one))
    return found


def _line(*said: Any) -> str:
    return json.dumps(said, sort_keys=True, default=str)


def _all(client: Any, operation: str, key: str, arguments: dict[str, Any]) -> Iterator[Any]:
    try:
        pages = (
            client.get_paginator(operation).paginate(**arguments)
            if client.can_paginate(operation)
            else [getattr(client, operation)(**arguments)]
        )
        for page in pages:
            answer = page[key]
            yield from answer if isinstance(answer, list) else [answer]
    except ClientError as error:
        if error.response["Error"]["Code"] not in {"InvalidAccessException", "ResourceNotFoundException"}:
            raise


def _details(clients: Clients, account: str, region: str) -> Iterator[tuple[str, Any]]:
    kms = clients("kms", region)
    for key in _all(kms, "list_keys", "Keys", {}):
        metadata = kms.describe_key(KeyId=key["KeyId"])["KeyMetadata"]
        yield "key", metadata
        yield "key policy", (key["KeyId"], kms.get_key_policy(KeyId=key["KeyId"], PolicyName="default")["Policy"])
    sns, sqs, events = clients("sns", region), clients("sqs", region), clients("events", region)
    for topic in _all(sns, "list_topics", "Topics", {}):
        yield "topic", sns.get_topic_attributes(TopicArn=topic["TopicArn"])["Attributes"]
    for url in sqs.list_queues().get("QueueUrls", []):
        asked = ["Policy", "KmsMasterKeyId", "VisibilityTimeout"]
        yield "queue", (url, sqs.get_queue_attributes(QueueUrl=url, AttributeNames=asked)["Attributes"])
    for rule in _all(events, "list_rules", "Rules", {}):
        yield "targets", (rule["Name"], events.list_targets_by_rule(Rule=rule["Name"])["Targets"])
    dynamodb = clients("dynamodb", region)
    for table in dynamodb.list_tables()["TableNames"]:
        yield "table", dynamodb.describe_table(TableName=table)["Table"]["TableArn"]
    detectors = clients("guardduty", region)
    for detector in detectors.list_detectors()["DetectorIds"]:
        yield "detector", detectors.get_detector(DetectorId=detector)["Status"]
    for one in clients("inspector2", region).batch_get_account_status(accountIds=[account])["accounts"]:
        yield "inspector", one
    setting = clients("ssm", region).get_service_setting(SettingId=SHARING.format(region, account))["ServiceSetting"]
    yield "sharing of documents", (setting["SettingValue"], setting["Status"])


def _global(clients: Clients, account: str, region: str) -> Iterator[tuple[str, Any]]:
    iam, route53, s3 = (clients(service, region) for service in ("iam", "route53", "s3"))
    kinds = {"User": "UserDetailList", "Role": "RoleDetailList", "LocalManagedPolicy": "Policies"}
    for page in iam.get_paginator("get_account_authorization_details").paginate(Filter=list(kinds)):
        yield from ((kind, one) for kind, key in kinds.items() for one in page[key])
    yield "password policy", iam.get_account_password_policy()["PasswordPolicy"]
    block = clients("s3control", region).get_public_access_block(AccountId=account)
    yield "public access block", block["PublicAccessBlockConfiguration"]
    for zone in _all(route53, "list_hosted_zones", "HostedZones", {}):
        records = route53.list_resource_record_sets(HostedZoneId=zone["Id"])["ResourceRecordSets"]
        yield from (("record", (zone["Id"], zone["Name"], one)) for one in records)
    for budget in clients("budgets", "us-east-1").describe_budgets(AccountId=account).get("Budgets", []):
        yield "budget", (budget["BudgetName"], budget["BudgetLimit"])
    for bucket in s3.list_buckets()["Buckets"]:
        name = bucket["Name"]
        yield "bucket", (name, s3.get_bucket_versioning(Bucket=name).get("Status"))
        with_policy: Any = None
        try:
            with_policy = s3.get_bucket_policy(Bucket=name)["Policy"]
        except ClientError as error:
            if error.response["Error"]["Code"] != "NoSuchBucketPolicy":
                raise
        yield "bucket policy", (name, with_policy)
        objects = s3.list_objects_v2(Bucket=name).get("Contents", [])
        # In buckets of a platform there are states, which change.
        yield from (("object", (name, one["Key"], one["ETag"])) for one in objects if "-s3-" not in name)


def _role(clients: Clients, region: str, name: str, service: str) -> str:
    trust = {"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [trust]})
    made = clients("iam", region).create_role(RoleName=name, AssumeRolePolicyDocument=document)["Role"]
    return str(made["Arn"])


def _of_every_kind(clients: Clients, account: str, region: str) -> None:
    """One of each of what most accounts have, without a name that the platform would have."""
    key = clients("kms", region).create_key(Description="theirs")["KeyMetadata"]["KeyId"]
    clients("kms", region).create_alias(AliasName="alias/theirs", TargetKeyId=key)
    s3, bucket = clients("s3", region), f"theirs-{account}-{region}"
    s3.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": region})
    s3.put_object(Bucket=bucket, Key="order", Body=b"1")
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    topic = clients("sns", region).create_topic(Name="theirs")["TopicArn"]
    clients("sqs", region).create_queue(QueueName="theirs")
    clients("sns", region).subscribe(TopicArn=topic, Protocol="sqs", Endpoint=f"arn:aws:sqs:{region}:{account}:theirs")
    logs = clients("logs", region)
    logs.create_log_group(logGroupName="/theirs/web")
    logs.put_retention_policy(logGroupName="/theirs/web", retentionInDays=7)
    clients("cloudwatch", region).put_metric_alarm(
        AlarmName="theirs",
        Namespace="theirs",
        MetricName="errors",
        Statistic="Sum",
        Period=60,
        EvaluationPeriods=1,
        Threshold=1,
        ComparisonOperator="GreaterThanThreshold",
        AlarmActions=[topic],
    )
    events = clients("events", region)
    events.put_rule(Name="theirs", EventPattern=json.dumps({"source": ["aws.ec2"]}))
    events.put_targets(Rule="theirs", Targets=[{"Id": "queue", "Arn": f"arn:aws:sqs:{region}:{account}:theirs"}])
    ssm = clients("ssm", region)
    ssm.put_parameter(Name="/theirs/url", Value="https://example.org", Type="String")
    content = json.dumps(
        {
            "schemaVersion": "2.2",
            "description": "theirs",
            "mainSteps": [{"action": "aws:runShellScript", "name": "x", "inputs": {"runCommand": ["true"]}}],
        }
    )
    ssm.create_document(Name="theirs", Content=content, DocumentType="Command", DocumentFormat="JSON")
    clients("secretsmanager", region).create_secret(Name="theirs", SecretString="x")
    clients("dynamodb", region).create_table(
        TableName="theirs",
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    clients("ec2", region).create_volume(Size=1, AvailabilityZone=f"{region}a")
    clients("ec2", region).allocate_address(Domain="vpc")
    clients("backup", region).create_backup_vault(BackupVaultName="theirs")


def _account(clients: Clients, account: str, region: str) -> None:
    """What an account has once, or once in a region, otherwise than the platform would have it."""
    iam = clients("iam", region)
    iam.update_account_password_policy(MinimumPasswordLength=8)
    iam.create_user(UserName="theirs")
    role = _role(clients, region, "theirs", "lambda.amazonaws.com")
    allowed = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]}
    iam.put_role_policy(RoleName="theirs", PolicyName="theirs", PolicyDocument=json.dumps(allowed))
    code = io.BytesIO()
    with zipfile.ZipFile(code, "w") as archive:
        archive.writestr("index.py", "def handler(event, context): ...\n")
    clients("lambda", region).create_function(
        FunctionName="theirs",
        Runtime="python3.12",
        Role=role,
        Handler="index.handler",
        Code={"ZipFile": code.getvalue()},
    )
    clients("s3control", region).put_public_access_block(
        AccountId=account,
        PublicAccessBlockConfiguration={
            "BlockPublicAcls": True,
            "IgnorePublicAcls": True,
            "BlockPublicPolicy": False,
            "RestrictPublicBuckets": False,
        },
    )
    ec2 = clients("ec2", region)
    ec2.modify_ebs_default_kms_key_id(KmsKeyId="alias/theirs")
    zone = clients("route53", region).create_hosted_zone(Name="example.org", CallerReference="theirs")["HostedZone"]
    record = {"Name": "www.example.org", "Type": "A", "TTL": 60, "ResourceRecords": [{"Value": "192.0.2.1"}]}
    clients("route53", region).change_resource_record_sets(
        HostedZoneId=zone["Id"], ChangeBatch={"Changes": [{"Action": "CREATE", "ResourceRecordSet": record}]}
    )


def _watchers(clients: Clients, account: str, region: str) -> None:
    """What records and finds, of which a region has one."""
    iam, config = clients("iam", region), clients("config", region)
    with suppress(iam.exceptions.InvalidInputException):
        iam.create_service_linked_role(AWSServiceName="config.amazonaws.com")
    recorder = iam.get_role(RoleName="AWSServiceRoleForConfig")["Role"]["Arn"]
    bucket = f"theirs-{account}-{region}"
    deliver = {
        "Effect": "Allow",
        "Principal": {"Service": ["cloudtrail.amazonaws.com", "config.amazonaws.com"]},
        "Action": ["s3:GetBucketAcl", "s3:ListBucket", "s3:PutObject"],
        "Resource": [f"arn:aws:s3:::{bucket}", f"arn:aws:s3:::{bucket}/*"],
    }
    policy = json.dumps({"Version": "2012-10-17", "Statement": [deliver]})
    clients("s3", region).put_bucket_policy(Bucket=bucket, Policy=policy)
    config.put_configuration_recorder(ConfigurationRecorder={"name": "default", "roleARN": recorder})
    config.put_delivery_channel(DeliveryChannel={"name": "default", "s3BucketName": bucket})
    clients("cloudtrail", region).create_trail(Name="theirs", S3BucketName=bucket, IsMultiRegionTrail=True)
    config.start_configuration_recorder(ConfigurationRecorderName="default")
    for place in (region, ELSEWHERE):
        clients("guardduty", place).create_detector(Enable=True)
    clients("securityhub", region).enable_security_hub()
    clients("inspector2", region).enable(accountIds=[account], resourceTypes=["EC2"])
    clients("accessanalyzer", region).create_analyzer(analyzerName="theirs", type="ACCOUNT")


def _network(clients: Clients, region: str) -> str:
    ec2 = clients("ec2", region)
    vpc = str(ec2.create_vpc(CidrBlock=CIDR)["Vpc"]["VpcId"])
    subnet = ec2.create_subnet(VpcId=vpc, CidrBlock=CIDR.replace("/20", "/24"))["Subnet"]["SubnetId"]
    table = ec2.create_route_table(VpcId=vpc)["RouteTable"]["RouteTableId"]
    ec2.associate_route_table(SubnetId=subnet, RouteTableId=table)
    (group,) = ec2.describe_security_groups(Filters=[{"Name": "vpc-id", "Values": [vpc]}])["SecurityGroups"]
    ec2.authorize_security_group_ingress(
        GroupId=group["GroupId"],
        IpPermissions=[{"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "IpRanges": [{"CidrIp": CIDR}]}],
    )
    return vpc
