"""What moto's handlers know of a request, past the underscore that it puts before its own."""

from typing import Any

from moto.core.responses import BaseResponse


def parameter(response: BaseResponse, name: str, default: Any = None) -> Any:  # noqa: ANN401 - any JSON, by operation
    """Return a parameter of the request by its name in the AWS API, or ``default`` if it was not sent."""
    return response._get_param(name, default)  # noqa: SLF001 - every handler of moto's reads its parameters so
