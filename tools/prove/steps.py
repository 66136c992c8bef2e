"""The steps, in the order in which they are run: what is least certain comes first, and what waits longest last."""

from tools.prove import alerts, audit, backups, life, secret, storage, web
from tools.prove.step import Step

_NO_CODE = "function code does not run on the emulator"
_NO_DATA = "there is no data plane on the emulator: nothing listens, and nothing writes logs"
_NO_COPIES = "objects are not copied on the emulator"
_NO_JUDGES = "the emulator keeps rules and evaluates none"
_NO_BACKUPS = "jobs are done at once on the emulator: no window is looked at, and nothing is copied or restored"
_NO_TRAIL = "the emulator keeps the trail and delivers no files"

STEPS = (
    Step(
        name="preflight",
        proves="The account lacks nothing that a deployment needs",
        minutes=2,
        run=life.preflight,
        only_on_aws="the emulator cannot tell the quotas of your account",
        needed=True,
    ),
    Step(
        name="bootstrap",
        proves="The state backend is made, and a second run changes nothing",
        minutes=10,
        run=life.bootstrap,
        needed=True,
    ),
    Step(name="plan", proves="AWS answers every question of a plan", minutes=5, run=life.plan, needed=True),
    Step(
        name="deploy",
        proves="AWS accepts every resource in one apply of all regions",
        minutes=120,
        run=life.deploy,
        needed=True,
    ),
    Step(
        name="second-plan",
        proves="A second plan is empty: AWS keeps what it was told",
        minutes=5,
        run=life.second_plan,
    ),
    Step(
        name="replication",
        proves="Objects are replicated between the primary region and every other, in both directions",
        minutes=40,
        run=storage.replication,
        only_on_aws=_NO_COPIES,
    ),
    Step(
        name="state-replication",
        proves="The state is in a second region",
        minutes=20,
        run=storage.state_replication,
        only_on_aws=_NO_COPIES,
    ),
    Step(
        name="instances",
        proves="Instances of the web tier are healthy in every zone",
        minutes=30,
        run=web.instances,
    ),
    Step(
        name="session-manager",
        proves="Session Manager is a way in, without a port or a key pair",
        minutes=30,
        run=web.session_manager,
        only_on_aws=_NO_DATA,
    ),
    Step(
        name="https",
        proves="The names lead to the load balancers, and their certificates hold",
        minutes=45,
        run=web.https,
        only_on_aws=_NO_DATA,
    ),
    Step(
        name="access-log",
        proves="The load balancer's access log arrives in its bucket",
        minutes=20,
        run=web.access_log,
        only_on_aws=_NO_DATA,
    ),
    Step(
        name="flow-log",
        proves="Flow logs arrive in every region",
        minutes=40,
        run=web.flow_log,
        only_on_aws=_NO_DATA,
    ),
    Step(
        name="rotation",
        proves="The database's password rotates, and the new one works",
        minutes=10,
        run=secret.rotation,
        only_on_aws=_NO_CODE,
    ),
    Step(
        name="plan-after-rotation",
        proves="Terraform does not undo a rotation",
        minutes=5,
        run=life.second_plan,
        only_on_aws=_NO_CODE,
    ),
    Step(
        name="session",
        proves="A session that is begun in one region is found in every other",
        minutes=5,
        run=storage.session,
    ),
    Step(
        name="topic",
        proves="A message of an encrypted topic reaches a subscriber",
        minutes=5,
        run=alerts.topic,
    ),
    Step(name="alarm", proves="An alarm that goes off tells its topic", minutes=5, run=alerts.alarm),
    Step(
        name="trail",
        proves="Files and events of the trail arrive",
        minutes=30,
        run=audit.trail,
        only_on_aws=_NO_TRAIL,
    ),
    Step(
        name="config-rules",
        proves="Rules of AWS Config judge in every region",
        minutes=120,
        run=audit.config_rules,
        only_on_aws=_NO_JUDGES,
    ),
    Step(
        name="backup",
        proves="A backup is taken and copied to another region",
        minutes=120,
        costs="a backup of an empty table",
        run=backups.backup,
        only_on_aws=_NO_BACKUPS,
    ),
    Step(
        name="restore",
        proves="A backup can be restored",
        minutes=60,
        costs="an empty table for some minutes",
        run=backups.restore,
        only_on_aws=_NO_BACKUPS,
    ),
    Step(
        name="restore-drill",
        proves="Database, sessions and objects come back from their backups, the same, and as closed as they were",
        minutes=240,
        costs="a second database for about an hour, 0.07 USD",
        run=backups.drill,
    ),
    Step(
        name="trail-digest",
        proves="The trail's files can be validated",
        minutes=120,
        run=audit.digest,
        only_on_aws=_NO_TRAIL,
    ),
    Step(
        name="promotion",
        proves="Settings promote a replica: one update in place, and nothing is replaced",
        minutes=60,
        run=life.promotion,
    ),
    Step(
        name="destroy",
        proves="All of the platform can be taken down",
        minutes=90,
        costs="final snapshots stay",
        run=life.destroy,
        always=True,
    ),
    Step(
        name="kept-keys",
        proves="What outlives the platform can still be read",
        minutes=2,
        run=life.kept_keys,
        only_on_aws="the emulator's snapshots are empty and their keys encrypt nothing",
        always=True,
    ),
    Step(
        name="leftovers",
        proves="Nothing is left that costs money unnoticed",
        minutes=30,
        run=life.leftovers,
        only_on_aws="the emulator tells tags of few services",
        always=True,
    ),
)
