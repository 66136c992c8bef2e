"""The steps of a drill, in their order.

A part that is added is a module with a tuple of steps, and named here. A step is a function of `Drill`: it does one
thing, compares by `Drill.expect`, and returns what was seen. What later steps need it leaves in `Drill.noted`.
"""

from tools.drill.before import BEFORE
from tools.drill.home_again import HOME_AGAIN
from tools.drill.lost import LOST
from tools.drill.returned import RETURNED
from tools.drill.step import Step
from tools.drill.taken_over import TAKEN_OVER

STEPS: tuple[Step, ...] = (*BEFORE, *LOST, *TAKEN_OVER, *RETURNED, *HOME_AGAIN)
