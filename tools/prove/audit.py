"""The trail is written and can be validated; AWS Config judges."""

from tools.prove.context import Context
from tools.prove.step import Unproven

_ERRORS = ("LatestDeliveryError", "LatestCloudWatchLogsDeliveryError", "LatestDigestDeliveryError")


def trail(context: Context) -> str:
    """Files and events of the trail arrive."""
    one = context.one("aws_cloudtrail", context.home)
    client = context.client("cloudtrail", context.home)

    def delivered() -> bool:
        status = client.get_trail_status(Name=one["arn"])
        _refuse_errors(status)
        return bool(status.get("LatestDeliveryTime") and status.get("LatestCloudWatchLogsDeliveryTime"))

    context.until(delivered, what="a delivery of the trail", minutes=30)
    s3 = context.client("s3", context.home)
    answer = s3.list_objects_v2(Bucket=one["s3_bucket_name"], Prefix=_prefix(context, "CloudTrail"), MaxKeys=1)
    if not answer.get("Contents"):
        raise Unproven(f"CloudTrail says that it delivered, but {one['s3_bucket_name']} holds no file of it")
    return "files in the bucket, events in the log group, no error"


def digest(context: Context) -> str:
    """The first digest arrives within two hours; then the files can be validated."""
    one = context.one("aws_cloudtrail", context.home)
    client = context.client("cloudtrail", context.home)

    def digested() -> str | None:
        status = client.get_trail_status(Name=one["arn"])
        _refuse_errors(status)
        at = status.get("LatestDigestDeliveryTime")
        return str(at) if at else None

    at = context.until(digested, what="a digest of the trail", minutes=120)
    validate = "aws cloudtrail validate-logs --trail-arn ARN --start-time TIME"
    return f"a digest at {at}, no error; try `{validate}` before the platform goes"


def config_rules(context: Context) -> str:
    """Rules of AWS Config have judged, and none ended with an error."""
    told = []
    for region in context.settings.regions:
        pages = context.client("config", region).get_paginator("describe_config_rule_evaluation_status")
        ours = {str(one["name"]) for one in context.found("aws_config_config_rule", region)}

        def judged(pages: object = pages, ours: frozenset[str] = frozenset(ours)) -> int:
            answers = pages.paginate()  # type: ignore[attr-defined]
            statuses = [one for page in answers for one in page["ConfigRulesEvaluationStatus"]]
            mine = [one for one in statuses if one["ConfigRuleName"] in ours]
            if failed := [
                f"{one['ConfigRuleName']}: {one['LastErrorCode']}" for one in mine if one.get("LastErrorCode")
            ]:
                raise Unproven("rules that ended with an error:\n" + "\n".join(failed))
            return sum(1 for one in mine if one.get("LastSuccessfulEvaluationTime"))

        count = context.until(judged, what=f"a rule that has judged in {region}", minutes=60)
        told.append(f"{region}: {count} of {len(ours)} rules have judged")
    return "; ".join(told)


def _refuse_errors(status: object) -> None:
    said = {name: status[name] for name in _ERRORS if status.get(name)}  # type: ignore[index,attr-defined]
    if said:
        raise Unproven(f"CloudTrail says {said}")


def _prefix(context: Context, kind: str) -> str:
    return f"AWSLogs/{context.target.account_id}/{kind}/"
