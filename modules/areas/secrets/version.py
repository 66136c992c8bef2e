"""The version of a secret that Terraform writes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cdktf import TerraformResourceLifecycle
from cdktf_cdktf_provider_aws.secretsmanager_secret_version import SecretsmanagerSecretVersion

if TYPE_CHECKING:
    from constructs import Construct

    from modules.areas.secrets.secret import Secret

#: Staging labels of the versions that Terraform writes: the master user's generated password, and the values that
#: contain the database's host. Each label is on one version of a secret. Rotation removes the other labels of these
#: versions, and Secrets Manager may delete a version without labels. Terraform would then write it again, with another
#: value, over the current one.
#: https://docs.aws.amazon.com/secretsmanager/latest/userguide/whats-in-a-secret.html#term_version and
#: https://github.com/hashicorp/terraform-provider-aws/issues/37302
PASSWORD_LABEL, HOST_LABEL = "MERIDIAN-DRAWN", "MERIDIAN-PLACED"


class SecretVersion(SecretsmanagerSecretVersion):
    """A version that Terraform writes once, and that exists as long as the secret.

    It becomes ``AWSCURRENT``. Rotation moves that label to newer versions, but this version keeps its own label.

    Parameters
    ----------
    secret
        The secret.
    value
        Its value, for a write-only argument.
    label
        Its own staging label.

    See https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_PutSecretValue.html and
    https://docs.aws.amazon.com/secretsmanager/latest/userguide/rotate-secrets_lambda-functions.html
    """

    def __init__(self, scope: Construct, id_: str, *, secret: Secret, value: str, label: str) -> None:
        super().__init__(
            scope,
            id_,
            provider=secret.region.provider,
            secret_id=secret.resource.id,
            secret_string_wo=value,
            # With another number Terraform would write the value again, over the rotated one.
            secret_string_wo_version=1,
            version_stages=["AWSCURRENT", label],
            # Rotation moves AWSCURRENT and AWSPREVIOUS. Terraform would move them back.
            lifecycle=TerraformResourceLifecycle(ignore_changes=["version_stages"]),
        )
