"""What AWS has that Terraform did not make so: looked for, told in words, and told apart from what is usual."""

from tools.drift.look import look_for_drift, told_if_unknown

__all__ = ["look_for_drift", "told_if_unknown"]
