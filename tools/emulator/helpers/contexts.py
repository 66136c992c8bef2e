"""Which condition keys a request has, whatever the service."""

from datetime import UTC, datetime

from moto.core.responses import BaseResponse

from tools.emulator.conditions import Context
from tools.emulator.helpers.callers import principal_keys, stated_keys
from tools.emulator.policy import Caller

QUERY_KEYS = {
    "prefix": "s3:prefix",
    "delimiter": "s3:delimiter",
    "max-keys": "s3:max-keys",
    "versionId": "s3:versionid",
}


def context_of(response: BaseResponse, caller: Caller) -> Context:
    """Return the condition keys of the request, in lower case; those of S3 do no harm elsewhere."""
    request = response.normalized_request
    now = datetime.now(tz=UTC)
    keys: dict[str, str | None] = {
        "aws:currenttime": now.isoformat(timespec="seconds"),
        "aws:epochtime": str(int(now.timestamp())),
        "aws:requestedregion": response.region,
        "aws:resourceaccount": response.current_account,
        "aws:securetransport": "true",
        "aws:sourceip": request.remote_addr or "127.0.0.1",
        "kms:calleraccount": caller.account_id or None,
        "s3:resourceaccount": response.current_account,
        "s3:tlsversion": "1.3",
        **principal_keys(caller),
    }
    keys |= {name: request.args[parameter] for parameter, name in QUERY_KEYS.items() if parameter in request.args}
    keys |= {
        f"s3:{name.lower()}": value for name, value in request.headers.items() if name.lower().startswith("x-amz-")
    }
    if request.headers.get("x-meridian-secure-transport", "").lower() == "false":
        keys["aws:securetransport"] = "false"
        del keys["s3:tlsversion"]
    keys |= stated_keys(response)
    return {name: [value] for name, value in keys.items() if value is not None}
