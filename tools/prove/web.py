"""The way in and the web tier: answers, logs, instances."""

from collections.abc import Callable, Sequence
from http.client import HTTPException

from tools.prove.context import Context
from tools.prove.step import Unproven


def instances(context: Context) -> str:
    """Every group has its smallest size in service, in every zone, and the load balancer finds them healthy."""
    return "; ".join(_healthy(context, region) for region in context.settings.regions)


def _healthy(context: Context, region: str) -> str:
    wanted = context.one("aws_autoscaling_group", region)
    groups, balancer = context.client("autoscaling", region), context.client("elbv2", region)
    arn = context.one("aws_lb_target_group", region)["arn"]

    def zones() -> set[str]:
        (group,) = groups.describe_auto_scaling_groups(AutoScalingGroupNames=[wanted["name"]])["AutoScalingGroups"]
        serving = [one for one in group["Instances"] if one["LifecycleState"] == "InService"]
        targets = balancer.describe_target_health(TargetGroupArn=arn)["TargetHealthDescriptions"]
        healthy = {one["Target"]["Id"] for one in targets if one["TargetHealth"]["State"] == "healthy"}
        found = {one["AvailabilityZone"] for one in serving if one["InstanceId"] in healthy}
        whole = len(serving) >= int(wanted["min_size"]) and len(found) == len(wanted["vpc_zone_identifier"])
        return found if whole else set()

    found = context.until(zones, what=f"healthy instances in every zone of {region}", minutes=15)
    return f"{region}: {', '.join(sorted(found))}"


def session_manager(context: Context) -> str:
    """Session Manager reaches every instance."""
    told = []
    for region in context.settings.regions:
        name = context.one("aws_autoscaling_group", region)["name"]
        ssm = context.client("ssm", region)
        filters = [{"Key": "tag:aws:autoscaling:groupName", "Values": [name]}]

        def online(ssm: object = ssm, filters: object = filters) -> Sequence[str]:
            answer = ssm.describe_instance_information(Filters=filters)  # type: ignore[attr-defined]
            return [one["InstanceId"] for one in answer["InstanceInformationList"] if one["PingStatus"] == "Online"]

        found = context.until(online, what=f"an instance that Session Manager reaches in {region}", minutes=15)
        told.append(f"{region}: {len(found)} online")
    return "; ".join(told)


def https(context: Context) -> str:
    """The health page answers over HTTPS, in every region and under the domain, with a certificate that holds."""
    hosts = [f"{region}.{context.settings.domain}" for region in context.settings.regions]
    told = []
    for host in [*hosts, context.settings.domain]:

        def answered(host: str = host) -> str | None:
            try:
                status, names = context.fetch(host, "/health")
            except (OSError, HTTPException):
                return None
            return names if status == 200 else None  # noqa: PLR2004 - it is well

        told.append(
            f"{host}: 200, certificate for {context.until(answered, what=f'https://{host}/health', minutes=15)}"
        )
    return "; ".join(told)


def access_log(context: Context) -> str:
    """What the load balancer answered arrives as a file in its bucket."""
    balancer = context.one("aws_lb", context.home)
    log = balancer["access_logs"][0]
    s3 = context.client("s3", context.home)

    def files() -> Sequence[str]:
        answer = s3.list_objects_v2(Bucket=log["bucket"], Prefix=f"{log['prefix']}/")
        # A file of this name is written when logging is turned on, and says nothing of requests.
        return [one["Key"] for one in answer.get("Contents", ()) if not one["Key"].endswith("ELBAccessLogTestFile")]

    found = context.until(files, what="an access log of the load balancer", minutes=20)
    return f"{len(found)} files in the bucket, each {found[0].rpartition('.')[2]}"


def flow_log(context: Context) -> str:
    """A line of the flow log arrives in every region, in its log group or its bucket."""
    for region in context.settings.regions:
        arrived = _lines(context, region, str(context.one("aws_flow_log", region)["log_destination"]))
        context.until(arrived, what=f"a line of the flow log of {region}", minutes=20)
    return f"lines in {', '.join(context.settings.regions)}"


def _lines(context: Context, region: str, destination: str) -> Callable[[], object]:
    kind, name = destination.split(":")[2], destination.split(":", 5)[-1]
    if kind == "s3":
        s3 = context.client("s3", region)
        return lambda: s3.list_objects_v2(Bucket=name.partition("/")[0], Prefix="AWSLogs/").get("Contents")
    if kind == "logs":
        logs, group = context.client("logs", region), name.removeprefix("log-group:").removesuffix(":*")
        return lambda: logs.filter_log_events(logGroupName=group, limit=1)["events"]
    raise Unproven(f"the flow log of {region} goes to {destination}, which nobody here can read")
