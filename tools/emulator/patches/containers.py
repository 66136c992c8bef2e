"""Nothing runs in a container.

moto runs jobs of Batch and functions of Lambda in containers of this machine's Docker, jobs privileged ones if they ask
for it. On AWS they run on machines of AWS's, so here they had better not run at all: a job succeeds at once, and an
invocation returns its input.
"""

from moto.core.config import default_user_config


def apply() -> None:
    """Apply the patch."""
    default_user_config["batch"] = {"use_docker": False}
    default_user_config["lambda"] = {"use_docker": False}
