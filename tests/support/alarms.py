"""What the alarms of a stack look at."""

import re
from typing import Any

from tests.support.synthesized import Block, Stack

REFERENCE = re.compile(r"\$\{(aws_\w+)\.([\w-]+)\.[\w.\[\]]+\}")


def metrics(alarm: Block) -> list[dict[str, Any]]:
    """Each metric that an alarm looks at: namespace, metric_name, dimensions and statistic."""
    if "metric_name" in alarm.body:
        statistic = alarm.body.get("statistic") or alarm.body["extended_statistic"]
        return [alarm.body | {"stat": statistic}]
    return [query["metric"] for query in alarm.body["metric_query"] if "metric" in query]


def expressions(alarm: Block) -> list[str]:
    return [query["expression"] for query in alarm.body.get("metric_query", []) if "expression" in query]


def alarms(stack: Stack, region: str | None = None) -> list[Block]:
    return stack.resources("aws_cloudwatch_metric_alarm", region)


def resource(stack: Stack, reference: str) -> Block:
    kind, name = REFERENCE.fullmatch(reference).groups()  # type: ignore[union-attr]
    return Block(f"{kind}.{name}", stack.json["resource"][kind][name])


def filtered(stack: Stack, alarm: Block, metric: dict[str, Any]) -> bool:
    """Whether the metric is one that a metric filter of the alarm's region makes, by reference to it."""
    parts = [REFERENCE.fullmatch(metric[key]) for key in ("namespace", "metric_name")]
    made = {f"{part[1]}.{part[2]}" for part in parts if part}
    filters = {one.address for one in stack.resources("aws_cloudwatch_log_metric_filter", alarm.region)}
    return len(made) == 1 and all(parts) and made <= filters
