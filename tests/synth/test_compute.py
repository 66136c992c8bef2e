import re
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from modules.areas.compute.group import _launch_template
from modules.settings import SettingsError, load_settings
from modules.settings.compute import ComputeSettings
from tests.support.otherwise import IMAGE, OTHERWISE
from tests.support.region_sets import FIVE, ONE, THREE, TWO, settings_of, write_settings
from tests.support.synthesized import Block, Stack, platform

SETS = pytest.mark.parametrize("regions", [ONE, TWO, THREE, FIVE], ids=len)


@SETS
def test_every_region_launches_hardened_instances(regions: tuple[str, ...]) -> None:
    stack = platform(*regions)
    templates = stack.resources("aws_launch_template")
    assert sorted(one.region for one in templates) == sorted(regions)
    for template in templates:
        metadata = template.body["metadata_options"]
        assert (metadata["http_tokens"], metadata["http_put_response_hop_limit"]) == ("required", 1)
        assert template.body["monitoring"]["enabled"] is True
        assert "key_name" not in template.body
        (interface,) = template.body["network_interfaces"]
        assert interface["associate_public_ip_address"] == "false"
        (mapping,) = template.body["block_device_mappings"]
        volume = mapping["ebs"]
        assert (volume["encrypted"], volume["volume_type"]) == ("true", "gp3")
        assert stack.at(volume["kms_key_id"]).name_tag == f"PROD-kms-test-volumes-{template.region}"
        image = stack.at(template.body["image_id"])
        assert image.body["name"].endswith("al2023-ami-kernel-default-arm64")
        assert image.region == template.region


