"""What Terraform imports each type by, as the provider's pages have it, from what AWS answers."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.support.fake_aws import FakeAws, denied
from tools.recovery.search import Search

ACCOUNT, REGION = "123456789012", "eu-west-1"
Answers = dict[tuple[str, str], Any]


def named(**more: Any) -> dict[str, Any]:
    return {"Tags": [{"Key": "Name", "Value": "ours"}], **more}


def ids(kind: str, body: dict[str, Any], answers: Answers) -> list[str]:
    """What a resource of this type is imported by, of everything that these answers hold."""
    stack = {
        "provider": {"aws": [{"alias": "home", "region": REGION}]},
        "resource": {kind: {"one": {"provider": "aws.home", **body}}},
    }
    plan = {"resource_changes": [{"address": f"{kind}.one", "mode": "managed", "change": {"actions": ["create"]}}]}
    search = Search(plan=plan, stack=stack, account_id=ACCOUNT, clients=FakeAws(answers))
    return [found.import_id for found in search.find(f"{kind}.one").found]


TAGS = {"tags": {"Name": "ours"}}
RULE = {"security_group_id": "sg-1", "ip_protocol": "tcp", "from_port": 5432, "to_port": 5432}
SAID = {"GroupId": "sg-1", "IpProtocol": "tcp", "FromPort": 5432, "ToPort": 5432, "SecurityGroupRuleId": "sgr-1"}
RECORD = {"zone_id": "Z1", "name": "*.Example.com", "type": "A"}
STOOD: dict[str, tuple[str, dict[str, Any], Answers, str]] = {
    "policy of the account": (
        "aws_iam_policy",
        {"name": "ours"},
        {("iam", "get_policy"): {"Policy": {"PolicyName": "ours"}}},
        f"arn:aws:iam::{ACCOUNT}:policy/ours",
    ),
    "OIDC provider": (
        "aws_iam_openid_connect_provider",
        {"url": "https://token.actions.githubusercontent.com"},
        {("iam", "get_open_id_connect_provider"): {"Url": "token.actions.githubusercontent.com"}},
        f"arn:aws:iam::{ACCOUNT}:oidc-provider/token.actions.githubusercontent.com",
    ),
    "address": (
        "aws_eip",
        TAGS,
        {("ec2", "describe_addresses"): {"Addresses": [named(AllocationId="eipalloc-1")]}},
        "eipalloc-1",
    ),
    "rule": (
        "aws_vpc_security_group_ingress_rule",
        RULE | {"cidr_ipv4": "10.0.0.0/8"},
        {
            ("ec2", "describe_security_group_rules"): {
                "SecurityGroupRules": [
                    SAID | {"IsEgress": True, "CidrIpv4": "10.0.0.0/8", "SecurityGroupRuleId": "sgr-out"},
                    SAID | {"IsEgress": False, "CidrIpv4": "11.0.0.0/8", "SecurityGroupRuleId": "sgr-other"},
                    SAID | {"IsEgress": False, "CidrIpv4": "10.0.0.0/8"},
                ]
            }
        },
        "sgr-1",
    ),
    "rule between groups": (
        "aws_vpc_security_group_egress_rule",
        RULE | {"referenced_security_group_id": "sg-2"},
        {
            ("ec2", "describe_security_group_rules"): {
                "SecurityGroupRules": [SAID | {"IsEgress": True, "ReferencedGroupInfo": {"GroupId": "sg-2"}}]
            }
        },
        "sgr-1",
    ),
    "rule for every port": (
        "aws_vpc_security_group_egress_rule",
        {"security_group_id": "sg-1", "ip_protocol": "-1", "cidr_ipv4": "0.0.0.0/0"},
        {
            ("ec2", "describe_security_group_rules"): {
                "SecurityGroupRules": [
                    SAID | {"IpProtocol": "-1", "FromPort": -1, "ToPort": -1, "IsEgress": True, "CidrIpv4": "0.0.0.0/0"}
                ]
            }
        },
        "sgr-1",
    ),
    "route": (
        "aws_route",
        {"route_table_id": "rtb-1", "destination_cidr_block": "0.0.0.0/0"},
        {
            ("ec2", "describe_route_tables"): {
                "RouteTables": [
                    {
                        "RouteTableId": "rtb-1",
                        "Routes": [{"DestinationCidrBlock": "0.0.0.0/0", "Origin": "CreateRoute"}],
                    }
                ]
            }
        },
        "rtb-1_0.0.0.0/0",
    ),
    "record": (
        "aws_route53_record",
        RECORD | {"set_identifier": "home"},
        {
            ("route53", "list_resource_record_sets"): {
                "ResourceRecordSets": [
                    {"Name": "\\052.example.com.", "Type": "A", "SetIdentifier": "away"},
                    {"Name": "\\052.example.com.", "Type": "A", "SetIdentifier": "home"},
                ]
            }
        },
        "Z1_*.Example.com_A_home",
    ),
    "health check without tags yet": (
        "aws_route53_health_check",
        TAGS | {"fqdn": "example.com", "type": "HTTPS", "resource_path": "/health"},
        {
            ("route53", "list_health_checks"): {
                "HealthChecks": [
                    {
                        "Id": "check-1",
                        "HealthCheckConfig": {
                            "FullyQualifiedDomainName": "example.com",
                            "Type": "HTTPS",
                            "ResourcePath": "/health",
                        },
                    }
                ]
            },
            ("route53", "list_tags_for_resource"): {"ResourceTagSet": {"Tags": []}},
        },
        "check-1",
    ),
    "firewall": (
        "aws_wafv2_web_acl",
        {"name": "acl", "scope": "REGIONAL"},
        {("wafv2", "list_web_acls"): {"WebACLs": [{"Name": "acl", "Id": "1", "ARN": "arn:acl"}]}},
        "1/acl/REGIONAL",
    ),
    "permission": (
        "aws_lambda_permission",
        {"function_name": "function", "statement_id": "allow"},
        {("lambda", "get_policy"): {"Policy": '{"Statement": [{"Sid": "allow"}]}'}},
        "function/allow",
    ),
    "selection of a backup": (
        "aws_backup_selection",
        {"plan_id": "plan", "name": "all"},
        {
            ("backup", "list_backup_selections"): {
                "BackupSelectionsList": [{"SelectionName": "all", "SelectionId": "selection"}]
            }
        },
        "plan|selection",
    ),
    "test of a restore": (
        "aws_backup_restore_testing_selection",
        {"restore_testing_plan_name": "plan", "name": "all"},
        {
            ("backup", "list_restore_testing_selections"): {
                "RestoreTestingSelections": [{"RestoreTestingSelectionName": "all"}]
            }
        },
        "all:plan",
    ),
    "replicated backups": (
        "aws_db_instance_automated_backups_replication",
        {"source_db_instance_arn": "arn:db"},
        {
            ("rds", "describe_db_instance_automated_backups"): {
                "DBInstanceAutomatedBackups": [
                    {"DBInstanceArn": "arn:db", "Status": "retained", "DBInstanceAutomatedBackupsArn": "arn:old"},
                    {"DBInstanceArn": "arn:db", "Status": "replicating", "DBInstanceAutomatedBackupsArn": "arn:new"},
                ]
            }
        },
        "arn:new",
    ),
    "target of a rule": (
        "aws_cloudwatch_event_target",
        {"rule": "rule", "arn": "arn:topic"},
        {
            ("events", "list_rules"): {"Rules": [{"Name": "rule"}]},
            ("events", "list_targets_by_rule"): {"Targets": [{"Arn": "arn:topic", "Id": "terraform-1"}]},
        },
        "rule/terraform-1",
    ),
    "query": (
        "aws_cloudwatch_query_definition",
        {"name": "query"},
        {
            ("logs", "describe_query_definitions"): {
                "queryDefinitions": [{"name": "query", "queryDefinitionId": "query-1"}]
            }
        },
        f"arn:aws:logs:{REGION}:{ACCOUNT}:query-definition:query-1",
    ),
    "budget": (
        "aws_budgets_budget",
        {"name": "month"},
        {("budgets", "describe_budgets"): {"Budgets": [{"BudgetName": "month"}]}},
        f"{ACCOUNT}:month",
    ),
    "monitor of costs": (
        "aws_ce_anomaly_monitor",
        {"name": "services"},
        {("ce", "get_anomaly_monitors"): {"AnomalyMonitors": [{"MonitorName": "services", "MonitorArn": "arn:m"}]}},
        "arn:m",
    ),
    "chat": (
        "aws_chatbot_slack_channel_configuration",
        {"configuration_name": "page"},
        {
            ("chatbot", "describe_slack_channel_configurations"): {
                "SlackChannelConfigurations": [{"ConfigurationName": "page", "ChatConfigurationArn": "arn:chat"}]
            }
        },
        "arn:chat",
    ),
    "chat of Teams": (
        "aws_chatbot_teams_channel_configuration",
        {"configuration_name": "page"},
        {
            ("chatbot", "list_microsoft_teams_channel_configurations"): {
                "TeamChannelConfigurations": [
                    {"ConfigurationName": "page", "TeamId": "team", "ChatConfigurationArn": "arn:chat"}
                ]
            }
        },
        "team",
    ),
    "zone": (
        "aws_route53_zone",
        {"name": "example.com"},
        {
            ("route53", "list_hosted_zones"): {
                "HostedZones": [
                    {"Name": "example.com.", "Id": "/hostedzone/Z0", "Config": {"PrivateZone": True}},
                    {"Name": "example.com.", "Id": "/hostedzone/Z1", "Config": {"PrivateZone": False}},
                ]
            }
        },
        "Z1",
    ),
    "parameter": (
        "aws_ssm_parameter",
        {"name": "/PROD/main/one"},
        {("ssm", "describe_parameters"): {"Parameters": [{"Name": "/PROD/main/one", "ARN": "arn:parameter"}]}},
        "/PROD/main/one",
    ),
    "account of Security Hub": (
        "aws_securityhub_account",
        {},
        {("securityhub", "describe_hub"): {"HubArn": "arn:hub"}},
        ACCOUNT,
    ),
}


@pytest.mark.parametrize(("kind", "body", "answers", "expected"), STOOD.values(), ids=STOOD.keys())
def test_it_is_imported_by(kind: str, body: dict[str, Any], answers: Answers, expected: str) -> None:
    assert ids(kind, body, answers) == [expected]


@pytest.mark.parametrize(("kind", "body", "answers", "_"), STOOD.values(), ids=STOOD.keys())
def test_where_it_does_not_stand_there_is_nothing(kind: str, body: dict[str, Any], answers: Answers, _: str) -> None:
    assert ids(kind, body, {}) == [] or kind == "aws_securityhub_account"
    for code in ("ResourceNotFoundException", "InvalidAccessException"):
        assert ids(kind, body, {key: denied(key[1], code) for key in answers}) == []


@pytest.mark.parametrize(("kind", "body", "answers", "_"), STOOD.values(), ids=STOOD.keys())
def test_rejects_what_may_not_be_read(kind: str, body: dict[str, Any], answers: Answers, _: str) -> None:
    with pytest.raises(ClientError, match="AccessDenied"):
        ids(kind, body, {key: denied(key[1]) for key in answers})


def test_a_record_that_may_be_written_over_is_written_over() -> None:
    answers: Answers = {
        ("route53", "list_resource_record_sets"): {"ResourceRecordSets": [{"Name": "a.example.com.", "Type": "A"}]}
    }
    record = RECORD | {"name": "a.example.com"}
    assert ids("aws_route53_record", record, answers) == ["Z1_a.example.com_A"]
    assert ids("aws_route53_record", record | {"allow_overwrite": True}, answers) == []


def test_keys_that_wait_for_their_deletion_or_are_others_are_not_ours() -> None:
    tags = {
        "ours": {"Tags": [{"TagKey": "Name", "TagValue": "ours"}]},
        "gone": {"Tags": [{"TagKey": "Name", "TagValue": "ours"}]},
        "another": {"Tags": []},
    }

    def tags_of(KeyId: str) -> dict[str, Any]:  # noqa: N803 - AWS's name
        if KeyId not in tags:
            raise denied("ListResourceTags", "AccessDeniedException")
        return tags[KeyId]

    answers: Answers = {
        ("kms", "list_keys"): {"Keys": [{"KeyId": one, "KeyArn": f"arn:{one}"} for one in (*tags, "secret")]},
        ("kms", "list_resource_tags"): tags_of,
        ("kms", "describe_key"): lambda KeyId: {  # noqa: N803 - as above
            "KeyMetadata": {"KeyState": "PendingDeletion" if KeyId == "gone" else "Enabled"}
        },
    }
    assert ids("aws_kms_key", TAGS, answers) == ["ours"]


def test_a_secret_that_waits_for_its_deletion_does_not_stand() -> None:
    secret = {"ARN": "arn:secret"}
    assert ids("aws_secretsmanager_secret", {"name": "s"}, {("secretsmanager", "describe_secret"): secret}) == [
        "arn:secret"
    ]
    deleted = secret | {"DeletedDate": "yesterday"}
    assert ids("aws_secretsmanager_secret", {"name": "s"}, {("secretsmanager", "describe_secret"): deleted}) == []
