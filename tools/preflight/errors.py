"""Errors of AWS, by what they mean."""

from botocore.exceptions import ClientError


def code_of(error: ClientError) -> str:
    """Return the code of an error, such as `AccessDenied`."""
    return str(error.response.get("Error", {}).get("Code", ""))


def is_refusal(error: ClientError) -> bool:
    """Tell whether an error says that the caller may not ask, rather than what was asked for."""
    code = code_of(error)
    return code in {
        "403",
        "AuthFailure",
        "InvalidClientTokenId",
        "OptInRequired",
        "UnrecognizedClientException",
    } or any(word in code for word in ("AccessDenied", "Unauthorized", "AuthorizationError", "NotAuthorized"))
