"""Quotas that services tell by themselves, and the processors of instances."""

import math
from collections.abc import Iterator
from typing import Any

from tools.preflight.check import Check
from tools.preflight.finding import Finding
from tools.preflight.quotas import READ, limit, request
from tools.preflight.regions import instance_types
from tools.preflight.subject import Look

STANDARD = ("ec2", "L-1216C47A")
"""Processors of On-Demand instances of the families A, C, D, H, I, M, R, T and Z."""
STANDARD_FAMILIES = tuple("acdhimrtz")
CONCURRENCY = ("lambda", "L-B99A9384")
LEFT_UNRESERVED = 100
REPLICAS = 15
"""Read replicas of one instance, by default."""
PERCENT = 100


def _is_standard(instance_type: str) -> bool:
    family = instance_type.partition(".")[0]
    return family.startswith(STANDARD_FAMILIES) and not family.startswith(("dl", "hpc", "inf", "trn", "mac"))


def _processors(look: Look) -> Iterator[Finding]:
    # https://docs.aws.amazon.com/ec2/latest/instancetypes/ec2-instance-quotas.html
    types = [one for one in instance_types(look) if _is_standard(one)]
    groups = look.wanted("aws_autoscaling_group")
    if not types or not groups:
        return
    each = max(
        (
            int(one["VCpuInfo"]["DefaultVCpus"])
            for one in look.pages(
                "ec2",
                "describe_instance_types",
                "InstanceTypes",
                Filters=[{"Name": "instance-type", "Values": types}],
            )
        ),
        default=0,
    )
    names = {str(one.body.get("name")) for one in groups}
    least, rollout, most = (each * sum(column) for column in zip(*(_sizes(one.body) for one in groups), strict=True))
    taken, quota = _taken(look, names), int(limit(look, *STANDARD))
    free, wanted = quota - taken, max(rollout, most)
    told = f"{taken} are taken by others, and the quota of On-Demand processors is {quota}"
    if free < least:
        yield look.stops(
            f"the instances need {least} vCPUs at least, {rollout} while they are replaced and {most} at most; {told}",
            "ask for more, which AWS may take a day or two to grant",
            request(look, *STANDARD, taken + wanted),
        )
    elif free < wanted:
        yield look.warns(
            f"the instances may need {rollout} vCPUs while they are replaced and {most} at most; {told}",
            "ask for more, or lower compute.max_size",
            request(look, *STANDARD, taken + wanted),
        )


def _sizes(group: Any) -> tuple[int, int, int]:  # noqa: ANN401 - JSON
    """Instances of a group at least, while the smallest group is replaced, and at most."""
    least, most = int(group["min_size"]), int(group["max_size"])
    preferences = group.get("instance_refresh", {}).get("preferences", {})
    share = int(preferences.get("max_healthy_percentage", PERCENT)) / PERCENT
    return least, math.ceil(least * share), most


def _taken(look: Look, groups: set[str]) -> int:
    reservations = look.pages(
        "ec2",
        "describe_instances",
        "Reservations",
        Filters=[{"Name": "instance-state-name", "Values": ["pending", "running"]}],
    )
    return sum(
        int(one["CpuOptions"]["CoreCount"]) * int(one["CpuOptions"]["ThreadsPerCore"])
        for reservation in reservations
        for one in reservation["Instances"]
        if _is_standard(one["InstanceType"])
        and one.get("InstanceLifecycle") != "spot"
        and not groups & {tag["Value"] for tag in one.get("Tags", ()) if tag["Key"] == "aws:autoscaling:groupName"}
        and one.get("CpuOptions")
    )


def _concurrency(look: Look) -> Iterator[Finding]:
    # https://docs.aws.amazon.com/lambda/latest/dg/configuration-concurrency.html
    reserved = sum(int(one.body.get("reserved_concurrent_executions") or 0) for one in look.new("aws_lambda_function"))
    if reserved <= 0:
        return
    account = look.client("lambda").get_account_settings()["AccountLimit"]
    quota, free = int(account["ConcurrentExecutions"]), int(account["UnreservedConcurrentExecutions"])
    # A new account has 10 or 50 in all, and keeps as many unreserved; others keep 100.
    kept = min(quota, LEFT_UNRESERVED)
    if free - reserved < kept:
        yield look.stops(
            f"functions are to reserve {reserved} concurrent executions, {free} of {quota} are unreserved, and Lambda "
            f"keeps {kept} of them so",
            "ask for 1000, which is the usual quota; or reserve none, by taking out the keys reserved_concurrency",
            request(look, *CONCURRENCY, 1000),
        )


