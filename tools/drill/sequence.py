"""The steps of a drill, in their order. A part of it that is added is a module with a tuple of steps, named here."""

from tools.drill.before import BEFORE
from tools.drill.lost import LOST
from tools.drill.returned import RETURNED
from tools.drill.step import Step
from tools.drill.taken_over import TAKEN_OVER

STEPS: tuple[Step, ...] = (*BEFORE, *LOST, *TAKEN_OVER, *RETURNED)
