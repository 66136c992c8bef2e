"""Cost anomalies of Cost Explorer, which moto does not have: monitors and who is told, without anomalies."""

import json
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from moto.ce.responses import CostExplorerResponse
from moto.core.exceptions import JsonRESTError

from tools.emulator.helpers.replacing import replace

MONITOR, SUBSCRIPTION = "Monitor", "Subscription"
Thing = dict[str, Any]


def create_anomaly_monitor(response: CostExplorerResponse) -> str:
    """Make a monitor."""
    today = datetime.now(tz=UTC).date().isoformat()
    return _create(response, MONITOR, CreationDate=today, LastUpdatedDate=today)


def get_anomaly_monitors(response: CostExplorerResponse) -> str:
    """Return the monitors that are asked for, or all."""
    return _list(response, MONITOR)


def update_anomaly_monitor(response: CostExplorerResponse) -> str:
    """Rename a monitor."""
    return _update(response, MONITOR)


def delete_anomaly_monitor(response: CostExplorerResponse) -> str:
    """Delete a monitor."""
    return _delete(response, MONITOR)


def create_anomaly_subscription(response: CostExplorerResponse) -> str:
    """Have someone told of what monitors that there are find."""
    for arn in json.loads(response.body)["AnomalySubscription"]["MonitorArnList"]:
        _find(response, MONITOR, arn)
    return _create(response, SUBSCRIPTION, AccountId=response.current_account)


def get_anomaly_subscriptions(response: CostExplorerResponse) -> str:
    """Return the subscriptions that are asked for, or all."""
    return _list(response, SUBSCRIPTION)


def update_anomaly_subscription(response: CostExplorerResponse) -> str:
    """Change a subscription."""
    return _update(response, SUBSCRIPTION)


def delete_anomaly_subscription(response: CostExplorerResponse) -> str:
    """Delete a subscription."""
    return _delete(response, SUBSCRIPTION)


def _create(response: CostExplorerResponse, kind: str, **more: str) -> str:
    body = json.loads(response.body)
    arn = f"arn:{response.partition}:ce::{response.current_account}:anomaly{kind.lower()}/{uuid4()}"
    _things(response, kind)[arn] = {**body[f"Anomaly{kind}"], **more, f"{kind}Arn": arn}
    response.ce_backend.tag_resource(arn, body.get("ResourceTags", []))
    return json.dumps({f"{kind}Arn": arn})


def _list(response: CostExplorerResponse, kind: str) -> str:
    wanted = json.loads(response.body).get(f"{kind}ArnList")
    things = _things(response, kind)
    found = [_find(response, kind, arn) for arn in wanted] if wanted else list(things.values())
    return json.dumps({f"Anomaly{kind}s": found})


def _update(response: CostExplorerResponse, kind: str) -> str:
    changes = json.loads(response.body)
    arn = changes[f"{kind}Arn"]
    _find(response, kind, arn).update(changes)
    return json.dumps({f"{kind}Arn": arn})


def _delete(response: CostExplorerResponse, kind: str) -> str:
    arn = json.loads(response.body)[f"{kind}Arn"]
    _find(response, kind, arn)
    del _things(response, kind)[arn]
    return "{}"


def _find(response: CostExplorerResponse, kind: str, arn: str) -> Thing:
    things = _things(response, kind)
    if arn not in things:
        raise JsonRESTError(f"Unknown{kind}Exception", f"There is no {kind.lower()} {arn}")
    return things[arn]


def _things(response: CostExplorerResponse, kind: str) -> dict[str, Thing]:
    # Kept on the backend, so that a reset forgets them.
    things: dict[str, Thing] = response.ce_backend.__dict__.setdefault(f"anomaly_{kind.lower()}s", {})
    return things


def apply() -> None:
    """Apply the patches."""
    for operation in (
        create_anomaly_monitor,
        get_anomaly_monitors,
        update_anomaly_monitor,
        delete_anomaly_monitor,
        create_anomaly_subscription,
        get_anomaly_subscriptions,
        update_anomaly_subscription,
        delete_anomaly_subscription,
    ):
        replace(CostExplorerResponse, operation.__name__, operation)
