"""Clients of AWS for failovers: in the account of the environment, or on the emulator."""

from collections.abc import Callable
from typing import Any

from tools.aws_session import new_session
from tools.emulator import Emulator

#: Makes a boto3 client of a service, with the keywords `region_name` and `config`.
Make = Callable[..., Any]


def clients_on_emulator(emulator: Emulator) -> Make:
    """Return what makes boto3 clients that talk to an emulator."""
    from botocore.config import Config  # noqa: PLC0415 - slow to import

    def make(service: str, *, region_name: str, config: Config) -> Any:  # noqa: ANN401 - of boto3
        return new_session().client(
            service,
            region_name=region_name,
            endpoint_url=emulator.endpoint,
            aws_access_key_id=emulator.credentials.access_key,
            aws_secret_access_key=emulator.credentials.secret_key,
            aws_session_token=emulator.credentials.session_token,
            config=config.merge(Config(proxies={"http": emulator.endpoint})),
        )

    return make


def clients_in_account() -> Make:
    """Return what makes boto3 clients with the credentials of the environment."""
    session = new_session()

    def make(service: str, **options: Any) -> Any:  # noqa: ANN401 - of boto3
        return session.client(service, **options)

    return make
