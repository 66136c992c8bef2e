"""Steps from the return of the region to its fence. What leads back to the settings of before follows after them."""

from tools.drill.before import heard
from tools.drill.context import NOTHING, Drill
from tools.drill.step import Step, refused


def find_region(drill: Drill) -> str:
    """Let the region answer again. It has not heard of the failover, and its database is the old writer."""
    drill.find_again()
    drill.expect(f"what {drill.home} replicates", drill.replicates(drill.home), expected=NOTHING)
    return f"{drill.home} answers, and its database still takes writes"


def see_clients_stay(drill: Drill) -> str:
    """It is healthy, and still nobody is led there."""
    drill.expect("what is held", drill.keep(drill.survivor)["held"], expected=[drill.home])
    drill.expect("the DNS answer", drill.clients_go_to(), expected=drill.survivor)
    return f"{drill.survivor}: {drill.home} is held"


def fence(drill: Drill) -> str:
    """Its own keeper fences the old writer, ends its rotation, and tells."""
    port = f"port 5432 of the old writer in {drill.home}"
    drill.expect(f"{port}, before its keeper has run", _state(drill), expected="open")
    done = drill.keep(drill.home)["returned"]
    drill.expect(f"{port}, after its keeper has run", _state(drill), expected="closed")
    drill.expect("what its keeper says it has fenced", done.get("fenced"), expected=drill.home)
    return f"{port} is closed"


def see_rotation_ended(drill: Drill) -> str:
    """No rotation changes passwords of the old writer."""
    secrets = drill.client("secretsmanager", drill.home)
    rotated = [name for name in drill.platform.secrets if secrets.describe_secret(SecretId=name).get("RotationEnabled")]
    drill.expect(f"secrets that {drill.home} rotates", rotated, expected=[])
    return f"{drill.home} rotates nothing"


def see_pages(drill: Drill) -> str:
    """Both regions are told."""
    wanted = f"Failover: {drill.home} has returned"
    for region in drill.regions:
        drill.expect(f"pages of {region}", heard(drill, region), expected=[wanted])
    return wanted


def see_clients_stay_after(drill: Drill) -> str:
    """Nothing of that lets the region back."""
    drill.keep(drill.survivor)
    drill.expect("the DNS answer", drill.clients_go_to(), expected=drill.survivor)
    return drill.survivor


def refuse_failback(drill: Drill) -> str:
    """Nobody lets it back while its database stands alone."""
    return refused("failback", "stands alone", lambda: drill.type("let_back", REGION=drill.home))


def _state(drill: Drill) -> str:
    return "closed" if drill.is_fenced(drill.home) else "open"


RETURNED = (
    Step(name="region back", run=find_region),
    Step(name="DNS stays away", run=see_clients_stay),
    Step(name="fence", run=fence),
    Step(name="rotation has ended", run=see_rotation_ended),
    Step(name="pages of both regions", run=see_pages),
    Step(name="DNS stays away still", run=see_clients_stay_after),
    Step(name="alone, no failback", run=refuse_failback),
)
