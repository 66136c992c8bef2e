"""GuardDuty: tags of a detector, which moto keeps as they were when it was made."""

from urllib.parse import unquote

from moto.guardduty.models import Detector
from moto.guardduty.responses import GuardDutyResponse
from moto.guardduty.urls import url_paths

from tools.emulator.helpers.replacing import replace
from tools.emulator.helpers.requests import parameter


def tag_resource(response: GuardDutyResponse) -> str:
    """Give a detector tags, in place of those of the same keys."""
    _detector(response).tags.update(parameter(response, "tags"))
    return "{}"


def untag_resource(response: GuardDutyResponse) -> str:
    """Take tags from a detector."""
    for key in response.querystring.get("tagKeys", []):
        _detector(response).tags.pop(key, None)
    return "{}"


def _detector(response: GuardDutyResponse) -> Detector:
    # The path ends in the ARN, whose last part is the detector's id.
    detector: Detector = response.guardduty_backend.get_detector(unquote(response.path).rpartition("/")[2])
    return detector


def apply() -> None:
    """Apply the patches."""
    for operation in (tag_resource, untag_resource):
        replace(GuardDutyResponse, operation.__name__, operation)
    url_paths["{0}/tags/(?P<resource>.+)$"] = GuardDutyResponse.dispatch
