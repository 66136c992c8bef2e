"""Sessions of boto3 that share what botocore knows of AWS.

Each session of boto3 reads the models of services and the list of endpoints anew, some ten megabytes of JSON: a fifth
of a second of the processor for each client. Credentials, region and configuration are those of each session.
"""

from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import boto3
    from botocore.loaders import Loader


def new_session() -> "boto3.Session":
    """Return a session of the credentials in the environment, which reads models that were read before no more."""
    # Imported here: it takes a third of a second, and most commands need no client.
    import boto3  # noqa: PLC0415
    import botocore.session  # noqa: PLC0415

    bare = botocore.session.get_session()
    bare.register_component("data_loader", _models(bare.get_config_variable("data_path")))
    return boto3.Session(botocore_session=bare)


@cache
def _models(path: str | None) -> "Loader":
    from botocore.loaders import create_loader  # noqa: PLC0415

    return create_loader(path)
