"""What watches: the trail, detectors, logs, events, budgets."""

from collections.abc import Callable, Iterator, Mapping

from tools.recovery.look import Found, Look

Finder = Callable[[Look], Iterator[Found]]


def _trail(look: Look) -> Iterator[Found]:
    for one in look.pages("cloudtrail", "describe_trails", "trailList", includeShadowTrails=False):
        if one["Name"] == look.text("name"):
            yield Found(one["TrailARN"], {"arn": one["TrailARN"]})


def _analyzer(look: Look) -> Iterator[Found]:
    name = look.text("analyzer_name")
    if answer := look.one("accessanalyzer", "get_analyzer", analyzerName=name):
        yield Found(name, {"arn": answer["analyzer"]["arn"]})


def _detector(look: Look) -> Iterator[Found]:
    for one in look.pages("guardduty", "list_detectors", "DetectorIds"):
        answer = look.one("guardduty", "get_detector", DetectorId=one) or {}
        if answer.get("Tags", {}).get("Name") == look.tag:
            yield Found(one)


def _hub(look: Look) -> Iterator[Found]:
    if look.one("securityhub", "describe_hub"):
        yield Found(look.account_id)


def _aggregator(look: Look) -> Iterator[Found]:
    if look.one("securityhub", "describe_hub") is None:
        return
    for one in look.pages("securityhub", "list_finding_aggregators", "FindingAggregators"):
        yield Found(one["FindingAggregatorArn"])


def _log_group(look: Look) -> Iterator[Found]:
    name = look.text("name")
    for one in look.pages("logs", "describe_log_groups", "logGroups", logGroupNamePrefix=name):
        if one["logGroupName"] == name:
            yield Found(name, {"name": name, "arn": one["arn"].removesuffix(":*")})


def _query(look: Look) -> Iterator[Found]:
    for one in look.pages("logs", "describe_query_definitions", "queryDefinitions"):
        if one["name"] == look.text("name"):
            identifier = one["queryDefinitionId"]
            arn = f"arn:aws:logs:{look.region}:{look.account_id}:query-definition:{identifier}"
            yield Found(arn, {"id": identifier})


def _event_target(look: Look) -> Iterator[Found]:
    # Terraform draws a new id for each that it makes, and EventBridge would send to both.
    rule, arn = look.text("rule"), look.text("arn")
    for one in look.pages("events", "list_rules", "Rules"):
        if one["Name"] == rule:
            for each in look.pages("events", "list_targets_by_rule", "Targets", Rule=rule):
                if each["Arn"] == arn:
                    yield Found(f"{rule}/{each['Id']}", {"id": f"{rule}-{each['Id']}"})


def _budget(look: Look) -> Iterator[Found]:
    for one in look.pages("budgets", "describe_budgets", "Budgets", AccountId=look.account_id):
        if one["BudgetName"] == look.text("name"):
            yield Found(f"{look.account_id}:{one['BudgetName']}")


def _anomaly_monitor(look: Look) -> Iterator[Found]:
    for one in look.pages("ce", "get_anomaly_monitors", "AnomalyMonitors"):
        if one["MonitorName"] == look.text("name"):
            yield Found(one["MonitorArn"], {"arn": one["MonitorArn"]})


def _anomaly_subscription(look: Look) -> Iterator[Found]:
    for one in look.pages("ce", "get_anomaly_subscriptions", "AnomalySubscriptions"):
        if one["SubscriptionName"] == look.text("name"):
            yield Found(one["SubscriptionArn"], {"arn": one["SubscriptionArn"]})


def _document(look: Look) -> Iterator[Found]:
    name = look.text("name")
    if look.one("ssm", "describe_document", Name=name):
        yield Found(name, {"name": name})


def _parameter(look: Look) -> Iterator[Found]:
    # Without its value, so that the action allows reading no others.
    name = look.text("name")
    wanted = [{"Key": "Name", "Option": "Equals", "Values": [name]}]
    for one in look.pages("ssm", "describe_parameters", "Parameters", ParameterFilters=wanted):
        yield Found(name, {"name": name, "arn": one["ARN"]})


FINDERS: Mapping[str, Finder] = {
    "aws_accessanalyzer_analyzer": _analyzer,
    "aws_budgets_budget": _budget,
    "aws_ce_anomaly_monitor": _anomaly_monitor,
    "aws_ce_anomaly_subscription": _anomaly_subscription,
    "aws_cloudtrail": _trail,
    "aws_cloudwatch_event_target": _event_target,
    "aws_cloudwatch_log_group": _log_group,
    "aws_cloudwatch_query_definition": _query,
    "aws_guardduty_detector": _detector,
    "aws_securityhub_account": _hub,
    "aws_securityhub_finding_aggregator": _aggregator,
    "aws_ssm_document": _document,
    "aws_ssm_parameter": _parameter,
}
#: The IAM actions that this takes.
ACTIONS = (
    "access-analyzer:GetAnalyzer",
    "budgets:ViewBudget",
    "ce:GetAnomalyMonitors",
    "ce:GetAnomalySubscriptions",
    "cloudtrail:DescribeTrails",
    "events:ListRules",
    "events:ListTargetsByRule",
    "guardduty:GetDetector",
    "guardduty:ListDetectors",
    "logs:DescribeLogGroups",
    "logs:DescribeQueryDefinitions",
    "securityhub:DescribeHub",
    "securityhub:ListFindingAggregators",
    "ssm:DescribeDocument",
    "ssm:DescribeParameters",
)
