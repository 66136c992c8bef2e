"""Steps that look what stands after the failover, while the region is still dark."""

from tools.drill.before import OBJECT, SESSION, bucket_of, heard, sessions_of
from tools.drill.context import NOTHING, Drill
from tools.drill.step import Step, refused


def see_writer(drill: Drill) -> str:
    """The replica is an instance of its own."""
    instance = drill.instance(drill.survivor)
    drill.expect(f"what {drill.survivor} replicates", drill.replicates(drill.survivor), expected=NOTHING)
    drill.expect("its status", instance["DBInstanceStatus"], expected="available")
    drill.expect("the days of its backups", instance["BackupRetentionPeriod"], drill.platform.backup_days)
    return str(instance["Endpoint"]["Address"])


def see_secrets(drill: Drill) -> str:
    """Both secrets lead to the new writer, and say what they said before otherwise."""
    host = drill.instance(drill.survivor)["Endpoint"]["Address"]
    for name, before in drill.noted["secrets"].items():
        now = drill.secret(drill.survivor, name)
        drill.expect(f"the host in {name}", now["host"], expected=host)
        # Never the values: one is the password.
        changed = sorted(key for key in {**before, **now} if key != "host" and before.get(key) != now.get(key))
        drill.expect(f"what else has changed in {name}", changed, expected=[])
    return f"host in {len(drill.noted['secrets'])} secrets, the passwords as before"


def see_rotation(drill: Drill) -> str:
    """The survivor's own function rotates."""
    function = drill.platform.places[drill.survivor].rotation
    for name in drill.platform.secrets:
        said = drill.client("secretsmanager", drill.survivor).describe_secret(SecretId=name)
        rotates = str(said.get("RotationLambdaARN", "")).rpartition(":")[2]
        drill.expect(f"rotation of {name}", (said.get("RotationEnabled"), rotates), expected=(True, function))
    return function


def see_session(drill: Drill) -> str:
    """A session that was begun before in the region that is lost is there."""
    key = {"session_id": {"S": SESSION}}
    found = drill.client("dynamodb", drill.survivor).get_item(TableName=sessions_of(drill), Key=key)
    drill.expect(f"session {SESSION} in {drill.survivor}", "Item" in found, expected=True)
    return f"{SESSION} is read in {drill.survivor}"


def see_bucket(drill: Drill) -> str:
    """Files are written and read."""
    s3, bucket = drill.client("s3", drill.survivor), bucket_of(drill, drill.survivor)
    s3.put_object(Bucket=bucket, Key=OBJECT, Body=b"after")
    drill.expect(f"{OBJECT} in {bucket}", s3.get_object(Bucket=bucket, Key=OBJECT)["Body"].read(), expected=b"after")
    return f"{bucket} is written and read"


def see_pages(drill: Drill) -> str:
    """Who is on call was told."""
    wanted = [f"Failover: {drill.home} -> {drill.survivor}"]
    drill.expect(f"pages of {drill.survivor}", heard(drill, drill.survivor), expected=wanted)
    return wanted[0]


def see_clients_stay(drill: Drill) -> str:
    """DNS leads to the new writer's region."""
    drill.expect("the DNS answer", drill.clients_go_to(), expected=drill.survivor)
    return drill.survivor


def repeat(drill: Drill) -> str:
    """The same command again does nothing more, and says how things stand."""
    drill.type("fail_over", REGION=drill.survivor, DRIVER="here")
    drill.expect("further pages", heard(drill, drill.survivor), expected=[])
    return "nothing is left to do"


def refuse_failback(drill: Drill) -> str:
    """Nobody lets a dark region back."""
    return refused(
        "failback of a region that is dark", "does not answer", lambda: drill.type("let_back", REGION=drill.home)
    )


TAKEN_OVER = (
    Step(name="writer", run=see_writer),
    Step(name="secrets", run=see_secrets),
    Step(name="rotation", run=see_rotation),
    Step(name="session of before", run=see_session),
    Step(name="bucket", run=see_bucket),
    Step(name="page", run=see_pages),
    Step(name="DNS still leads away", run=see_clients_stay),
    Step(name="the command again", run=repeat),
    Step(name="dark, no failback", run=refuse_failback),
)
