"""Every alarm as a line: what goes off at which values, and whom it tells."""

from __future__ import annotations

import re
from dataclasses import dataclass

from tests.support.alarms import REFERENCE, expressions, metrics, resource
from tests.support.synthesized import Block, Stack

_UNITS = {"MiB": 2**20, "GiB": 2**30}
_TIMEOUT = re.compile(r"\$\{\(?aws_lambda_function\.[\w-]+\.timeout \* 800(\.0)?\)?\}")


@dataclass(frozen=True)
class Line:
    """When an alarm goes off.

    Parameters
    ----------
    threshold
        Such as ``> 10 GiB``, in the unit that people think in.
    period
        Seconds that a value stands for.
    datapoints
        How many values out of how many have to be wrong, such as ``3 of 7``.
    missing
        CloudWatch's word for what a period without data means.
    severity
        ``page`` or ``ticket``.
    """

    threshold: str
    period: str
    datapoints: str
    missing: str
    severity: str


def read(table: str) -> dict[str, tuple[Line, str]]:
    """Read a table of lines, by identifier; the last column is what is measured, and may go on in the next row."""
    joined = re.sub(r"\n +", " ", table.strip())
    rows = [[cell.strip() for cell in row.split("|")] for row in joined.splitlines()]
    found = {name: (Line(*cells), measured) for name, *cells, measured in rows}
    assert len(found) == len(rows)
    return found


def line_of(stack: Stack, alarm: Block, like: Line) -> Line:
    """Return the line of an alarm, its threshold in the words of another line if it is the same."""
    body = alarm.body
    queries = body.get("metric_query", [])
    periods = {query["metric"]["period"] for query in queries if "metric" in query}
    (period,) = periods or {query["period"] for query in queries} or {body["period"]}
    times = body["evaluation_periods"]
    (action,) = body["alarm_actions"]
    severity = re.fullmatch(r"PROD-sns-test-(page|ticket)-[\w-]+", stack.at(action).body["name"])
    assert severity
    sign = {"GreaterThanThreshold": ">", "LessThanThreshold": "<"}[body["comparison_operator"]]
    same = (sign, body["threshold"]) == value_of(like.threshold) or _is_timeout(stack, alarm, like)
    return Line(
        threshold=like.threshold if same else f"{sign} {body['threshold']}",
        period=f"{period} s",
        datapoints=f"{body.get('datapoints_to_alarm') or times} of {times}",
        missing=body["treat_missing_data"],
        severity=severity[1],
    )


def value_of(threshold: str) -> tuple[str, float]:
    """Return the sign of a threshold, and the number that CloudWatch is given."""
    sign, number, *unit = threshold.split(maxsplit=2)
    return sign, float(number.replace(",", "")) * _UNITS.get(*unit or [""], 1)


def _is_timeout(stack: Stack, alarm: Block, like: Line) -> bool:
    """Whether the threshold, in milliseconds, is a share of the timeout of the function that is watched."""
    if like.threshold != "> 80 % of its timeout" or not _TIMEOUT.fullmatch(str(alarm.body["threshold"])):
        return False
    watched = resource(stack, alarm.body["dimensions"]["FunctionName"])
    return watched.address in alarm.body["threshold"]


def measured_by(stack: Stack, alarm: Block) -> str:
    """What is measured: each metric with its statistic, and the formula if there is one."""
    names = [f"{metric['stat']} {_name(stack, metric['metric_name'])}" for metric in metrics(alarm)]
    of = ", ".join(dict.fromkeys(names))
    formulas = [re.sub(r"\$\{[^}]+\}", "ID", one) for one in expressions(alarm)]
    # As many as there are of what is watched; that all are in it, another test says.
    formulas = [re.sub(r"^MAX\(\[\w+(, \w+)*\]\)$", "MAX", one) for one in formulas]
    return " of ".join([*formulas, *filter(None, [of])])


def _name(stack: Stack, metric: str) -> str:
    if not REFERENCE.fullmatch(metric):
        return metric
    made_by = resource(stack, metric)
    return str(made_by.body["name"]).removeprefix("PROD-metric-test-").removesuffix(f"-{made_by.region}")
