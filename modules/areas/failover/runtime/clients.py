"""Calls to AWS that give up soon: a region that is dark may cost seconds, and not the minutes of boto3's defaults."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError, ConnectionError, HTTPClientError  # noqa: A004 - of botocore

if TYPE_CHECKING:
    from collections.abc import Callable

#: For the region that takes over, and for all others.
NEAR = Config(connect_timeout=3, read_timeout=10, retries={"mode": "standard", "total_max_attempts": 2})
FAR = Config(connect_timeout=2, read_timeout=4, retries={"mode": "standard", "total_max_attempts": 2})
#: From here on an HTTP status says that the service is ill, and nothing about the request.
ILL = 500

Answer = dict[str, Any]


class DarkError(Exception):
    """A service of a region does not answer, or answers that it is ill."""


class Aws(Protocol):
    """AWS, in any region."""

    def ask(self, service: str, region: str, operation: str, **arguments: Any) -> Answer:  # noqa: ANN401 - of boto3
        """Call an operation by boto3's name of it.

        Raises
        ------
        DarkError
            If the region does not answer.
        ClientError
            If it refuses.
        """


class Clients:
    """AWS by boto3, with a client for each service and region.

    Parameters
    ----------
    near
        The region that takes over: it is given more time than the others.
    make
        Makes a client. ``boto3.client`` by default.
    """

    def __init__(self, near: str, *, make: Callable[..., Any] = boto3.client) -> None:
        self._near, self._make = near, make
        self._clients: dict[tuple[str, str], Any] = {}

    def ask(self, service: str, region: str, operation: str, **arguments: Any) -> Answer:  # noqa: ANN401 - of boto3
        """Call an operation; see ``Aws``."""
        key = (service, region)
        if key not in self._clients:
            config = NEAR if region == self._near else FAR
            self._clients[key] = self._make(service, region_name=region, config=config)
        try:
            answer: Answer = getattr(self._clients[key], operation)(**arguments)
        except ClientError as error:
            status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
            if status >= ILL:
                raise DarkError(f"{service} in {region} answers {code(error)}") from None
            raise
        except (ConnectionError, HTTPClientError) as error:
            raise DarkError(f"{service} in {region} does not answer ({type(error).__name__})") from None
        return answer


def code(error: ClientError) -> str:
    """AWS's code of an error."""
    return str(error.response.get("Error", {}).get("Code"))
