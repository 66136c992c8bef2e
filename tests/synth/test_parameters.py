"""Parameters and outputs by which an application finds the platform."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from modules.settings.container import RESERVED
from modules.settings.parameters import PARAMETERS, variable
from tests.support.region_sets import FIVE, ONE, THREE
from tests.support.synthesized import Block, Stack, platform

SETS = pytest.mark.parametrize("regions", [ONE, THREE, FIVE], ids=len)
PATH = "/PROD/test/"
#: What a parameter's value refers to: type, attribute, and a part of the name. A dot stands for a text.
MEANT = {
    "alerts/page-topic-arn": ("aws_sns_topic", "arn", "-page-"),
    "alerts/ticket-topic-arn": ("aws_sns_topic", "arn", "-ticket-"),
    "application/role-arn": ("aws_iam_role", "arn", "-application-"),
    "database/client-security-group-id": ("aws_security_group", "id", "-database-clients-"),
    "database/read-host": ("aws_db_instance", "address", ""),
    "database/secret-arn": ("aws_secretsmanager_secret", "arn", "-application-"),
    **{
        f"keys/{purpose}-arn": ("aws_kms_key", "arn", f"-{purpose}-")
        for purpose in ("alerts", "data", "functions", "logs", "secrets", "storage")
    },
    "load-balancer/dns-name": ("aws_lb", "dns_name", "-web-"),
    "load-balancer/listener-arn": ("aws_lb_listener", "arn", "-web-https-"),
    "network/private-subnet-ids": ("aws_subnet", "id", "-private-"),
    "network/public-subnet-ids": ("aws_subnet", "id", "-public-"),
    "network/vpc-id": ("aws_vpc", "id", ""),
    "web/log-group": ("aws_cloudwatch_log_group", "name", "-web-"),
    "web/security-group-id": ("aws_security_group", "id", "-web-"),
}
#: The same in every region, or made of the region's name.
TEXTS = {
    "data/bucket": "prod-s3-test-data-ACCOUNT-{region}",
    "data/prefix": "application/",
    "database/name": "meridian",
    "database/port": "5432",
    "sessions/table": "PROD-dynamodb-test-sessions-{home}",
}


def parameters(stack: Stack, region: str) -> dict[str, Block]:
    return {one.body["name"].removeprefix(PATH): one for one in stack.resources("aws_ssm_parameter", region)}


@SETS
def test_every_region_has_the_same_parameters_under_the_same_path(regions: tuple[str, ...]) -> None:
    for region in regions:
        found = parameters(platform(*regions), region)
        assert found.keys() == PARAMETERS.keys()
        for name, one in found.items():
            assert one.body["name"] == f"{PATH}{name}"
            assert (one.body["type"], one.body["description"]) == ("String", PARAMETERS[name])


@SETS
def test_values_are_those_of_the_region(regions: tuple[str, ...]) -> None:
    stack, home = platform(*regions), regions[0]
    assert MEANT.keys() | TEXTS.keys() == PARAMETERS.keys()
    for region in regions:
        found = parameters(stack, region)
        for name, (kind, attribute, part) in MEANT.items():
            value = found[name].body["value"]
            addresses = re.findall(rf"{kind}\.([\w-]+)\.{attribute}\b", value)
            assert addresses, (name, value)
            assert len(addresses) == (len(stack.resources("aws_subnet", region)) // 3 if kind == "aws_subnet" else 1)
            for address in addresses:
                block = Block(f"{kind}.{address}", stack.json["resource"][kind][address])
                if name == "database/secret-arn":
                    # A replica is an attribute of the secret; its ARN has its own region.
                    assert block.region == home
                    assert region == home or f'":{region}:"' in value
                else:
                    assert block.region == region
                assert part in str(block.body.get("name") or block.name_tag)
        for name, text in TEXTS.items():
            value = re.sub(r"\$\{data\.aws_caller_identity\.[^}]+\}", "ACCOUNT", found[name].body["value"])
            assert value == text.format(region=region, home=home)


@SETS
def test_outputs_say_the_same_region_by_region(regions: tuple[str, ...]) -> None:
    stack = platform(*regions)
    assert stack.json["output"].keys() == set(regions)
    for region, output in stack.json["output"].items():
        values = {variable(name).lower(): one.body["value"] for name, one in parameters(stack, region).items()}
        assert output["value"] == values


@SETS
def test_instances_are_launched_when_their_parameters_are_there(regions: tuple[str, ...]) -> None:
    stack = platform(*regions)
    for group in stack.resources("aws_autoscaling_group"):
        assert {one.address for one in parameters(stack, group.region).values()} <= set(group.body["depends_on"])


def test_no_value_is_a_secret() -> None:
    stack = platform(*THREE)
    text = json.dumps([one.body["value"] for one in stack.resources("aws_ssm_parameter")] + [stack.json["output"]])
    assert "ephemeral." not in text
    assert "secret_string" not in text
    assert "password" not in text


def test_settings_cannot_take_the_variables_of_the_platform() -> None:
    assert {variable(name) for name in PARAMETERS} <= RESERVED
    assert variable("database/secret-arn") == "DATABASE_SECRET_ARN"


def test_page_lists_every_parameter_with_its_variable(root: Path) -> None:
    page = (root / "docs/application.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `([a-z/-]+)` \| `([A-Z_]+)` \| (.+) \|$", page, re.MULTILINE)
    assert rows == [(name, variable(name), what) for name, what in PARAMETERS.items()]