def _databases(look: Look) -> Iterator[Finding]:
    # https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_DescribeAccountAttributes.html
    new = look.new("aws_db_instance")
    replicas = sum(place.source == look.region for place in look.settings.topology.places.values())
    if not new and replicas <= REPLICAS:
        return
    answer = look.client("rds").describe_account_attributes()["AccountQuotas"]
    quotas = {one["AccountQuotaName"]: (int(one["Used"]), int(one["Max"])) for one in answer}
    # A replica has its source's storage.
    size = look.settings.database.storage_gb
    needed = {"DBInstances": len(new), "AllocatedStorage": size * len(new)}
    codes = {"DBInstances": "L-7B6409FD", "AllocatedStorage": "L-7ADDB58A"}
    for name, count in needed.items():
        used, most = quotas.get(name, (0, count))
        if used + count > most:
            yield look.stops(
                f"RDS: {count} more of {name} are needed, {used} are taken, and the quota is {most}",
                "ask for more, or delete what nobody needs",
                request(look, "rds", codes[name], used + count),
            )
    _, most = quotas.get("ReadReplicasPerMaster", (0, REPLICAS))
    if replicas > most:
        yield look.stops(
            f"RDS: {replicas} replicas of the instance in {look.region} are needed, and the quota of one is {most}",
            "ask for more, or take fewer regions",
            request(look, "rds", "L-5BC124EF", replicas),
        )


def _names(look: Look) -> Iterator[Finding]:
    # https://docs.aws.amazon.com/Route53/latest/APIReference/API_GetAccountLimit.html
    limits = {
        "aws_route53_health_check": ("health checks", "MAX_HEALTH_CHECKS_BY_OWNER", "L-ACB674F3"),
        "aws_route53_zone": ("hosted zones", "MAX_HOSTED_ZONES_BY_OWNER", "L-4EA4796A"),
    }
    for kind, (what, name, code) in limits.items():
        needed = len(look.new(kind))
        if not needed:
            continue
        answer = look.client("route53").get_account_limit(Type=name)
        used, most = int(answer["Count"]), int(answer["Limit"]["Value"])
        if used + needed > most:
            yield look.stops(
                f"{needed} {what} of Route 53 are to be made, {used} are there, and the quota is {most}",
                "ask for more, which is done in us-east-1, or delete what nobody needs",
                request(look, "route53", code, used + needed).replace(look.region, "us-east-1"),
            )


def _roles(look: Look) -> Iterator[Finding]:
    # https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetAccountSummary.html
    summary = look.client("iam").get_account_summary()["SummaryMap"]
    limits = {"aws_iam_role": "Roles", "aws_iam_instance_profile": "InstanceProfiles", "aws_iam_policy": "Policies"}
    for kind, name in limits.items():
        needed, used, most = len(look.new(kind)), int(summary.get(name, 0)), int(summary.get(f"{name}Quota", 0))
        if most and used + needed > most:
            yield look.stops(
                f"IAM: {needed} more {name} are needed, {used} are there, and the quota is {most}",
                "ask for more in Service Quotas, which for IAM is in us-east-1, or delete what nobody needs",
            )


CHECKS = (
    Check(
        name="quota: processors of instances",
        place="region",
        run=_processors,
        actions=(*READ, "ec2:DescribeInstanceTypes", "ec2:DescribeInstances"),
    ),
    Check(
        name="quota: concurrency of functions",
        place="region",
        run=_concurrency,
        actions=("lambda:GetAccountSettings",),
        of_ours=True,
    ),
    Check(
        name="quota: databases and their storage",
        place="region",
        run=_databases,
        actions=("rds:DescribeAccountAttributes",),
        of_ours=True,
    ),
    Check(
        name="quota: health checks and hosted zones",
        place="account",
        run=_names,
        actions=("route53:GetAccountLimit",),
        of_ours=True,
    ),
    Check(
        name="quota: roles, profiles and policies",
        place="account",
        run=_roles,
        actions=("iam:GetAccountSummary",),
        of_ours=True,
    ),
)
