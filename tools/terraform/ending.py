"""The last words on a command that did not end well: what is wrong, what stands that no state knows, and the way on.

A Terraform that is killed knows more than it has saved: it writes the state when a step has ended, and only if 20
seconds have passed since the last time; a step under way is not in it at all. One that is stopped in order saves all,
but breaks off the waiting for what is being made, and holds that for damaged.
See https://github.com/hashicorp/terraform/blob/v1.11.4/internal/backend/local/hook_state.go
"""

import shlex
from collections.abc import Callable, Iterator

from tools.errors import ApplyError, Interrupted, ToolError
from tools.plan import BOOKKEEPING
from tools.terraform.diagnostics import Diagnostic, describe
from tools.terraform.events import Stream
from tools.terraform.place import Place
from tools.terraform.process import Ended
from tools.terraform.state import State, addresses, tainted

_CHANGING = frozenset({"apply", "destroy"})
#: Types that "Import", on the page of each in the provider's documentation, wants by something else than their id.
_IMPORTED_OTHERWISE = frozenset(
    {
        "aws_acm_certificate_validation",
        "aws_autoscaling_policy",
        "aws_backup_selection",
        "aws_cloudwatch_event_target",
        "aws_cloudwatch_log_metric_filter",
        "aws_cloudwatch_query_definition",
        "aws_default_route_table",
        "aws_iam_role_policy_attachment",
        "aws_inspector2_enabler",
        "aws_lambda_permission",
        "aws_route",
        "aws_route_table_association",
        "aws_securityhub_standards_control_association",
        "aws_ssm_service_setting",
        "aws_wafv2_web_acl",
    }
)


def bad_end(
    command: str, *, ended: Ended, stream: Stream, place: Place, state: Callable[[], State | None]
) -> ToolError | Interrupted:
    """Return what to raise for a command that failed, or that a signal ended.

    Parameters
    ----------
    command : str
        The command, such as `apply`.
    ended : Ended
        How it ended.
    stream : Stream
        What it told.
    place : Place
        Where it ran.
    state : callable
        Returns the state as it is kept now, or None where it cannot be read. Called where something was broken off.
    """
    changing = command in _CHANGING
    killed = changing and (ended.code < 0 or bool(stream.running))
    left: list[str] = []
    if not place.unsaved.exists() and (killed or (changing and stream.broken_off)):
        left = list(_left(stream, place, state()))
    outlook = _outlook(
        place, changing=changing, left=bool(left), killed=killed, stopped=ended.signal_number is not None
    )
    where = f"terraform {command} of {place.directory.name}"
    below = "".join(f"\n{line}" for line in left)
    if ended.signal_number is not None:
        steps = f" after {stream.done} of {stream.total} steps" if changing else ""
        what = f"interrupted: {where} {'was killed' if killed else 'has stopped'}{steps}{below}"
        return Interrupted(what, outlook=outlook, signal_number=ended.signal_number)
    text, advice = describe(diagnostics=_faults(ended, stream), place=place, outlook=outlook)
    if changing and (advice is None or killed):
        advice = outlook
    kind = ApplyError if changing else ToolError
    return kind(f"{where} failed (log: {place.log}): {text}{below}", advice=advice)


def _faults(ended: Ended, stream: Stream) -> list[Diagnostic]:
    if ended.code < 0:
        return [*stream.errors(), Diagnostic(summary=f"it was ended by signal {-ended.code}")]
    return stream.errors() or [Diagnostic(summary=stream.tail())]


def _outlook(place: Place, *, changing: bool, left: bool, killed: bool, stopped: bool) -> str:
    if place.unsaved.exists():
        return place.push
    if not changing:
        return "nothing was changed"
    lock = "; the next command names the lock that is left, and how it goes" if killed else ""
    if left:
        return (
            f"`{place.recover}` takes what stands into the state, as it is; a run before that makes it a second time, "
            f"fails because it is there, or replaces it{lock}"
        )
    if stopped:
        return f"what was done is in the state: run again to go on{lock}"
    return f"what was made is in the state: mend the cause and run again, or `{place.down}`{lock}"


def _left(stream: Stream, place: Place, state: State | None) -> Iterator[str]:
    """Say what may stand without being in the state, and what of the state is not so, or would not stay so."""
    if state is None:
        yield "  the state cannot be read now: what was made since it was last saved may be missing in it"
    known, damaged = addresses(state or {}), tainted(state or {})
    doubtful = [*stream.broken_off, *(each for each, step in stream.running.items() if step.action == "create")]
    if begun := [each for each in doubtful if _is_unknown(each, known)]:
        yield "  was being made, and may stand without being in the state:"
        yield from (f"    {address}" for address in begun)
    if state is not None and (lost := {each: id_ for each, id_ in stream.made.items() if _is_unknown(each, known)}):
        yield "  was made, and is not in the state:"
        yield from (f"    {_import(address, identity, place)}" for address, identity in lost.items())
    if half := [each for each in doubtful if each in damaged]:
        yield "  was being made, and would be replaced by the next apply unless the state holds it for whole:"
        yield from (f"    {_terraform(place, 'untaint', address)}" for address in half)
    if changed := {each: step.action for each, step in stream.running.items() if step.action != "create"}:
        yield "  was being changed, and may not be as the state says until the next plan looks:"
        yield from (f"    {address} ({action})" for address, action in changed.items())


def _is_unknown(address: str, known: set[str]) -> bool:
    return address not in known and not address.startswith(f"{BOOKKEEPING}.")


def _import(address: str, identity: str, place: Place) -> str:
    if not identity or address.partition(".")[0] in _IMPORTED_OTHERWISE:
        return address
    return _terraform(place, "import", address, identity)


def _terraform(place: Place, *arguments: str) -> str:
    return shlex.join(["terraform", f"-chdir={place.directory}", *arguments])
