"""Whether every region answers, before Terraform asks: it waits for a dark one for minutes, and makes no plan then.

STS is asked because it answers in every region by itself, needs no permission, and is what the provider asks first.

See https://docs.aws.amazon.com/whitepapers/latest/aws-fault-isolation-boundaries/global-services.html
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from modules.areas.state.location import StateLocation
from modules.settings import Settings
from modules.settings.regions import METRICS_OF_ROUTE_53, chatbot_region
from tools.errors import ToolError

Clients = Callable[[str, str], Any]
#: What a region has to open a connection, and again to answer.
SECONDS = 3
#: From here on it is the service that fails, and not the request.
SERVER_ERROR = 500
_NO_CREDENTIALS = (
    "give credentials that work: `aws sts get-caller-identity` must answer in this shell; "
    "to try the platform without an account: `make demo`"
)


@dataclass(frozen=True, kw_only=True)
class Signs:
    """What STS said in each region.

    Parameters
    ----------
    account_id : str
        The account of the credentials.
    dark : mapping
        By region that gave no answer, why.
    """

    account_id: str
    dark: Mapping[str, str]


def look_for(regions: Iterable[str], clients: Clients) -> Signs:
    """Ask STS of every region at once whose credentials these are.

    Parameters
    ----------
    regions : iterable of str
        The regions. Of those that answer the first one tells the account.
    clients : callable
        Makes a boto3 client of a service and a region; for STS one that is `impatient`.

    Raises
    ------
    ToolError
        When there are no credentials, no region accepts them, or no region answers.
    """
    from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415 - slow to import

    names = list(dict.fromkeys(regions))
    try:
        # Calls can be made side by side, clients cannot.
        asked = [clients("sts", name) for name in names]
        with ThreadPoolExecutor(max_workers=len(names)) as pool:
            answers = dict(zip(names, pool.map(_ask, asked), strict=True))
    except (BotoCoreError, ClientError) as error:
        raise ToolError(f"AWS does not say which account this is: {error}", advice=_NO_CREDENTIALS) from error
    accounts = [answer for answer in answers.values() if isinstance(answer, str)]
    refusals = [answer for answer in answers.values() if isinstance(answer, ClientError) and not _is_dark(answer)]
    dark = {name: _told(each) for name, each in answers.items() if isinstance(each, Exception) and _is_dark(each)}
    if accounts:
        return Signs(account_id=accounts[0], dark=dark)
    if refusals:
        raise ToolError(f"AWS does not say which account this is: {refusals[0]}", advice=_NO_CREDENTIALS)
    raise ToolError(
        f"no region answers within {SECONDS} seconds: {_listed(dark)}",
        advice="look at the network of this machine, and at AWS_ENDPOINT_URL and HTTPS_PROXY if they are set",
    )


def require_light(dark: Mapping[str, str], asked: Collection[str]) -> None:
    """Refuse to begin with Terraform while a region that it will ask is dark.

    Raises
    ------
    ToolError
        With the regions that gave no answer, and why none can be left out.
    """
    found = {name: why for name, why in dark.items() if name in asked}
    if not found:
        return
    one = len(found) == 1
    raise ToolError(
        f"{_listed(found)}: {'it gives' if one else 'they give'} no sign of life, and Terraform asks every region, so "
        "no plan can be made, not even for the others",
        advice="nothing was changed. Look at https://health.aws.amazon.com/health/status and run again once "
        f"{'it answers' if one else 'they answer'}; what can be done until then is in docs/regions.md#a-dark-region",
    )


def asked_by_terraform(settings: Settings) -> list[str]:
    """Return every region in which a plan of both stacks configures a provider, the primary one first."""
    location = StateLocation.of(settings)
    chats = [chatbot_region(settings.home, lost=settings.lost_regions)] if settings.alerts.channels else []
    found = [
        *(settings.primary_region, *settings.regions, *settings.retired_regions),
        *(location.replica_region or settings.home, METRICS_OF_ROUTE_53, *chats),
    ]
    return [name for name in dict.fromkeys(found) if name not in settings.lost_regions]


def asked_for_the_state(settings: Settings) -> list[str]:
    """Return the regions in which a plan of the state backend alone configures a provider."""
    location = StateLocation.of(settings)
    return [location.region, *([location.replica_region] if location.replica_region else []), *settings.retired_regions]


def impatient() -> Any:  # noqa: ANN401 - botocore is slow to import
    """Return the configuration of a client that waits `SECONDS` and tries once; boto3's default is 180 seconds."""
    from botocore.config import Config  # noqa: PLC0415 - as above

    return Config(connect_timeout=SECONDS, read_timeout=SECONDS, retries={"total_max_attempts": 1})


def _ask(client: Any) -> str | Exception:  # noqa: ANN401 - boto3 makes client classes at run time
    from botocore.exceptions import ClientError  # noqa: PLC0415 - slow to import

    try:
        return str(client.get_caller_identity()["Account"])
    except Exception as error:
        if isinstance(error, ClientError) or _is_dark(error):
            return error
        raise


def _is_dark(error: Exception) -> bool:
    """Whether a region did not answer, or only with a fault of its own."""
    from botocore.exceptions import ClientError, ConnectionError, HTTPClientError  # noqa: A004, PLC0415 - as above
    from botocore.parsers import ResponseParserError  # noqa: PLC0415 - as above

    if isinstance(error, ClientError):
        return int(error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)) >= SERVER_ERROR
    return isinstance(error, ConnectionError | HTTPClientError | ResponseParserError)


def _told(error: Exception) -> str:
    return str(error).splitlines()[0][:200]


def _listed(dark: Mapping[str, str]) -> str:
    return "; ".join(f"{name} ({why})" for name, why in sorted(dark.items()))
