"""Nothing runs in a container.

moto runs jobs of Batch and functions of Lambda in containers of this machine's Docker, jobs privileged ones if they ask
for it. On AWS they run on machines of AWS's. Here a job had better not run at all: it succeeds at once. Functions run
in processes, see `lambda_invoke`.
"""

from moto.core.config import default_user_config


def apply() -> None:
    """Apply the patch."""
    default_user_config["batch"] = {"use_docker": False}
    default_user_config["lambda"] = {"use_docker": False}
