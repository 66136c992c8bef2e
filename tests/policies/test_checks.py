"""The real checkov on small fixtures: each of our checks passes and fails, in both frameworks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from policies.errors import GateError
from policies.outcomes import read_report
from policies.scan import Framework, Scan, run_checkov
from policies.stack import Stack, load_stack

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from tests.policies.conftest import Project

pytestmark = pytest.mark.emulator

DENY = {
    "effect": "Deny",
    "actions": ["s3:*"],
    "principals": [{"type": "*", "identifiers": ["*"]}],
    "resources": ["${aws_s3_bucket.good_us-east-1_A1.arn}"],
}
TLS = DENY | {"condition": [{"test": "Bool", "variable": "aws:SecureTransport", "values": ["false"]}]}
ROLES = DENY | {"condition": [{"test": "ArnNotEquals", "variable": "aws:PrincipalArn", "values": ["a"]}]}
TEXT = '{"Statement": [{"Effect": "Deny", "Condition": {"Bool": {"aws:SecureTransport": "%s"}}}]}'
WEB = {"from_port": 443, "to_port": 443, "ip_protocol": "tcp"}
RULE = {"security_group_id": "sg-1", "cidr_ipv4": "0.0.0.0/0"}
GROUP_RULE = {"protocol": "tcp", "cidr_blocks": ["0.0.0.0/0"], "description": "d"}


def bucket_policy(document: str) -> dict[str, str]:
    return {"bucket": "${aws_s3_bucket.good_us-east-1_A1.id}", "policy": document}


def document_of(name: str) -> str:
    return f"${{data.aws_iam_policy_document.{name}.json}}"


# Names that begin with "good" pass the check of ours that is about their type, all others fail it.
DOCUMENT: dict[str, Any] = {
    "provider": {"aws": [{"region": "us-east-1"}]},
    "data": {
        "aws_iam_policy_document": {
            "tls_us-east-1_B1": {"statement": [ROLES, TLS]},
            "plain_us-east-1_B2": {"statement": [ROLES]},
            "allow_us-east-1_B3": {"statement": [TLS | {"effect": "Allow"}]},
        }
    },
    "resource": {
        "aws_flow_log": {
            "good_us-east-1_C1": {"traffic_type": "ALL", "vpc_id": "vpc-1"},
            "rejected_us-east-1_C2": {"traffic_type": "REJECT", "vpc_id": "vpc-1"},
        },
        "aws_vpc_peering_connection_options": {
            "good_us-east-1_D1": {
                "vpc_peering_connection_id": "${aws_vpc_peering_connection_accepter.good_us-west-2_E3.id}",
                "requester": {"allow_remote_vpc_dns_resolution": True},
            },
            "good_us-west-2_D2": {
                "vpc_peering_connection_id": "${aws_vpc_peering_connection_accepter.good_us-west-2_E3.id}",
                "accepter": {"allow_remote_vpc_dns_resolution": True},
            },
            "half_us-west-2_D3": {
                "vpc_peering_connection_id": "pcx-1",
                "requester": {"allow_remote_vpc_dns_resolution": True},
                "accepter": {"allow_remote_vpc_dns_resolution": False},
            },
            "empty_us-west-2_D4": {"vpc_peering_connection_id": "pcx-1"},
        },
        "aws_vpc_peering_connection": {
            "good_us-east-1_E1": {"vpc_id": "vpc-1", "peer_vpc_id": "vpc-2"},
            "alone_us-east-1_E2": {"vpc_id": "vpc-1", "peer_vpc_id": "vpc-2"},
        },
        "aws_vpc_peering_connection_accepter": {
            "good_us-west-2_E3": {"vpc_peering_connection_id": "${aws_vpc_peering_connection.good_us-east-1_E1.id}"},
            "alone_us-west-2_E4": {"vpc_peering_connection_id": "pcx-1"},
        },
        "aws_vpc_security_group_ingress_rule": {
            "good_us-east-1_F1": RULE | WEB,
            "good_us-east-1_F2": RULE | {"cidr_ipv4": "10.0.0.0/8", "ip_protocol": "-1"},
            "ssh_us-east-1_F3": RULE | WEB | {"from_port": 22, "to_port": 22},
            "range_us-east-1_F4": RULE | WEB | {"from_port": 80},
            "all_us-east-1_F5": RULE | {"ip_protocol": "-1"},
            "six_us-east-1_F6": {"cidr_ipv6": "::/0", "security_group_id": "sg-1"} | WEB | {"to_port": 8443},
        },
        "aws_vpc_security_group_egress_rule": {
            "good_us-east-1_F7": RULE | WEB,
            "smtp_us-east-1_F8": RULE | WEB | {"from_port": 25, "to_port": 25},
        },
        "aws_security_group": {
            "good_us-east-1_G1": {"ingress": [GROUP_RULE | {"from_port": 80, "to_port": 80}]},
            "ssh_us-east-1_G2": {"ingress": [GROUP_RULE | {"from_port": port, "to_port": port} for port in (80, 22)]},
            "out_us-east-1_G3": {"egress": [GROUP_RULE | {"protocol": "-1", "from_port": 0, "to_port": 0}]},
        },
        "aws_security_group_rule": {
            "good_us-east-1_G4": GROUP_RULE | {"type": "ingress", "from_port": 443, "to_port": 443},
            "udp_us-east-1_G5": GROUP_RULE | {"type": "ingress", "from_port": 443, "to_port": 443, "protocol": "udp"},
        },
        "aws_cloudwatch_log_group": {
            "good_us-east-1_H1": {"name": "a", "retention_in_days": 30},
            "forever_us-east-1_H2": {"name": "b", "retention_in_days": 0},
            "unset_us-east-1_H3": {"name": "c"},
        },
        "aws_s3_bucket": {"good_us-east-1_A1": {"bucket": "a"}, "bare_us-east-1_A2": {"bucket": "b"}},
        "aws_s3_bucket_policy": {
            "good_document_us-east-1_I1": bucket_policy(document_of("tls_us-east-1_B1")),
            "document_plain_us-east-1_I2": bucket_policy(document_of("plain_us-east-1_B2")),
            "document_allow_us-east-1_I3": bucket_policy(document_of("allow_us-east-1_B3")),
            "good_text_us-east-1_I4": bucket_policy(TEXT % "false"),
            "text_plain_us-east-1_I5": bucket_policy(TEXT % "true"),
            "text_hidden_us-east-1_I6": bucket_policy("${jsonencode({})}"),
        },
    },
}
TYPES = {
    "MERIDIAN_1": ("aws_flow_log",),
    "MERIDIAN_2": ("aws_vpc_peering_connection_options",),
    "MERIDIAN_3": ("aws_vpc_peering_connection_accepter",),
    "MERIDIAN_4": (
        "aws_vpc_security_group_ingress_rule",
        "aws_vpc_security_group_egress_rule",
        "aws_security_group",
        "aws_security_group_rule",
    ),
    "MERIDIAN_5": ("aws_cloudwatch_log_group",),
    "MERIDIAN_6": ("aws_s3_bucket",),
    "MERIDIAN_9": ("aws_vpc_peering_connection",),
}

Results = dict[tuple[Framework, str, str], bool]


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory, write_stack: Callable[..., None]) -> Results:
    """Whether each check failed, by framework, check and address."""
    root = tmp_path_factory.mktemp("checks")
    write_stack(root=root, name="platform", document=DOCUMENT)
    stack = load_stack(name="platform", stacks_dir=root / "stacks", plans_dir=root / "plans")
    scans = [
        Scan(path=path, framework=framework)
        for framework, path in ((Framework.JSON, stack.json_path), (Framework.PLAN, stack.plan_path))
    ]
    return {
        (scan.framework, outcome.check, outcome.address): outcome.failed
        for scan, report in zip(scans, run_checkov(scans), strict=True)
        for outcome in read_report(stack=stack, framework=scan.framework, report=report)
    }


@pytest.mark.parametrize("framework", Framework)
@pytest.mark.parametrize("check", TYPES)
def test_our_check_fails_all_but_the_good_ones(results: Results, framework: Framework, check: str) -> None:
    wanted = {
        f"{kind}.{name}": not name.startswith("good") for kind in TYPES[check] for name in DOCUMENT["resource"][kind]
    }
    assert set(wanted.values()) == {False, True}
    assert {
        address: failed for (where, name, address), failed in results.items() if (where, name) == (framework, check)
    } == wanted


@pytest.mark.parametrize("framework", Framework)
def test_the_document_or_the_text_of_a_bucket_policy_must_deny_plain_requests(
    results: Results, framework: Framework
) -> None:
    failed: Mapping[str, bool] = {
        name: any(
            results.get((framework, check, f"aws_s3_bucket_policy.{name}")) for check in ("MERIDIAN_7", "MERIDIAN_8")
        )
        for name in DOCUMENT["resource"]["aws_s3_bucket_policy"]
    }
    assert failed == {name: not name.startswith("good") for name in failed}


def test_a_wildcard_of_a_document_is_found_in_json_alone(project: Project) -> None:
    """The union is needed: a plan hides what a document allows as long as it is unknown."""
    project.document["data"]["aws_iam_policy_document"]["access_EE55FF66"]["statement"][0] |= {
        "actions": ["*"],
        "resources": ["*"],
        "effect": "Allow",
    }
    project.write()
    findings = {(finding.check, finding.address) for finding in project.judge(scan=run_checkov).findings}
    assert ("CKV_AWS_49", project.access) in findings


def test_an_unencrypted_log_group_fails_the_gate(project: Project) -> None:
    assert project.run(scan=run_checkov) == 1
    findings = {(finding.check, finding.address) for finding in project.judge(scan=run_checkov).findings}
    assert ("CKV_AWS_158", project.logs) in findings


@pytest.mark.parametrize("framework", Framework)
@pytest.mark.parametrize("text", ["", "{}", '{"resource": {'])
def test_rejects_what_checkov_makes_of_an_empty_or_broken_file(
    project: Project, framework: Framework, text: str
) -> None:
    stack: Stack = load_stack(name="platform", stacks_dir=project.root / "stacks", plans_dir=project.root / "plans")
    path: Path = stack.json_path if framework is Framework.JSON else stack.plan_path
    path.write_text(text)
    with pytest.raises(GateError, match=r"checkov (did not scan 2 of 2 resources|cannot parse|wrote no JSON)"):
        read_report(stack=stack, framework=framework, report=run_checkov([Scan(path=path, framework=framework)])[0])


def test_rejects_an_empty_directory(project: Project) -> None:
    project.json_path.unlink()
    project.plan_path.unlink()
    assert project.run(scan=run_checkov) == 2
