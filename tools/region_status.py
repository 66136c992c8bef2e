"""`make region-status`: who is what, and how each region is, while any of them is dark."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from botocore.exceptions import ClientError

from modules.areas.failover.runtime import journal, loss, traffic
from modules.areas.failover.runtime.clients import DarkError, code
from modules.areas.failover.runtime.look import READINGS, lag_points
from modules.areas.failover.runtime.statement import moment, statement
from modules.areas.failover.runtime.world import World
from modules.core.naming import Names
from modules.settings import Settings
from tools.console import Reporter

UNKNOWN = "unknown"


@dataclass(frozen=True, kw_only=True)
class RegionStatus:
    """Looks at all regions.

    Parameters
    ----------
    settings : Settings
        The settings.
    world : World
        The platform and AWS.
    reporter : Reporter
        Where to print.
    """

    settings: Settings
    world: World
    reporter: Reporter

    def show(self) -> None:
        """Print a block of lines for each region, and the failovers that are not closed."""
        records, dark = journal.gather(self.world)
        open_ones = [record for record in records if record.state in journal.HELD]
        for region in sorted(self.world.platform.places):
            self.reporter.say(region)
            for name, text in self.lines(region, open_ones, dark):
                self.reporter.say(f"  {name:<12} {text}")
        for record in open_ones:
            self.reporter.say("")
            if record.waits:
                self.reporter.say(f"{record.id} waits: {record.waits}")
            for line in statement(record, self.world.platform):
                self.reporter.say(line)

    def lines(self, region: str, open_ones: list[journal.Run], dark: list[str]) -> Iterator[tuple[str, str]]:
        """Return what there is to say of a region, as pairs of a word and a text; `dark` are regions without a word."""
        held = [record.id for record in open_ones if record.origin == region]
        keeper = self.world.platform.places[region].keeper
        not_held = f"{UNKNOWN}: its journal is in {keeper}, which does not answer" if keeper in dark else "no"
        yield "held", f"out of DNS since {', '.join(held)}" if held else not_held
        try:
            instance = self.world.instance(region)
        except DarkError as error:
            yield "dark", f"{error}; {self._last_seen(region)}"
            return
        except ClientError as error:
            yield "database", code(error)
            return
        yield "database", f"{instance['DBInstanceStatus']}, {self._role(instance)}"
        if self.world.source_of(instance):
            yield "loss", _asked(lambda: self._loss(region))
        yield "fence", _asked(lambda: "fenced" if traffic.is_fenced(self.world, region) else "open")
        yield "secrets", _asked(lambda: self._secrets(region))
        yield "health", _asked(lambda: self._health(region))
        backup = instance.get("LatestRestorableTime")
        yield "last backup", f"{backup:%Y-%m-%d %H:%M} UTC" if backup else UNKNOWN
        yield "certificate", _asked(lambda: self._certificate(region))
        yield "keeper", _asked(lambda: self._keeper(region))

    def _role(self, instance: dict[str, Any]) -> str:
        source = self.world.source_of(instance)
        if source:
            return f"replica of {source.split(':')[3]}"
        return "standalone, with replicas" if instance.get("ReadReplicaDBInstanceIdentifiers") else "standalone"

    def _loss(self, region: str) -> str:
        points, now = lag_points(self.world, region), self.world.now()
        until = loss.replayed_until(points)
        if until is None:
            return "no lag was reported in three hours"
        latest = max(points)[1]
        return f"has everything up to {moment(until)}, {max(0, round(now - until))} s ago; lag {round(latest)} s"

    def _secrets(self, region: str) -> str:
        parts = []
        for name in self.world.platform.secrets:
            said = self.world.aws.ask("secretsmanager", region, "describe_secret", SecretId=name)
            primary = said.get("PrimaryRegion", region)
            own = f"rotation {'on' if said.get('RotationEnabled') else 'off'}{_last(said.get('LastRotatedDate'))}"
            parts.append(f"{name}: {'primary, ' + own if primary == region else f'copy of {primary}'}")
        return "; ".join(parts)

    def _health(self, region: str) -> str:
        names = Names(environment=self.settings.environment, suffix=self.settings.environment_suffix, region=region)
        name = names.of("alarm", "region-health")
        answer = self.world.aws.ask(
            "cloudwatch", region, "describe_alarms", AlarmNames=[name], AlarmTypes=["CompositeAlarm"]
        )
        state = next((one["StateValue"] for one in answer["CompositeAlarms"]), UNKNOWN)
        return {"OK": "healthy", "ALARM": "unhealthy: see its alarms"}.get(state, state.lower())

    def _certificate(self, region: str) -> str:
        answer = self.world.aws.ask("acm", region, "list_certificates", CertificateStatuses=["ISSUED"])
        names = {self.settings.domain, f"*.{self.settings.domain}"}
        ends = [
            one["NotAfter"]
            for one in answer["CertificateSummaryList"]
            if one["DomainName"] in names and one.get("NotAfter")
        ]
        if not ends:
            return UNKNOWN
        return f"{(min(ends) - datetime.now(tz=UTC)).days} days left"

    def _keeper(self, region: str) -> str:
        taken = journal.document(self.world, region, READINGS).get("taken")
        return f"ran {round(self.world.now() - taken)} s ago" if taken else "has not run yet"

    def _last_seen(self, region: str) -> str:
        """Return when the keepers of other regions have seen a region last."""
        seen = []
        for other in self.world.platform.others(region):
            try:
                readings = journal.document(self.world, other, READINGS)
            except (DarkError, ClientError):
                continue
            if at := readings.get("regions", {}).get(region, {}).get("seen"):
                seen.append(float(at))
        return f"last seen by a keeper {moment(max(seen))}" if seen else "no keeper has seen it"


def _asked(ask: Callable[[], str]) -> str:
    """Return an answer, or what is in its way: one service that is dark hides nothing of the others."""
    try:
        return ask()
    except DarkError as dark:
        return f"{UNKNOWN}: {dark}"
    except ClientError as error:
        return f"{UNKNOWN}: {code(error)}"


def _last(date: datetime | None) -> str:
    return f", last {date:%Y-%m-%d}" if date else ""
