"""The drill: each part is restored, compared and deleted, and what earlier drills have left is deleted first."""

import secrets
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from botocore.exceptions import BotoCoreError, ClientError

from tools.console import Reporter
from tools.errors import Interrupted, ToolError
from tools.files import write_text
from tools.paths import Paths
from tools.prices import price_of
from tools.restore.database import Database
from tools.restore.objects import Objects
from tools.restore.part import MARK, Part, Place
from tools.restore.report import DIFFERS, FAILED, Outcome, as_json, as_markdown
from tools.restore.sessions import Sessions
from tools.target import Target

JSON, MARKDOWN = "restore-drill.json", "restore-drill.md"
PARTS: Mapping[str, Callable[..., Part]] = {"objects": Objects, "sessions": Sessions, "database": Database}
Approve = Callable[[str, Sequence[str]], None]


@dataclass(kw_only=True)
class RestoreDrill:
    """Restores parts and deletes what it has restored.

    Parameters
    ----------
    parts : sequence of Part
        What is restored, in this order.
    say : callable
        Takes a line.
    keep : bool
        Whether what was restored stays until the next drill, to be looked at. It is deleted by default.
    outcomes : list of Outcome
        What came of each part, as it comes.
    left : list of str
        What could not be deleted.
    """

    parts: Sequence[Part]
    say: Callable[[str], None]
    keep: bool = False
    outcomes: list[Outcome] = field(default_factory=list)
    left: list[str] = field(default_factory=list)

    def clear(self, leftovers: Sequence[tuple[Part, str]]) -> None:
        """Delete what earlier drills have left.

        Raises
        ------
        ToolError
            When something does not go.
        """
        for part, name in leftovers:
            self.say(f"left by an earlier drill, and deleted: {name}")
            part.remove(name)

    def run(self) -> list[Outcome]:
        """Restore and compare all parts; one that fails stops no other."""
        for part in self.parts:
            self.say(f"==> restore {part.name}")
            try:
                outcome = Outcome(part=part.name, restored=part.restore())
            except (BotoCoreError, ClientError, ToolError) as error:
                outcome = Outcome(part=part.name, fault=" ".join(str(error).split()))
            finally:
                if not self.keep:
                    self._remove(part)
            self.outcomes.append(outcome)
            for line in outcome.lines():
                self.say(line)
        return self.outcomes

    def _remove(self, part: Part) -> None:
        """Delete what this run has restored of a part, whatever becomes of the rest."""
        try:
            for name in part.own():
                part.remove(name)
                self.say(f"    deleted: {name}")
        except KeyboardInterrupt:
            self.left.append(f"{part.name}: interrupted again, before it was deleted")
            raise
        except (BotoCoreError, ClientError, ToolError) as error:
            self.left.append(f"{part.name}: {' '.join(str(error).split())}")


def restore_drill(target: Target, *, approve: Approve, reporter: Reporter, environ: Mapping[str, str]) -> None:
    """Say what is restored and what it costs, ask, do it, and leave a report.

    Parameters
    ----------
    target : Target
        Where.
    approve : callable
        Asks whether to do what its first argument says, about what its second lists; raises where nobody says yes.
    reporter : Reporter
        Where to tell what happens.
    environ : mapping
        `PARTS` names what to restore, by default all; `KEEP=yes` deletes nothing at the end.

    Raises
    ------
    ToolError
        When a part is not restored, is not the same, or something is left.
    Interrupted
        After Ctrl-C, once what was restored is deleted.
    """
    place = place_of(target, say=reporter.say)
    parts, keep = drill_parts(place, environ.get("PARTS", "")), environ.get("KEEP") == "yes"
    drill = RestoreDrill(parts=parts, say=reporter.say, keep=keep)
    leftovers = of_before(drill_parts(place))
    deleted = [f"  deletes first  {name}" for _, name in leftovers]
    approve(f"try restores in account {target.account_id}", [*about(place, drill), *deleted])
    began = f"{datetime.now(tz=UTC):%Y-%m-%dT%H:%M:%SZ}"
    for name in (JSON, MARKDOWN):
        # Nobody takes an older drill for this one.
        (target.paths.reports / name).unlink(missing_ok=True)
    drill.clear(leftovers)
    try:
        drill.run()
    except KeyboardInterrupt as interrupt:
        raise Interrupted("the drill was interrupted", outlook=_outlook(drill)) from interrupt
    finally:
        _write(target.paths, drill, began)
    reporter.say(f"report: {target.paths.reports / MARKDOWN}, {target.paths.reports / JSON}")
    if drill.keep:
        reporter.say("KEEP=yes: what was restored stands and costs; the next drill deletes it")
    bad = [f"{each.part} ({each.verdict})" for each in drill.outcomes if each.verdict in {FAILED, DIFFERS}]
    if bad or drill.left:
        raise ToolError(
            "; ".join(filter(None, [", ".join(bad), f"left: {', '.join(drill.left)}" if drill.left else ""])),
            advice=f"{target.paths.reports / MARKDOWN} says why; {_outlook(drill)}",
        )


def place_of(target: Target, *, say: Callable[[str], None]) -> Place:
    """Return where a drill of a target works."""
    return Place(
        settings=target.settings,
        account_id=target.account_id,
        clients=target.clients,
        mark=secrets.token_hex(MARK // 2),
        on_emulator=target.local,
        say=say,
    )


def of_before(parts: Iterable[Part]) -> list[tuple[Part, str]]:
    """List what earlier drills have left of these parts."""
    return [(part, name) for part in parts for name in part.left()]


def drill_parts(place: Place, names: str = "") -> list[Part]:
    """Return the parts of a drill.

    Parameters
    ----------
    place : Place
        Where it works.
    names : str
        Which, with commas between them. All by default.

    Raises
    ------
    ToolError
        When there is no such part.
    """
    wanted = [name.strip() for name in names.split(",") if name.strip()] or [*PARTS]
    if unknown := [name for name in wanted if name not in PARTS]:
        raise ToolError(f"PARTS names {', '.join(unknown)}", advice=f"it may name {', '.join(PARTS)}")
    return [PARTS[name](place=place) for name in PARTS if name in wanted]


def about(place: Place, drill: RestoreDrill) -> Iterator[str]:
    """Yield what is restored, how long it takes, and what it costs."""
    names = {part.name for part in drill.parts}
    settings = place.settings
    if "objects" in names:
        yield "  objects        some minutes, most of which S3 copies; up to 20 versions for that time, cents"
    if "sessions" in names:
        yield "  sessions       about half an hour, most of which DynamoDB waits; 0.15 USD a GB of the table"
    if "database" in names:
        region = settings.topology.writer
        kind = settings.database.class_in(region)
        price = price_of(f"Single-AZ {kind}")
        hourly = f"{price[0].other.get(region, price[0].usd):.3f} USD" if price else "the price"
        yield f"  database       half an hour to some hours, by size; {hourly} an hour for a {kind}, and its storage"
    if drill.keep:
        yield "  KEEP=yes       nothing is deleted at the end"


def _outlook(drill: RestoreDrill) -> str:
    return "the next drill deletes what is left" if drill.left or drill.keep else "what was restored is deleted"


def _write(paths: Paths, drill: RestoreDrill, began: str) -> None:
    write_text(paths.reports / JSON, as_json(drill.outcomes, began=began, left=drill.left))
    write_text(paths.reports / MARKDOWN, as_markdown(drill.outcomes, began=began, left=drill.left))
