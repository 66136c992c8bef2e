"""Where the least policies are, and who signs GitHub's tokens, for tools too, which build no constructs."""

from pathlib import Path

#: https://docs.github.com/en/actions/how-tos/secure-your-work/security-harden-deployments/oidc-in-aws
ISSUER = "token.actions.githubusercontent.com"
AUDIENCE = "sts.amazonaws.com"
#: Where `make iam` leaves the least policies, and what stands for the account in them.
POLICIES, ACCOUNT = Path(__file__).resolve().parents[3] / "iam", "ACCOUNT_ID"
