"""What the steps read from and write to Secrets Manager."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any, Protocol

from botocore.exceptions import ClientError

from .credentials import Credentials
from .errors import RotationError

if TYPE_CHECKING:
    from collections.abc import Iterator

CURRENT, PENDING, PREVIOUS = "AWSCURRENT", "AWSPENDING", "AWSPREVIOUS"
#: Secrets Manager keeps unlabelled versions for at least a day; whoever lost its label did so in this rotation.
UNLABELLED_VERSIONS = 5
#: ``arn:aws:secretsmanager:REGION:ACCOUNT:secret:NAME``
PARTS_OF_ARN, REGION_OF_ARN = 7, 3


class SecretsManager(Protocol):
    """The calls that are made of boto3's client, each with keyword arguments only."""

    def describe_secret(self, *, SecretId: str) -> dict[str, Any]: ...  # noqa: D102, N803  # boto3's name
    def get_secret_value(self, **arguments: str) -> dict[str, Any]: ...  # noqa: D102  # boto3's name
    def put_secret_value(self, **arguments: Any) -> dict[str, Any]: ...  # noqa: ANN401, D102  # boto3's name
    def list_secret_version_ids(self, **arguments: Any) -> dict[str, Any]: ...  # noqa: ANN401, D102  # boto3's name
    def update_secret_version_stage(self, **arguments: str) -> dict[str, Any]: ...  # noqa: D102  # boto3's name
    def get_random_password(self, **arguments: Any) -> dict[str, Any]: ...  # noqa: ANN401, D102  # boto3's name


class SecretStore:
    """One secret and its versions.

    Parameters
    ----------
    client
        Secrets Manager's client in the secret's region.
    secret_id
        ARN or name.
    """

    def __init__(self, *, client: SecretsManager, secret_id: str) -> None:
        self._client = client
        self._secret_id = secret_id

    def must_rotate(self, token: str) -> bool:
        """Tell whether a version still has to become the current one.

        Returns
        -------
        bool
            ``False`` if it already is.

        Raises
        ------
        RotationError
            If rotation is off, the version is unknown, or it is not the one that is pending.
        """
        secret = self._client.describe_secret(SecretId=self._secret_id)
        if not secret.get("RotationEnabled"):
            raise RotationError("rotation of the secret is not enabled")
        stages = secret.get("VersionIdsToStages", {}).get(token)
        if stages is None:
            raise RotationError("secret has no labelled version of this token")
        if CURRENT in stages:
            return False
        if PENDING not in stages:
            raise RotationError(f"version is not {PENDING}, it is {', '.join(sorted(stages)) or 'without a stage'}")
        return True

    def current(self) -> Credentials:
        """Read what everyone logs in with."""
        credentials = self._read(VersionStage=CURRENT)
        if credentials is None:
            raise RotationError(f"secret has no {CURRENT} value")
        return credentials

    def pending(self, token: str) -> Credentials | None:
        """Read what this rotation puts in place, ``None`` before it was made."""
        return self._read(VersionId=token, VersionStage=PENDING)

    def next(self) -> Iterator[Credentials]:
        """Read what a rotation is about to put in place, if one is on its way."""
        yield from self._readable(VersionStage=PENDING)

    def earlier(self) -> Iterator[Credentials]:
        """Read what the server may still hold if a rotation broke off: the previous version, then the unlabelled.

        A version loses its label when someone cancels its rotation, or starts another, after its password was set.
        """
        yield from self._readable(VersionStage=PREVIOUS)
        listed = self._client.list_secret_version_ids(SecretId=self._secret_id, IncludeDeprecated=True)["Versions"]
        unlabelled = [version for version in listed if not version.get("VersionStages")]
        unlabelled.sort(key=lambda version: version["CreatedDate"], reverse=True)
        for version in unlabelled[:UNLABELLED_VERSIONS]:
            yield from self._readable(VersionId=version["VersionId"])

    def put_pending(self, token: str, credentials: Credentials) -> bool:
        """Store the next version.

        Returns
        -------
        bool
            ``False`` if another run of the same rotation stored its own first: a version never changes.
        """
        try:
            self._client.put_secret_value(
                SecretId=self._secret_id,
                ClientRequestToken=token,
                SecretString=credentials.to_json(),
                VersionStages=[PENDING],
            )
        except ClientError as error:
            if _code(error) == "ResourceExistsException":
                return False
            raise
        return True

    def promote(self, token: str) -> None:
        """Make a version the current one; Secrets Manager makes the current one the previous in the same call."""
        stages = self._client.describe_secret(SecretId=self._secret_id)["VersionIdsToStages"]
        current = next((version for version, names in stages.items() if CURRENT in names), None)
        if current is None:
            raise RotationError(f"secret has no {CURRENT} version")
        # Refused by Secrets Manager if the label has moved since it was read.
        self._client.update_secret_version_stage(
            SecretId=self._secret_id, VersionStage=CURRENT, MoveToVersionId=token, RemoveFromVersionId=current
        )

    def random_password(self, *, length: int, exclude: str) -> str:
        """Have Secrets Manager make a password with letters of both cases, digits and what punctuation is left."""
        answer = self._client.get_random_password(
            PasswordLength=length, ExcludeCharacters=exclude, RequireEachIncludedType=True
        )
        return str(answer["RandomPassword"])

    def sibling(self, arn: str) -> SecretStore:
        """Another secret, or its copy in this one's region: a copy's value names the ARN in the region of the original.

        See https://docs.aws.amazon.com/secretsmanager/latest/userguide/replicate-secrets.html
        """
        parts, own = arn.split(":"), self._secret_id.split(":")
        if len(parts) == len(own) == PARTS_OF_ARN:
            parts[REGION_OF_ARN] = own[REGION_OF_ARN]
        return SecretStore(client=self._client, secret_id=":".join(parts))

    def _read(self, **version: str) -> Credentials | None:
        try:
            answer = self._client.get_secret_value(SecretId=self._secret_id, **version)
        except ClientError as error:
            if _code(error) == "ResourceNotFoundException":
                return None
            raise
        return Credentials.parse(answer.get("SecretString", ""))

    def _readable(self, **version: str) -> Iterator[Credentials]:
        # A version of another shape opens nothing, and must not stand in the way of the next.
        with suppress(RotationError):
            credentials = self._read(**version)
            if credentials is not None:
                yield credentials


def _code(error: ClientError) -> str:
    return str(error.response.get("Error", {}).get("Code"))
