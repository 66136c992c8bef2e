"""How AWS says no: an error in the form that the clients of the service understand."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import uuid4
from xml.sax.saxutils import escape

from werkzeug.wrappers import Response

from tools.emulator.call import Call
from tools.emulator.requestlog import scope_of

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

#: The services that take their requests neither as forms nor as JSON, and those that wrap their errors unlike others.
XML_SERVICES = {"s3", "route53", "cloudfront"}
XML_ENVELOPES = {"s3": "{}", "ec2": "<Response><Errors>{}</Errors></Response>"}


@dataclass(frozen=True, kw_only=True)
class Refusal:
    """What AWS answers to a call that it does not do.

    Parameters
    ----------
    code : str
        The name of the error, such as ``ValidationException``.
    message : str
        What is wrong.
    status : int
        The status of HTTP. By default 400.
    """

    code: str
    message: str
    status: int = 400


#: Looks at a call before moto does, and says why AWS would not do it, or None.
Judge = Callable[[Call], Refusal | None]


def answer(environ: "WSGIEnvironment", refusal: Refusal) -> Response:
    """Return ``refusal`` in the protocol of the request that it answers."""
    service = scope_of(environ).service
    # AWS gives every answer an id, and Step Functions looks for it.
    headers = {"x-amzn-requestid": str(uuid4())}
    if service in XML_SERVICES or environ.get("CONTENT_TYPE", "").startswith("application/x-www-form-urlencoded"):
        document = f"<Error><Code>{refusal.code}</Code><Message>{escape(refusal.message)}</Message></Error>"
        document = XML_ENVELOPES.get(service, "<ErrorResponse>{}</ErrorResponse>").format(document)
        return Response(document, status=refusal.status, mimetype="text/xml", headers=headers)
    document = json.dumps({"__type": refusal.code, "message": refusal.message})
    headers["x-amzn-errortype"] = refusal.code
    return Response(document, status=refusal.status, mimetype="application/json", headers=headers)
