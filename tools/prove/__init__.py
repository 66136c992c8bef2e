"""The proof: what only a real AWS account can show, run there step by step, with a report to send back."""

from tools.prove.context import Context
from tools.prove.run import prove
from tools.prove.step import Outcome, Step, Unproven
from tools.prove.steps import STEPS

__all__ = ["STEPS", "Context", "Outcome", "Step", "Unproven", "prove"]
