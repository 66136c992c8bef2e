"""What a request is in AWS's terms: service, operation and parameters, by AWS's own service models.

botocore brings the models, moto the routers and parsers of all their protocols.
"""

import gzip
import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from io import BytesIO
from typing import TYPE_CHECKING, Any

import botocore.session
from botocore.exceptions import UnknownServiceError
from moto.core.model import OperationModel, ServiceModel
from moto.core.parse import PROTOCOL_PARSERS, RequestParserError
from moto.core.request import Request, determine_request_protocol
from moto.core.routing import ServiceOperationRouter
from werkzeug.exceptions import NotFound

from tools.emulator.requestlog import scope_of

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

#: Services that sign by another name than their model has, and several models that share one name. Neptune and
#: DocumentDB sign as RDS and have the same version and operations, so nothing in a request tells them apart.
SERVICES_BY_SIGNING_NAME = {
    "access-analyzer": ("accessanalyzer",),
    "dynamodb": ("dynamodb", "dynamodbstreams"),
    "elasticloadbalancing": ("elbv2", "elb"),
    "monitoring": ("cloudwatch",),
    "s3": ("s3", "s3control"),
    "servicequotas": ("service-quotas",),
    "states": ("stepfunctions",),
    "tagging": ("resourcegroupstaggingapi",),
}
S3_CONTROL_PATH = re.compile(r"^/v20180820(/|$)")
CREDENTIAL = re.compile(r"Credential=([A-Za-z0-9]+)/")


@dataclass(frozen=True, kw_only=True)
class Call:
    """One call of an AWS API.

    Parameters
    ----------
    service : str
        botocore's name of the service model, such as ``elbv2``.
    operation : str
        The operation by the name of the model, such as ``CreateLoadBalancer``.
    region : str
        The region that the request was signed for.
    parameters : mapping
        What was sent, by the names of the model; blobs as bytes, times without a zone.
    access_key : str
        The key that signed; empty if nobody did.
    """

    service: str
    operation: str
    region: str
    parameters: Mapping[str, Any]
    access_key: str = ""


@cache
def model_of(service: str) -> ServiceModel | None:
    """Return the model of ``service`` as AWS publishes it, without what moto adds; None if there is none."""
    loader = botocore.session.get_session().get_component("data_loader")
    try:
        return ServiceModel(loader.load_service_model(service, "service-2"), service)
    except UnknownServiceError:
        return None


def call_of(environ: "WSGIEnvironment", body: bytes) -> Call | None:
    """Return the call that a request is.

    Parameters
    ----------
    environ : WSGIEnvironment
        The request; it is not read from.
    body : bytes
        Its body.

    Returns
    -------
    Call, optional
        None if it is of no known operation, or cannot be parsed.
    """
    # The SDKs compress what is long, such as many metrics.
    if environ.get("HTTP_CONTENT_ENCODING") == "gzip":
        with suppress(OSError):
            body = gzip.decompress(body)
    request = Request(dict(environ) | {"wsgi.input": BytesIO(body), "CONTENT_LENGTH": str(len(body))})
    scope = scope_of(environ)
    for service in _services(scope.service, request):
        found = _match(service, request)
        if found is None:
            continue
        operation, labels = found
        try:
            parameters = _parse(operation, request, labels, body)
        except (RequestParserError, ValueError, TypeError, KeyError, AttributeError):
            # What no parser understands is for the service itself to refuse.
            return None
        return Call(
            service=service,
            operation=operation.name,
            region=scope.region,
            parameters=parameters,
            access_key=_access_key(request),
        )
    return None


def _services(signing_name: str, request: Request) -> tuple[str, ...]:
    """Return the models that a request can be of, by what it is signed for and the version that it names."""
    services = SERVICES_BY_SIGNING_NAME.get(signing_name, (signing_name,) if signing_name else ())
    if signing_name == "s3":
        return ("s3control",) if S3_CONTROL_PATH.match(request.raw_path) else ("s3",)
    if len(services) > 1 and (version := request.values.get("Version")):
        return tuple(name for name in services if (model := model_of(name)) and model.api_version == version)
    return services


@cache
def _router(service: str) -> ServiceOperationRouter | None:
    model = model_of(service)
    return ServiceOperationRouter(model) if model else None


def _match(service: str, request: Request) -> tuple[OperationModel, dict[str, Any]] | None:
    router = _router(service)
    if router is None:
        return None
    if target := request.headers.get("X-Amz-Target"):
        operation = _targeted(service, target)
        return (operation, {}) if operation else None
    try:
        return router.match(request)
    except (NotFound, NotImplementedError):
        return None


def _targeted(service: str, target: str) -> OperationModel | None:
    """Return the operation that a target names: some SDKs put a package of Java before it, and others do not."""
    model = model_of(service)
    prefix, _, name = target.rpartition(".")
    if model is None or name not in model.operation_names:
        return None
    version = model.metadata.get("targetPrefix", "").rpartition(".")[2]
    return model.operation_model(name) if prefix.rpartition(".")[2] == version else None


def _parse(operation: OperationModel, request: Request, labels: Mapping[str, Any], body: bytes) -> Mapping[str, Any]:
    protocol = determine_request_protocol(operation.service_model, request.content_type)
    parser = PROTOCOL_PARSERS[protocol](operation)
    parsed: Mapping[str, Any] = parser.parse(
        {
            "method": request.method,
            "values": request.values,
            "headers": request.headers,
            "body": body,
            "url_path": request.path,
            "url_params": dict(labels),
        }
    )
    return parsed


def _access_key(request: Request) -> str:
    """Return the key that signed, in the header or in the query of an address that was signed beforehand."""
    if match := CREDENTIAL.search(request.headers.get("Authorization", "")):
        return match[1]
    return str(request.args.get("X-Amz-Credential", "")).split("/", 1)[0]
