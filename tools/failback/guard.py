"""No plan while the secrets are two: Terraform would say that all is well, and leave both."""

from collections.abc import Callable

from botocore.exceptions import ClientError

from modules.areas.failover.description import describe
from modules.areas.failover.runtime import journal
from modules.areas.failover.runtime.clients import Clients, DarkError, code
from modules.areas.failover.runtime.world import World
from tools.errors import ToolError
from tools.failback.apart import apart, in_words, standing
from tools.target import Target

#: What is read, in every region: the journal, and after a failover what the secrets are. No value is read.
ACTIONS = ("dynamodb:Scan", "secretsmanager:DescribeSecret")
NOT_ALLOWED = {"AccessDenied", "AccessDeniedException", "UnauthorizedOperation"}


def require_one_secret(target: Target, *, tell: Callable[[str], None]) -> None:
    """Refuse to plan while a failover is under way, or has left two primary secrets.

    It costs one read of the journal in each region. A platform without failover is asked nothing. Whoever may not read
    the journal is told so, and goes on.

    Parameters
    ----------
    target : Target
        Where.
    tell : callable
        Where to say what could not be looked at.

    Raises
    ------
    ToolError
        With the command to run instead.
    """
    settings = target.settings
    if not settings.fails_over:
        return
    aws = Clients(settings.home, make=lambda service, region_name, config: target.clients(service, region_name))  # noqa: ARG005
    whole = World(platform=describe(settings), aws=aws, account=target.account_id)
    world = standing(whole, lost=settings.lost_regions)
    local = "local-" if target.local else ""
    try:
        records, _ = journal.gather(world)
        running = [record for record in records if record.state == journal.RUNNING]
        done = [record for record in records if record.state == journal.DONE]
        two = [*in_words(apart(world, settings.home))] if done and not running else []
    except DarkError as dark:
        tell(f"note: {dark}, so nobody knows whether a failover has left two secrets (docs/failover.md)")
        return
    except ClientError as error:
        if code(error) not in NOT_ALLOWED:
            raise
        tell(f"note: {code(error)} where the journals of failovers are read, so nobody looked at them: {ACTIONS[0]}")
        return
    if running:
        raise ToolError(
            f"failover {running[0].id} is under way, and changes what Terraform would plan",
            advice=f"`make {local}failover REGION={running[0].target}` follows it to its end",
        )
    if two:
        raise ToolError(
            f"failover {done[0].id} has left secrets that Terraform cannot unite: {'; '.join(two)}",
            advice=f"`make {local}failback STEP=secrets` unites them, and `make {local}failback` says what comes next",
        )
