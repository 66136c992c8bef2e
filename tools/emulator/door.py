"""Who may ask the emulator: clients of its owner, and neither web pages nor others on this machine.

It listens on the loopback interface, which every user of the machine and every page in a browser can reach. A page does
so under its own name (DNS rebinding) or from its own origin, of which browsers tell in ``Origin`` and, of requests that
read without one, in ``Sec-Fetch-Site``: https://developer.mozilla.org/en-US/docs/Web/HTTP/Reference/Headers/Sec-Fetch-Site.
No AWS SDK sends either. Others on the machine do not know the emulator's access key, a new one in each life.
"""

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import parse_qs

from tools.emulator.iam.identities import account_of_session, identity_of
from tools.emulator.refusal import Refusal

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

#: The address and the name of this machine. SDKs put an account, a bucket or a word of the service before either; no
#: page is there, because no resolver knows the first, and the second is this machine.
HOST = re.compile(r"(?:[a-z0-9][a-z0-9.-]{0,254}\.)?(?:127\.0\.0\.1|localhost):(?P<port>\d{1,5})")
OF_BROWSERS = ("HTTP_ORIGIN", "HTTP_SEC_FETCH_SITE")
#: moto's own doors: a page to look at everything, and to change its settings or have it write a file.
CONTROL_PATH = re.compile(r"/+moto-api(/|$)")
CREDENTIAL = re.compile(r"\bCredential=([A-Za-z0-9]{1,128})/")


@dataclass(frozen=True, kw_only=True)
class Door:
    """Looks at each request before anybody else does.

    Parameters
    ----------
    access_key : str
        The key of the account's root, and what the other keys of the root begin with.
    account_id : str
        The account, whose IAM knows more keys.
    """

    access_key: str
    account_id: str

    def refuse(self, environ: "WSGIEnvironment") -> Refusal | None:
        """Return why a request is not taken, or None."""
        host = HOST.fullmatch(environ.get("HTTP_HOST", ""))
        if host is None or host["port"] != str(environ["SERVER_PORT"]):
            return _forbidden("the emulator answers to 127.0.0.1 and localhost, with its port, alone")
        if any(name in environ for name in OF_BROWSERS):
            return _forbidden("the emulator does not answer web pages")
        if CONTROL_PATH.match(environ["PATH_INFO"]):
            return _forbidden("the emulator has no control API")
        key = access_key_of(environ)
        if not key:
            return Refusal(code="MissingAuthenticationToken", message="The request is not signed", status=403)
        if not (key.startswith(self.access_key) or identity_of(key, self.account_id) or account_of_session(key)):
            message = "The security token included in the request is invalid: `make local-env` has the emulator's keys"
            return Refusal(code="InvalidClientTokenId", message=message, status=403)
        return None


def access_key_of(environ: "WSGIEnvironment") -> str:
    """Return the key that signed a request, in its header or in its query; empty if nobody did."""
    if match := CREDENTIAL.search(environ.get("HTTP_AUTHORIZATION", "")):
        return str(match[1])
    query: str = environ.get("QUERY_STRING", "")
    return parse_qs(query).get("X-Amz-Credential", [""])[0].partition("/")[0]


def _forbidden(message: str) -> Refusal:
    return Refusal(code="AccessDenied", message=message, status=403)
