"""Security Hub: findings of several regions in one, and controls that are off in a standard; moto has neither."""

import json
from typing import Any
from uuid import uuid4

from moto.core.exceptions import JsonRESTError
from moto.securityhub import urls
from moto.securityhub.responses import SecurityHubResponse

from tools.emulator.helpers.replacing import replace
from tools.emulator.helpers.requests import parameter

Thing = dict[str, Any]
PATHS = (
    *("associations", "associations/batchGet", "findingAggregator/create", "findingAggregator/list"),
    *("findingAggregator/update", "findingAggregator/get/(?P<arn>.+)", "findingAggregator/delete/(?P<arn>.+)"),
)


def create_finding_aggregator(response: SecurityHubResponse) -> str:
    """Link regions to this one; an account has one aggregator."""
    if _aggregators(response):
        raise JsonRESTError("ResourceConflictException", "An aggregator exists already")
    account, region = response.current_account, response.region
    arn = f"arn:aws:securityhub:{region}:{account}:finding-aggregator/{uuid4()}"
    aggregator = {"FindingAggregatorArn": arn, "FindingAggregationRegion": region, **_linked(response)}
    _aggregators(response)[arn] = aggregator
    return json.dumps(aggregator)


def update_finding_aggregator(response: SecurityHubResponse) -> str:
    """Link other regions."""
    aggregator = _aggregator(response)
    aggregator.update(_linked(response))
    return json.dumps(aggregator)


def get_finding_aggregator(response: SecurityHubResponse) -> str:
    """Tell an aggregator."""
    return json.dumps(_aggregator(response))


def list_finding_aggregators(response: SecurityHubResponse) -> str:
    """List what there is."""
    return json.dumps({"FindingAggregators": [{"FindingAggregatorArn": arn} for arn in _aggregators(response)]})


def delete_finding_aggregator(response: SecurityHubResponse) -> str:
    """End it; every region has its own findings alone again."""
    del _aggregators(response)[_aggregator(response)["FindingAggregatorArn"]]
    return "{}"


def batch_update_standards_control_associations(response: SecurityHubResponse) -> str:
    """Turn controls on or off in standards."""
    for update in parameter(response, "StandardsControlAssociationUpdates"):
        control, standard = update["SecurityControlId"], update["StandardsArn"]
        owner = f"{response.region}:{response.current_account}"
        _associations(response)[control, standard] = {
            **update,
            "SecurityControlArn": f"arn:aws:securityhub:{owner}:security-control/{control}",
        }
    return json.dumps({"UnprocessedAssociationUpdates": []})


def list_standards_control_associations(response: SecurityHubResponse) -> str:
    """Tell the standards that a control is on or off in, as far as anybody said so."""
    control = parameter(response, "SecurityControlId")
    found = [one for (name, _), one in _associations(response).items() if name == control]
    texts = {"StandardsControlTitle": str(control), "StandardsControlDescription": str(control)}
    return json.dumps({"StandardsControlAssociationSummaries": [{**texts, **one} for one in found]})


def _aggregator(response: SecurityHubResponse) -> Thing:
    arn = parameter(response, "FindingAggregatorArn")
    if arn not in _aggregators(response):
        raise JsonRESTError("ResourceNotFoundException", f"There is no aggregator {arn}")
    return _aggregators(response)[arn]


def _linked(response: SecurityHubResponse) -> Thing:
    regions = parameter(response, "Regions")
    return {"RegionLinkingMode": parameter(response, "RegionLinkingMode"), **({"Regions": regions} if regions else {})}


def _aggregators(response: SecurityHubResponse) -> dict[str, Thing]:
    # Kept on the backend, so that a reset forgets them.
    aggregators: dict[str, Thing] = response.securityhub_backend.__dict__.setdefault("aggregators", {})
    return aggregators


def _associations(response: SecurityHubResponse) -> dict[tuple[str, str], Thing]:
    associations: dict[tuple[str, str], Thing] = response.securityhub_backend.__dict__.setdefault("associations", {})
    return associations


def apply() -> None:
    """Apply the patches."""
    for operation in (
        create_finding_aggregator,
        update_finding_aggregator,
        get_finding_aggregator,
        list_finding_aggregators,
        delete_finding_aggregator,
        batch_update_standards_control_associations,
        list_standards_control_associations,
    ):
        replace(SecurityHubResponse, operation.__name__, operation)
    for path in PATHS:
        urls.url_paths[f"{{0}}/{path}$"] = SecurityHubResponse.dispatch
