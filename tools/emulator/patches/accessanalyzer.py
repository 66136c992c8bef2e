"""IAM Access Analyzer, which moto does not have: analyzers and their tags, without findings."""

import re
import sys
from datetime import UTC, datetime
from types import ModuleType
from typing import Any
from urllib.parse import unquote

from moto.backend_index import backend_url_patterns
from moto.core.base_backend import BackendDict, BaseBackend
from moto.core.exceptions import ServiceException
from moto.core.responses import ActionResult, BaseResponse, EmptyResult

from tools.emulator.helpers.requests import parameter

SERVICE = "accessanalyzer"
PATHS = ("/analyzer", "/analyzer/<name>", "/tags/<path:arn>")


class ResourceNotFoundError(ServiceException):
    """There is no such analyzer."""

    code = "ResourceNotFoundException"


class ConflictError(ServiceException):
    """There is an analyzer of that name already."""

    code = "ConflictException"


class AccessAnalyzerBackend(BaseBackend):
    """The analyzers of an account in a region."""

    def __init__(self, region_name: str, account_id: str) -> None:
        super().__init__(region_name, account_id)
        self.analyzers: dict[str, dict[str, Any]] = {}

    @property
    def flask_paths(self) -> dict[str, Any]:
        """The paths of the service's API."""
        return dict.fromkeys(PATHS, AccessAnalyzerResponse.dispatch)


class AccessAnalyzerResponse(BaseResponse):
    """Handlers of the operations that Terraform uses."""

    def __init__(self) -> None:
        super().__init__(service_name=SERVICE)
        self.automated_parameter_parsing = True

    @property
    def analyzers(self) -> dict[str, dict[str, Any]]:
        """The analyzers by name."""
        return backends[self.current_account][self.region].analyzers

    def create_analyzer(self) -> ActionResult:
        """Make an analyzer, which is active at once."""
        name = parameter(self, "analyzerName")
        if name in self.analyzers:
            raise ConflictError(f"Analyzer {name} already exists")
        arn = f"arn:{self.partition}:access-analyzer:{self.region}:{self.current_account}:analyzer/{name}"
        self.analyzers[name] = {
            "arn": arn,
            "name": name,
            "type": parameter(self, "type"),
            "configuration": parameter(self, "configuration"),
            "createdAt": datetime.now(tz=UTC),
            "status": "ACTIVE",
            "tags": parameter(self, "tags", {}),
        }
        return ActionResult({"arn": arn})

    def get_analyzer(self) -> ActionResult:
        """Return an analyzer."""
        return ActionResult({"analyzer": self._find(parameter(self, "analyzerName"))})

    def list_analyzers(self) -> ActionResult:
        """List all analyzers, or those of one type."""
        kind = parameter(self, "type")
        return ActionResult(
            {"analyzers": [entry for entry in self.analyzers.values() if kind in {None, entry["type"]}]}
        )

    def delete_analyzer(self) -> ActionResult:
        """Delete an analyzer."""
        del self.analyzers[self._find(parameter(self, "analyzerName"))["name"]]
        return EmptyResult()

    def list_tags_for_resource(self) -> ActionResult:
        """List the tags of an analyzer."""
        return ActionResult({"tags": self._tagged()["tags"]})

    def tag_resource(self) -> ActionResult:
        """Add tags to an analyzer."""
        self._tagged()["tags"].update(parameter(self, "tags", {}))
        return EmptyResult()

    def untag_resource(self) -> ActionResult:
        """Take tags off an analyzer."""
        for key in parameter(self, "tagKeys", []):
            self._tagged()["tags"].pop(key, None)
        return EmptyResult()

    def _find(self, name: str) -> dict[str, Any]:
        if name not in self.analyzers:
            raise ResourceNotFoundError(f"Analyzer {name} could not be found")
        return self.analyzers[name]

    def _tagged(self) -> dict[str, Any]:
        # The slash in an ARN is encoded or not, as the client likes.
        return self._find(unquote(self.raw_path).rsplit(":analyzer/", 1)[1])


backends = BackendDict(AccessAnalyzerBackend, SERVICE)


def apply() -> None:
    """Make moto believe that the service is one of its own."""
    module = ModuleType(f"moto.{SERVICE}")
    module.__dict__[f"{SERVICE}_backends"] = backends
    sys.modules[module.__name__] = module
    backend_url_patterns.append((SERVICE, re.compile(r"https?://access-analyzer\.(.+)\.amazonaws\.com")))
