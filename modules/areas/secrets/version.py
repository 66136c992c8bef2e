"""What Terraform writes into the secret."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cdktf import TerraformResourceLifecycle
from cdktf_cdktf_provider_aws.secretsmanager_secret_version import SecretsmanagerSecretVersion

if TYPE_CHECKING:
    from constructs import Construct

    from modules.areas.secrets.secret import Secret

#: Labels of the versions that Terraform writes, each on one version of a secret. A rotation takes the others' labels
#: away, and Secrets Manager may delete what has none: Terraform would then write a version anew, with another value,
#: over the one in use.
#: https://docs.aws.amazon.com/secretsmanager/latest/userguide/whats-in-a-secret.html#term_version and
#: https://github.com/hashicorp/terraform-provider-aws/issues/37302
DRAWN, PLACED = "MERIDIAN-DRAWN", "MERIDIAN-PLACED"


class SecretVersion(SecretsmanagerSecretVersion):
    """A version that Terraform writes once, and that stays for as long as the secret.

    It becomes the current one. Rotation moves that label on; the version keeps one of its own.

    Parameters
    ----------
    secret
        The secret.
    value
        What it says, for a write-only argument.
    label
        Its own label.

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
            # Another number would have Terraform write the value again, over what rotation has put in.
            secret_string_wo_version=1,
            version_stages=["AWSCURRENT", label],
            # Rotation moves the labels of what is current and what was. Terraform would move them back.
            lifecycle=TerraformResourceLifecycle(ignore_changes=["version_stages"]),
        )
