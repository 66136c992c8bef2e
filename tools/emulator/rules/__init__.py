"""What AWS refuses and no service model says: order, other resources, and what they permit. One module a service.

Each rule is a function that gets a call and returns a refusal or None; its docstring says what AWS does and names the
page. A rule looks at what is there and changes nothing.
"""

from importlib import import_module

from tools.emulator.rules.registry import RULES, judge

NAMES = (
    "cloudtrail",
    "cloudwatch",
    "config",
    "elbv2",
    "kms",
    "lambda_",
    "logs",
    "principals",
    "quotas",
    "rds",
    "roles",
    "s3",
    "secretsmanager",
    "wafv2",
)

__all__ = ["NAMES", "RULES", "judge", "load"]


def load() -> None:
    """Load the rules of every service; meant to be called once, before serving."""
    for name in NAMES:
        import_module(f"{__name__}.{name}")
