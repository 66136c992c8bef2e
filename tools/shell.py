"""The emulator for the user's own shell: the AWS CLI, Terraform and the cdktf CLI."""

import shlex
from collections.abc import Mapping

from modules.past_the_gate import VARIABLE as PAST_THE_GATE
from tools.target import Target
from tools.terraform.configuration import VARIABLE as CLI_CONFIGURATION
from tools.terraform.runner import LOCKED_PROVIDERS

#: The emulator is its own proxy, for host names that no resolver knows; see `Emulator.environment`.
PROXIES = ("HTTP_PROXY", "http_proxy")
PASSED_ON = (*PROXIES, CLI_CONFIGURATION)


def shell_lines(target: Target, *, environ: Mapping[str, str]) -> str:
    """Return lines for a POSIX shell that point its commands at the emulator.

    Parameters
    ----------
    target : Target
        The emulator.
    environ : mapping
        The shell's environment: what in it would lead elsewhere is unset.
    """
    emulator = {name: value for name, value in target.environment.items() if name.startswith(("AWS_", *PASSED_ON))}
    exported = {
        **emulator,
        "AWS_DEFAULT_REGION": target.settings.primary_region,
        "TF_CLI_ARGS_init": " ".join(["-reconfigure", LOCKED_PROVIDERS, *target.backend_arguments()]),
        "CI": "1",
        "CHECKPOINT_DISABLE": "1",
        # Nothing is at stake here.
        PAST_THE_GATE: "yes",
    }
    unset = sorted(name for name in environ if name.startswith("AWS_") and name not in exported)
    return "\n".join(
        [
            *(f"unset {name}" for name in unset),
            *(f"export {name}={shlex.quote(value)}" for name, value in exported.items()),
        ]
    )
