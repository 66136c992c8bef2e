"""The question before something is applied: what it is asked about, and who answers it."""

from collections.abc import Mapping, Sequence
from typing import TextIO

from modules.settings.choices import chosen
from tools.console import Reporter
from tools.danger import dangers
from tools.errors import ToolError
from tools.plan import Plan, changes_by_region, replaced, total
from tools.target import Target
from tools.upgrade_words import upgrades_in_words

_SHOWN_OF_A_DIGEST = 12


def where(target: Target) -> list[str]:
    """Return whose account and what settings something is about, in lines."""
    settings = target.settings
    endpoint = target.environment.get("AWS_ENDPOINT_URL")
    digest = target.synthesis.settings if target.synthesis else None
    retired = f"; retired: {', '.join(settings.retired_regions)}" if settings.retired_regions else ""
    facts = {
        "account": f"{target.account_id}{f' at {endpoint}, which is not AWS' if endpoint else ''}",
        "settings": f"{target.paths.settings}{f' (sha256 {digest[:_SHOWN_OF_A_DIGEST]}…)' if digest else ''}",
        "environment": f"{settings.environment.upper()}, suffix {settings.environment_suffix}",
        "regions": f"{', '.join(settings.regions)}{retired}",
    }
    return [_line(name, text) for name, text in facts.items()]


def summary(target: Target, plan: Plan) -> list[str]:
    """Return what somebody who says yes has to know: whose account, what settings, how much, what is dangerous.

    The choices of the settings, for which the gate waives findings, are among it, and new versions of PostgreSQL.

    Parameters
    ----------
    target : Target
        Where the plan is applied.
    plan : mapping
        The plan, as `terraform show -json` writes it.
    """
    settings = target.settings
    twice = replaced(plan)
    apart = f"; {len(twice)} of them replaced, which counts as added and destroyed" if twice else ""
    lines = [*where(target), _line("changes", f"{total(changes_by_region(plan))}{apart}")]
    lines += [f"  {'' if number else 'chosen':<12} {one}" for number, one in enumerate(chosen(settings))]
    lines += [f"  {'' if number else 'versions':<12} {one}" for number, one in enumerate(upgrades_in_words(plan))]
    found = dangers(plan, account_id=target.account_id)
    for name, each in found.items():
        lines += [f"! {name if not number else '':<12} {line}" for number, line in enumerate(each)]
    return lines if found else [*lines, "  dangers      none of those that are looked for: docs/aws.md"]


def _line(name: str, text: str) -> str:
    return f"  {name:<12} {text}"


def approve(
    what: str, *, about: Sequence[str], environ: Mapping[str, str], answers: TextIO, reporter: Reporter
) -> None:
    """Tell what it is about, and ask whether to do it. `APPROVE=yes` is a yes that was given beforehand.

    Parameters
    ----------
    what : str
        What is to be done.
    about : sequence of str
        What to know before.
    environ : mapping
        The environment.
    answers : file
        Where the answer is read from.
    reporter : Reporter
        Where to ask.

    Raises
    ------
    ToolError
        When the answer is another than "yes", or nobody is there to give one.
    """
    reporter.say(f"{what}:" if about else what)
    for line in about:
        reporter.say(line)
    if environ.get("APPROVE") == "yes":
        reporter.say('APPROVE=yes: taken for a "yes"')
        return
    if not answers.isatty():
        raise ToolError(f"nobody is there to approve: {what}", advice="look at the plan, then set APPROVE=yes")
    reporter.console.print(f'{what}? "yes" goes on: ', end="", markup=False, highlight=False)
    if answers.readline().strip() != "yes":
        raise ToolError(f"not approved: {what}", advice='only "yes" goes on; nothing was changed')
