"""What the roles of GitHub take: bootstrap makes them, and whoever plans the state backend reads them.

Terraform's calls, by the provider's resources `aws_iam_role`, `aws_iam_policy` and `aws_iam_openid_connect_provider`:
https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsidentityandaccessmanagementiam.html
"""

from collections.abc import Iterator

from modules.areas.delivery.names import ISSUER
from modules.settings.delivery import DEPLOYER, PLANNER

LOOK_AT_ROLE = ("iam:GetRole", "iam:ListAttachedRolePolicies", "iam:ListRolePolicies")
CHANGE_ROLE = (
    *("iam:AttachRolePolicy", "iam:CreateRole", "iam:DeleteRole", "iam:DetachRolePolicy", "iam:TagRole"),
    *("iam:ListInstanceProfilesForRole", "iam:UntagRole", "iam:UpdateAssumeRolePolicy", "iam:UpdateRole"),
)
LOOK_AT_POLICY = ("iam:GetPolicy", "iam:GetPolicyVersion", "iam:ListPolicyVersions")
CHANGE_POLICY = (
    *("iam:CreatePolicy", "iam:CreatePolicyVersion", "iam:DeletePolicy", "iam:DeletePolicyVersion"),
    *("iam:TagPolicy", "iam:UntagPolicy"),
)
LOOK_AT_PROVIDER = ("iam:GetOpenIDConnectProvider",)
CHANGE_PROVIDER = (
    *("iam:AddClientIDToOpenIDConnectProvider", "iam:CreateOpenIDConnectProvider"),
    *("iam:DeleteOpenIDConnectProvider", "iam:RemoveClientIDFromOpenIDConnectProvider"),
    *("iam:TagOpenIDConnectProvider", "iam:UntagOpenIDConnectProvider", "iam:UpdateOpenIDConnectProviderThumbprint"),
)
#: An existing provider is looked up among all.
LOOK_UP = "iam:ListOpenIDConnectProviders"


def asked(role: str, *, account: str) -> Iterator[tuple[str, str]]:
    """Yield the actions that a role may come to take, each with the ARN that it is about.

    Parameters
    ----------
    role : str
        `bootstrap`, `planner` or `deployer`.
    account : str
        The account.
    """
    changes = role == "bootstrap"
    for name in (PLANNER, DEPLOYER):
        for action in (*LOOK_AT_ROLE, *(CHANGE_ROLE if changes else ())):
            yield action, f"arn:aws:iam::{account}:role/{name}"
        for action in (*LOOK_AT_POLICY, *(CHANGE_POLICY if changes else ())):
            yield action, f"arn:aws:iam::{account}:policy/{name}-*"
    for action in (*LOOK_AT_PROVIDER, *(CHANGE_PROVIDER if changes else ())):
        yield action, f"arn:aws:iam::{account}:oidc-provider/{ISSUER}"
    yield LOOK_UP, "*"
