"""All checks, side by side."""

from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Lock
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError
from botocore.parsers import ResponseParserError

from tools.preflight.check import Check
from tools.preflight.checks import CHECKS
from tools.preflight.errors import code_of, is_refusal
from tools.preflight.finding import ACCOUNT, Finding
from tools.preflight.regions import opted_in
from tools.preflight.report import Report
from tools.preflight.subject import Look, Subject
from tools.target import Clients

AT_A_TIME = 24
"""Checks that are run side by side. They wait for AWS nearly all of the time."""
MOST_CHARACTERS = 200


def look_at(subject: Subject, *, checks: Sequence[Check] = CHECKS) -> Report:
    """Ask every check, in every region that the account has, and collect what they find.

    What AWS does not answer, for want of a permission or of the service in a region, is a finding too.

    Parameters
    ----------
    subject : Subject
        The account, and what is to be built in it.
    checks : sequence of Check
        What is asked. By default every check.
    """
    subject = replace(subject, clients=shared(subject.clients))
    regions = _reachable(subject)
    looks = [
        (check, Look(subject=subject, place=place))
        for check in checks
        for place in ((ACCOUNT,) if check.place == ACCOUNT else regions)
        if subject.held.known or not check.of_ours
    ]
    with ThreadPoolExecutor(max_workers=AT_A_TIME) as pool:
        answers = pool.map(lambda each: _ask(*each), looks)
        found = [one for answer in answers for one in answer]
    return Report(
        checks=len(looks),
        findings=(*_unknown_state(subject), *found),
        for_backend=frozenset(check.name for check in checks if check.for_backend),
    )


def shared(clients: Clients) -> Clients:
    """Return clients that are made once for each service and region, one after the other.

    boto3 clients can be shared by threads; making them cannot.

    See https://boto3.amazonaws.com/v1/documentation/api/latest/guide/clients.html#multithreading-or-multiprocessing-with-clients
    """
    lock, made = Lock(), dict[tuple[str, str], Any]()

    def client(service: str, region: str) -> Any:  # noqa: ANN401 - boto3 makes client classes at run time
        with lock:
            if (service, region) not in made:
                made[service, region] = clients(service, region)
            return made[service, region]

    return client


def _reachable(subject: Subject) -> list[str]:
    """Regions that the account has; in others every call is refused, which the check of regions says once."""
    try:
        known = opted_in(Look(subject=subject, place=ACCOUNT))
    except (BotoCoreError, ClientError, ResponseParserError):
        known = {}
    return [region for region in subject.settings.regions if known.get(region, True)]


def _ask(check: Check, look: Look) -> Iterable[Finding]:
    found: list[Finding] = []
    try:
        # One by one, so that what was found before AWS refused something is kept.
        for one in check.run(look):
            found.append(one)  # noqa: PERF402 - as above
    except ClientError as error:
        found.append(_refused(check, look, error) if is_refusal(error) else _failed(look, error))
    except (BotoCoreError, ResponseParserError) as error:
        found.append(_failed(look, error))
    return [replace(one, check=check.name) for one in found]


def _refused(check: Check, look: Look, error: ClientError) -> Finding:
    return look.unseen(
        f"AWS refuses {error.operation_name} to these credentials ({code_of(error)})",
        f"allow {', '.join(check.actions)}, or look yourself (docs/preflight.md)",
    )


def _failed(look: Look, error: Exception) -> Finding:
    told = str(error).splitlines()[0][:MOST_CHARACTERS]
    return look.unseen(f"AWS gives no answer: {told}", "try again; if it stays so, look yourself (docs/preflight.md)")


def _unknown_state(subject: Subject) -> list[Finding]:
    if subject.held.known:
        return []
    look = Look(subject=subject, place=ACCOUNT)
    found = look.unseen(
        "the state cannot be read, so what exists cannot be told from what is ours: quotas, account singletons and "
        "names that are taken were not looked at",
        "use credentials that may read the state bucket",
    )
    return [replace(found, check="state")]