@SETS
def test_every_group_spans_all_private_subnets_and_outlives_a_zone(regions: tuple[str, ...]) -> None:
    stack = platform(*regions)
    groups = stack.resources("aws_autoscaling_group")
    assert sorted(one.region for one in groups) == sorted(regions)
    for group in groups:
        subnets = [stack.at(one) for one in group.body["vpc_zone_identifier"]]
        assert {one.body["tags"]["Tier"] for one in subnets} == {"private"}
        zones = len({one.body["availability_zone"] for one in subnets})
        assert zones == (2 if group.region == "us-west-1" else 3)
        size = group.body["min_size"]
        assert size - -(-size // zones) >= 2
        assert group.body["health_check_type"] == "ELB"
        refresh = group.body["instance_refresh"]["preferences"]
        # Auto Scaling would roll back to the version that the provider has saved first: the new one.
        assert (refresh["auto_rollback"], refresh["min_healthy_percentage"]) == (False, 100)
        assert group.body["ignore_failed_scaling_activities"] is True
        assert group.body["launch_template"]["version"].endswith(".latest_version}")
        (target,) = group.body["target_group_arns"]
        assert stack.at(target).region == group.region
        assert all(tag["propagate_at_launch"] for tag in group.body["tag"])


@SETS
def test_groups_scale_on_cpu_and_on_requests(regions: tuple[str, ...]) -> None:
    for region in regions:
        policies = platform(*regions).resources("aws_autoscaling_policy", region)
        metrics = {
            one.body["target_tracking_configuration"]["predefined_metric_specification"]["predefined_metric_type"]
            for one in policies
        }
        assert metrics == {"ASGAverageCPUUtilization", "ALBRequestCountPerTarget"}


def groups_of(stack: Stack, template: Block) -> list[Block]:
    """Security groups of the instances that a template launches."""
    (interface,) = template.body["network_interfaces"]
    return [stack.at(one) for one in interface["security_groups"]]


def rules_of(stack: Stack, direction: str, *groups: str) -> list[Block]:
    """Rules of security groups, given by address, for a direction."""
    return [
        one
        for one in stack.resources(f"aws_vpc_security_group_{direction}_rule")
        if stack.at(one.body["security_group_id"]).address in groups
    ]


@SETS
def test_instances_bear_their_own_group_and_that_of_the_clients_of_the_database(regions: tuple[str, ...]) -> None:
    stack = platform(*regions)
    for template in stack.resources("aws_launch_template"):
        names = [group.name_tag for group in groups_of(stack, template)]
        assert names == [f"PROD-sg-test-{group}-{template.region}" for group in ("web", "database-clients")]


@SETS
def test_instances_take_https_from_the_load_balancer_alone(regions: tuple[str, ...]) -> None:
    stack = platform(*regions)
    for template in stack.resources("aws_launch_template"):
        (rule,) = rules_of(stack, "ingress", *(group.address for group in groups_of(stack, template)))
        assert (rule.body["from_port"], rule.body["to_port"]) == (443, 443)
        assert stack.at(rule.body["referenced_security_group_id"]).name_tag == f"PROD-sg-test-alb-{template.region}"


@SETS
def test_load_balancer_reaches_instances_over_https_and_nothing_else(regions: tuple[str, ...]) -> None:
    stack = platform(*regions)
    for balancer in stack.resources("aws_lb"):
        (group,) = (stack.at(one).address for one in balancer.body["security_groups"])
        (rule,) = rules_of(stack, "egress", group)
        assert (rule.body["ip_protocol"], rule.body["from_port"], rule.body["to_port"]) == ("tcp", 443, 443)
        assert stack.at(rule.body["referenced_security_group_id"]).name_tag == f"PROD-sg-test-web-{balancer.region}"


@SETS
def test_instances_may_do_what_is_written_here_and_nothing_else(regions: tuple[str, ...]) -> None:
    stack = platform(*regions)
    assert not stack.json["resource"].get("aws_iam_role_policy_attachment")
    home = regions[0]
    for profile in stack.resources("aws_iam_instance_profile"):
        region, role = profile.region, stack.at(profile.body["role"]).address
        found = [
            (one["sid"], *sorted(one["actions"]), *(in_names(stack, resource) for resource in one["resources"]))
            for policy in stack.resources("aws_iam_role_policy")
            if stack.at(policy.body["role"]).address == role
            for one in stack.at(policy.body["policy"]).body["statement"]
        ]
        assert sorted(found) == sorted(permissions(region, home=home))


def in_names(stack: Stack, resource: str) -> str:
    """A resource of a statement, with names where it refers to others, and of a copy also its region."""
    resource = re.sub(r'\$\{replace\((aws_[\w.-]+), "[^"]+", ":([\w-]+):"\)\}', r"${\1} in \2", resource)
    named = re.sub(r"\$\{aws_[\w.-]+\}", lambda one: name_of(stack.at(one[0])), resource)
    return re.sub(r"\$\{data\.aws_caller_identity\.[^}]+\}", "ACCOUNT", named)


def name_of(block: Block) -> str:
    return block.name_tag if "tags" in block.body else str(block.body["name"])


def permissions(region: str, *, home: str) -> list[tuple[str, ...]]:
    """What instances of a region may do: the sid, the actions, and on what."""
    bucket, key = f"prod-s3-test-data-ACCOUNT-{region}", f"PROD-kms-test-{{}}-{region}"
    secret = f"PROD-secret-test-application-{home}"
    copy = secret if region == home else f"{secret} in {region}"
    table = f"arn:aws:dynamodb:{region}:ACCOUNT:table/PROD-dynamodb-test-sessions-{home}"
    logs, sessions = f"PROD-logs-test-web-{region}", f"PROD-logs-test-session-manager-{region}"
    write = ("logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents")
    items = ("BatchGetItem", "BatchWriteItem", "ConditionCheckItem", "DeleteItem", "GetItem", "PutItem", "Query")
    documents = [
        f"arn:aws:ssm:{region}:*:document/{one}" for one in ("AWS-GatherSoftwareInventory", "AmazonInspector2-*")
    ]
    paths = f"arn:aws:ssm:{region}:ACCOUNT:parameter/inspector-aws/service/inspector-linux-application-paths"
    definitions = [f"arn:aws:s3:::{one}-{region}/*" for one in ("aws-ssm-document-attachments", "inspector2-oval-prod")]
    channels = ("CreateControlChannel", "CreateDataChannel", "OpenControlChannel", "OpenDataChannel")
    objects = ("AbortMultipartUpload", "DeleteObject", "GetObject", "ListMultipartUploadParts", "PutObject")
    return [
        ("WriteSessionLogs", *write, sessions, f"{sessions}:*"),
        ("DescribeLogGroups", "logs:DescribeLogGroups", f"arn:aws:logs:{region}:ACCOUNT:log-group:*"),
        ("ListTheData", "s3:ListBucket", bucket),
        ("ReadReleases", "s3:GetObject", f"{bucket}/releases/*"),
        ("WorkWithTheData", *(f"s3:{one}" for one in objects), f"{bucket}/application/*"),
        ("UseItsKey", "kms:Decrypt", "kms:GenerateDataKey", key.format("storage")),
        ("ReadTheSecret", "secretsmanager:DescribeSecret", "secretsmanager:GetSecretValue", copy),
        ("DecryptTheSecret", "kms:Decrypt", key.format("secrets")),
        (
            "ReadParameters",
            *(f"ssm:{one}" for one in ("GetParameter", "GetParameters", "GetParametersByPath")),
            *(f"arn:aws:ssm:{region}:ACCOUNT:parameter/PROD/test{below}" for below in ("", "/*")),
        ),
        ("WorkWithSessions", *(f"dynamodb:{one}" for one in (*items, "UpdateItem")), table),
        ("UseTheirKey", "kms:Decrypt", key.format("data")),
        ("TellInventory", "ssm:ListAssociations", "ssm:PutInventory", "*"),
        (
            "RunAssociations",
            *(f"ssm:{one}" for one in ("DescribeAssociation", "ListInstanceAssociations")),
            "ssm:UpdateInstanceAssociationStatus",
            f"arn:aws:ec2:{region}:ACCOUNT:instance/*",
            f"arn:aws:ssm:{region}:ACCOUNT:association/*",
        ),
        ("ReadDocumentsOfAssociations", "ssm:DescribeDocument", "ssm:GetDocument", *documents),
        ("ReadPathsOfInspector", "ssm:GetParameter", "ssm:GetParameters", paths),
        ("ReadDefinitionsOfInspector", "s3:GetObject", *definitions),
        ("RegisterInstance", "ssm:UpdateInstanceInformation", f"arn:aws:ec2:{region}:ACCOUNT:instance/*"),
        ("AcceptSessionsAndCommands", *(f"ssmmessages:{one}" for one in channels), "*"),
        ("WriteLogs", *write, logs, f"{logs}:*"),
        ("PutMetrics", "cloudwatch:PutMetricData", "*"),
    ]


@pytest.mark.slow
def test_without_inspector_instances_may_do_nothing_for_it() -> None:
    stack = platform(*ONE, findings={"inspector": "off"})
    sids = {
        statement["sid"]
        for policy in stack.resources("aws_iam_role_policy")
        for statement in stack.at(policy.body["policy"]).body["statement"]
    }
    assert "RegisterInstance" in sids
    assert not {sid for sid in sids if "Inspector" in sid or "Associations" in sid}


@SETS
def test_a_plan_asks_whether_every_zone_has_the_instance_types(regions: tuple[str, ...]) -> None:
    stack = platform(*regions)
    offers = {one.region: one for one in stack.data("aws_ec2_instance_type_offerings")}
    assert offers.keys() == set(regions)
    for region, one in offers.items():
        assert one.body["location_type"] == "availability-zone"
        assert one.body["filter"] == [{"name": "instance-type", "values": ["m6g.large"]}]
        # Whatever refers to what has yet to be made is read at the apply.
        assert "lifecycle" not in one.body
        (group,) = stack.resources("aws_autoscaling_group", region)
        (condition,) = group.body["lifecycle"]["precondition"]
        assert f"{one.address}.locations" in condition["condition"]
        private = [one for one in stack.resources("aws_subnet", region) if one.body["tags"]["Tier"] == "private"]
        assert all(f"{subnet.address}.availability_zone" in condition["condition"] for subnet in private)
        assert f"network.zones.{region}" in condition["error_message"]


@pytest.mark.parametrize(
    ("compute", "kind"),
    [
        ({}, "launch_template"),
        ({"spot_percentage": "50"}, "mixed_instances_policy"),
        ({"instance_types": ["m7g.large", "m6g.large"]}, "mixed_instances_policy"),
        ({"instance_types": ["m7g.large", "m6g.large"], "spot_percentage": "50"}, "mixed_instances_policy"),
    ],
)
def test_several_instance_types_and_spot_each_take_a_mixed_instances_policy(compute: dict[str, Any], kind: str) -> None:
    template: Any = SimpleNamespace(resource=SimpleNamespace(id="lt-1", latest_version=1))
    assert _launch_template(template, ComputeSettings.model_validate(compute)).keys() == {kind}


@pytest.mark.slow
def test_mixed_instances_and_a_warm_pool_are_settings() -> None:
    mixed = {"instance_types": ["m7g.large", "m6g.large"], "spot_percentage": "50"}
    (group,) = platform(*ONE, compute=mixed).resources("aws_autoscaling_group")
    policy = group.body["mixed_instances_policy"]
    assert [one["instance_type"] for one in policy["launch_template"]["override"]] == ["m7g.large", "m6g.large"]
    distribution = policy["instances_distribution"]
    assert distribution["on_demand_base_capacity"] == 2
    assert distribution["on_demand_percentage_above_base_capacity"] == 50
    (group,) = platform(*ONE, compute={"warm_pool_size": "2"}).resources("aws_autoscaling_group")
    assert group.body["warm_pool"]["min_size"] == 2


def test_containers_are_one_hop_further_and_images_can_be_kept() -> None:
    (template,) = platform(*ONE, **OTHERWISE).resources("aws_launch_template")
    assert template.body["metadata_options"]["http_put_response_hop_limit"] == 2
    assert template.body["image_id"] == "ami-01234567"


def with_variables(**container: Any) -> dict[str, Any]:
    """Settings of a container with these keys."""
    return {"compute": {"container": {"image": IMAGE, **container}}}


REJECTED: list[tuple[dict[str, Any], str]] = [
    ({"compute": {"instance_types": ["m6i.large"]}}, r"compute\.instance_types\[0\]: its processors are x86_64"),
    ({"compute": {"min_size": "2"}}, r"compute\.min_size: without one of the 3 zones of eu-west-1 1 are left of 2"),
    ({"compute": {"max_size": "2"}}, r"compute\.max_size: below the smallest size in eu-west-1"),
    ({"compute": {"cpu_target": "70"}}, r"compute\.cpu_target: without one of the 3 zones"),
    ({"compute": {"warm_pool_size": "10"}}, r"compute\.warm_pool_size: more than the group can grow by"),
    ({"compute": {"warm_pool_size": "1", "spot_percentage": "5"}}, r"compute\.warm_pool_size: a group of mixed"),
    ({"compute": {"artifact": "a.tar.gz", "container": {"image": IMAGE}}}, r"compute\.artifact: a container is served"),
    ({"compute": {"artifact_sha256": "0" * 64}}, r"compute\.artifact_sha256: there is no archive"),
    ({"compute": {"artifact": "a.tar.gz", "artifact_sha256": "x"}}, r"compute\.artifact_sha256: not a SHA-256"),
    ({"compute": {"artifact": "a b.zip"}}, r"compute\.artifact: not the key of an artifact"),
    ({"compute": {"image_ids": {"us-east-1": "ami-01234567"}}}, r"compute\.image_ids\.us-east-1: not one of the"),
    (
        {"compute": {"artifact": "releases/site.tar.gz"}},
        r"compute\.artifact: the key below releases/ of the data bucket is meant, got '.*', allowed: site\.tar\.gz",
    ),
    (
        {"compute": {"container": {"environment": {"A": "b"}}}},
        r"compute\.container\.environment: no container is served",
    ),
    ({"compute": {"container": {"secrets": {"A": "b"}}}}, r"compute\.container\.secrets: no container is served"),
    *(
        (with_variables(**{key: {name: "x"}}), rf"compute\.container\.{key}\.{name}: {problem}")
        for key in ("environment", "secrets")
        for names, problem in (
            (("lower", "A-B", "1A"), "not the name of a variable"),
            (("DATABASE_SECRET_ARN", "AWS_REGION", "PORT", "PATH", "LD_PRELOAD"), "a variable that the platform"),
        )
        for name in names
    ),
    (with_variables(environment={"A": "b\nC=d"}), r"compute\.container\.environment\.A: not a value on one line"),
    (with_variables(environment={"A": "${path.root}"}), r"compute\.container\.environment\.A: Terraform would"),
    *(
        (with_variables(secrets={"A": name}), r"compute\.container\.secrets\.A: not the name or the ARN of a secret")
        for name in ("", "it's", "a b", "arn:aws:s3:::bucket", "x" * 513)
    ),
    (
        with_variables(environment={"A": "b"}, secrets={"A": "b"}),
        r"compute\.container\.secrets\.A: compute\.container\.environment has this variable too",
    ),
    (
        with_variables(secrets={f"A{one}": f"application/{one:014}" for one in range(20)}),
        r"compute\.container\.secrets: too many for the policies of the instances' role: 3760 characters, got 20, allo",
    ),
    (with_variables(environment={"A": "x" * 4095}), r"compute\.container\.environment: 1 variables of 4097 bytes"),
    (
        with_variables(environment={f"A{one}": "" for one in range(51)}),
        r"compute\.container\.environment: 51 variables",
    ),
    *(
        (
            {"compute": serving, "network": {"nat_gateways": "none", "interface_endpoints": endpoints}},
            rf"network\.interface_endpoints: .*allowed: {missing} among them",
        )
        for serving, endpoints, missing in (
            ({"artifact": "site.tar.gz"}, ["secretsmanager"], "ssm"),
            ({"container": {"image": IMAGE}}, ["secretsmanager", "ecr.api", "ecr.dkr"], "ssm"),
        )
    ),
    (
        {
            **with_variables(secrets={"A": "arn:aws:secretsmanager:us-west-2:123456789012:secret:a-AbCdEf"}),
            "network": {"nat_gateways": "none", "interface_endpoints": ["secretsmanager", "ecr.api", "ecr.dkr", "ssm"]},
        },
        r"compute\.container\.secrets\.A: no way there from eu-west-1",
    ),
    ({"environment": "awsome"}, r"environment: Systems Manager accepts no parameter whose name begins so"),
    ({"compute": {"container": {"prt": "1"}}}, r"compute\.container\.prt: unknown key"),
    (
        {"compute": {"container": {"image": "docker.io/library/web:1"}}, "network": {"nat_gateways": "none"}},
        r"compute\.container\.image: no way there",
    ),
    (
        {"compute": {"container": {"image": IMAGE}}, "network": {"nat_gateways": "none"}},
        r"network\.interface_endpoints: no way to the registry of compute\.container\.image: ecr\.api and ecr\.dkr",
    ),
]


@pytest.mark.parametrize(("keys", "fault"), REJECTED)
def test_rejects_a_web_tier_that_cannot_be(tmp_path: Path, keys: dict[str, Any], fault: str) -> None:
    path = write_settings(tmp_path, settings_of(*ONE, **keys))
    with pytest.raises(SettingsError, match=fault):
        load_settings(path, {})


def test_container_may_read_its_secrets_and_no_others() -> None:
    stack = platform(*ONE, **OTHERWISE)
    read, decrypt = (
        statement
        for policy in stack.resources("aws_iam_role_policy")
        for statement in stack.at(policy.body["policy"]).body["statement"]
        if "SecretsOfContainer" in statement["sid"]
    )
    arns = [
        "arn:aws:secretsmanager:eu-west-1:123456789012:secret:team/key-AbCdEf",
        "arn:aws:secretsmanager:eu-west-1:ACCOUNT:secret:team/token-??????",
        "arn:aws:secretsmanager:us-east-1:210987654321:secret:shared-AbCdEf",
    ]
    assert read["actions"] == ["secretsmanager:GetSecretValue"]
    assert sorted(in_names(stack, one) for one in read["resources"]) == arns
    assert decrypt["actions"] == ["kms:Decrypt"]
    places = [("eu-west-1", "123456789012"), ("eu-west-1", "ACCOUNT"), ("us-east-1", "210987654321")]
    keys = sorted(in_names(stack, one) for one in decrypt["resources"])
    assert keys == [f"arn:aws:kms:{region}:{account}:key/*" for region, account in places]
    conditions = {
        one["variable"]: sorted(in_names(stack, value) for value in one["values"]) for one in decrypt["condition"]
    }
    services = [f"secretsmanager.{region}.amazonaws.com" for region in ("eu-west-1", "us-east-1")]
    assert conditions == {"kms:ViaService": services, "kms:EncryptionContext:SecretARN": arns}


def test_variables_are_in_the_user_data_and_no_secret_is_looked_up_by_terraform() -> None:
    stack = platform(*ONE, **OTHERWISE)
    (template,) = stack.resources("aws_launch_template")
    assert "GREETING=it's \\\\n $HOME" in template.body["user_data"]
    assert not stack.data("aws_secretsmanager_secret_version")
