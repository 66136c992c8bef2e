from typing import Any

import pytest

from tests.support.aws_answers import REGION, ask, held, refusal, settings, stack
from tests.support.region_sets import SEVENTEEN
from tools.preflight import Severity


def quota(value: float) -> dict[str, Any]:
    return {"service-quotas.get_service_quota": {"Quota": {"Value": value}}}


#: By check: what is made, and what an account answers that has five of it.
COUNTED: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "quota: Elastic IP addresses": (
        stack(aws_eip=3),
        {"ec2.describe_addresses": {"Addresses": [{}] * 5}},
    ),
    "quota: VPCs": (stack(aws_vpc=3), {"ec2.describe_vpcs": {"Vpcs": [{}] * 5}}),
    "quota: internet gateways": (
        stack(aws_internet_gateway=3),
        {"ec2.describe_internet_gateways": {"InternetGateways": [{}] * 5}},
    ),
    "quota: Application Load Balancers": (
        stack(aws_lb=3),
        {"elbv2.describe_load_balancers": {"LoadBalancers": [{"Type": "application"}] * 5 + [{"Type": "network"}]}},
    ),
}


@pytest.mark.parametrize("check", COUNTED)
def test_what_is_made_has_to_fit_beside_what_is_there(check: str) -> None:
    made, there = COUNTED[check]
    assert ask(check, there | quota(8), made) == []
    (finding,) = ask(check, there | quota(7), made)
    assert finding.severity is Severity.STOPS
    assert "3 " in finding.what
    assert "5 are there, and the quota is 7" in finding.what
    (line,) = finding.paste
    assert line.startswith(f"aws service-quotas request-service-quota-increase --region {REGION} --service-code ")
    assert line.endswith("--desired-value 8")


@pytest.mark.parametrize("check", COUNTED)
def test_what_stands_already_needs_no_quota_and_no_question(check: str) -> None:
    made, _ = COUNTED[check]
    assert ask(check, {}, made, held=held(made)) == []


def test_quota_that_nobody_raised_is_the_default() -> None:
    answers = {
        "ec2.describe_addresses": {"Addresses": [{}] * 5},
        "service-quotas.get_service_quota": refusal("NoSuchResourceException"),
        "service-quotas.get_aws_default_service_quota": {"Quota": {"Value": 5.0}},
    }
    (finding,) = ask("quota: Elastic IP addresses", answers, stack(aws_eip=1))
    assert "the quota is 5" in finding.what


@pytest.mark.parametrize(("standing", "stops"), [(0, False), (4, False), (5, True)])
def test_nat_gateways_are_counted_by_zone(*, standing: int, stops: bool) -> None:
    answers = quota(5) | {
        "ec2.describe_nat_gateways": {
            "NatGateways": [{"SubnetId": "subnet-1"}] * standing + [{"SubnetId": "subnet-2"}]
        },
        "ec2.describe_subnets": {
            "Subnets": [
                {"SubnetId": "subnet-1", "AvailabilityZone": "eu-west-1a"},
                {"SubnetId": "subnet-2", "AvailabilityZone": "eu-west-1b"},
            ]
        },
    }
    findings = ask("quota: NAT gateways by zone", answers, stack(aws_nat_gateway=3))
    assert [one.severity for one in findings] == ([Severity.STOPS] if stops else [])


@pytest.mark.parametrize(("networks", "needed"), [(17, None), (18, 61)])
def test_rules_of_a_security_group_are_counted_with_those_of_health_checks(networks: int, needed: int | None) -> None:
    group = {"security_group_id": "${alb.id}"}
    rules = [group | {"cidr_ipv4": f"10.{one}.0.0/16"} for one in range(networks) for _ in ("http", "https")]
    lists = {"prefix_list_id": "${data.aws_ec2_managed_prefix_list.eu-west-1_health-checkers_1.id}"}
    made = stack(
        aws_vpc_security_group_ingress_rule=[*rules, group | lists], aws_vpc_security_group_egress_rule=[group]
    )
    findings = ask("quota: rules of a security group", quota(60), made)
    assert [f"have {needed} rules of one direction, and the quota is 60" in one.what for one in findings] == (
        [True] if needed else []
    )


def test_a_security_group_that_stands_needs_no_question() -> None:
    assert ask("quota: rules of a security group", {}, stack()) == []


GROUP = {
    "name": "web",
    "min_size": 3,
    "max_size": 12,
    "instance_refresh": {"preferences": {"max_healthy_percentage": 150}},
}
INSTANCES = stack(aws_autoscaling_group=[GROUP], aws_launch_template=[{"instance_type": "m6g.large"}])
OTHERS = {
    "InstanceType": "t3.large",
    "CpuOptions": {"CoreCount": 1, "ThreadsPerCore": 2},
    "Tags": [{"Key": "Name", "Value": "other"}],
}
UNCOUNTED = [
    OTHERS | {"InstanceLifecycle": "spot"},
    OTHERS | {"InstanceType": "p4d.24xlarge"},
    OTHERS | {"Tags": [{"Key": "aws:autoscaling:groupName", "Value": "web"}]},
]


@pytest.mark.parametrize(
    ("value", "severity", "said"),
    [
        (7, Severity.STOPS, "need 6 vCPUs at least, 10 while they are replaced and 24 at most; 2 are taken"),
        (8, Severity.WARNS, "may need 10 vCPUs while they are replaced and 24 at most"),
        (25, Severity.WARNS, "the quota of On-Demand processors is 25"),
        (26, None, ""),
    ],
)
def test_processors_are_those_of_the_smallest_group_of_a_rollout_and_of_the_largest(
    value: float, severity: Severity | None, said: str
) -> None:
    answers = quota(value) | {
        "ec2.describe_instance_types": {"InstanceTypes": [{"VCpuInfo": {"DefaultVCpus": 2}}]},
        "ec2.describe_instances": {"Reservations": [{"Instances": [OTHERS, *UNCOUNTED]}]},
    }
    findings = ask("quota: processors of instances", answers, INSTANCES)
    assert [one.severity for one in findings] == ([severity] if severity else [])
    for one in findings:
        assert said in one.what
        assert one.paste[0].endswith("--quota-code L-1216C47A --desired-value 26")


FUNCTIONS = stack(aws_lambda_function=[{"reserved_concurrent_executions": 2}, {}])


@pytest.mark.parametrize(("total", "free", "stops"), [(10, 10, True), (1000, 101, True), (1000, 102, False)])
def test_functions_leave_unreserved_what_lambda_keeps(*, total: int, free: int, stops: bool) -> None:
    limits = {"ConcurrentExecutions": total, "UnreservedConcurrentExecutions": free}
    findings = ask(
        "quota: concurrency of functions", {"lambda.get_account_settings": {"AccountLimit": limits}}, FUNCTIONS
    )
    assert [one.severity for one in findings] == ([Severity.STOPS] if stops else [])
    if stops:
        assert f"{free} of {total} are unreserved" in findings[0].what


def test_functions_that_reserve_nothing_ask_nothing() -> None:
    assert ask("quota: concurrency of functions", {}, stack(aws_lambda_function=2)) == []


def test_databases_and_their_storage_have_to_fit() -> None:
    def answers(instances: int, storage: int) -> dict[str, Any]:
        quotas = [
            {"AccountQuotaName": "DBInstances", "Used": 39, "Max": instances},
            {"AccountQuotaName": "AllocatedStorage", "Used": 0, "Max": storage},
        ]
        return {"rds.describe_account_attributes": {"AccountQuotas": quotas}}

    made = stack(aws_db_instance=1)
    check = "quota: databases and their storage"
    assert ask(check, answers(40, 100), made) == []
    (instances,) = ask(check, answers(39, 100), made)
    assert "L-7B6409FD --desired-value 40" in instances.paste[0]
    (storage,) = ask(check, answers(40, 99), made)
    assert "L-7ADDB58A --desired-value 100" in storage.paste[0]


def test_replicas_of_one_instance_have_to_fit_also_where_it_stands() -> None:
    def answers(replicas: int) -> dict[str, Any]:
        quotas = [{"AccountQuotaName": "ReadReplicasPerMaster", "Used": 2, "Max": replicas}]
        return {"rds.describe_account_attributes": {"AccountQuotas": quotas}}

    check, wide = "quota: databases and their storage", sorted(SEVENTEEN, key=REGION.__ne__)
    assert ask(check, answers(16), settings=settings(*wide)) == []
    (finding,) = ask(check, answers(15), settings=settings(*wide))
    assert finding.what == f"RDS: 16 replicas of the instance in {REGION} are needed, and the quota of one is 15"
    assert "L-5BC124EF --desired-value 16" in finding.paste[0]
    # With one region less nobody is asked.
    assert ask(check, {}, settings=settings(*wide[:-1])) == []


def test_health_checks_and_zones_of_route_53_have_to_fit() -> None:
    def answer(_region: str, **question: Any) -> dict[str, Any]:
        return {"Count": 199, "Limit": {"Type": question["Type"], "Value": 200}}

    check, answers = "quota: health checks and hosted zones", {"route53.get_account_limit": answer}
    assert ask(check, answers, stack(aws_route53_health_check=1, aws_route53_zone=1)) == []
    (finding,) = ask(check, answers, stack(aws_route53_health_check=2))
    assert finding.severity is Severity.STOPS
    assert "--region us-east-1 --service-code route53 --quota-code L-ACB674F3" in finding.paste[0]


def test_roles_of_iam_have_to_fit() -> None:
    answers = {"iam.get_account_summary": {"SummaryMap": {"Roles": 999, "RolesQuota": 1000}}}
    check = "quota: roles, profiles and policies"
    assert ask(check, answers, stack(aws_iam_role=1)) == []
    (finding,) = ask(check, answers, stack(aws_iam_role=2))
    assert "2 more Roles are needed, 999 are there, and the quota is 1000" in finding.what
