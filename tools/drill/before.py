"""Steps before the region is lost: the platform, what its clients and RDS leave in it, and that all is well."""

import json
import time

from modules.core.naming import bucket_name
from tools.drill.context import Drill
from tools.drill.step import Step, refused
from tools.paths import PLATFORM

#: What a client writes before the region is lost, and reads after it.
SESSION, OBJECT = "begun-before", "drill/written-by-a-client"
#: Minutes for which RDS has reported the lag of the replica, and that lag in seconds.
MINUTES, LAG = 30, 2
QUEUE = "drill-pages"


def apply_platform(drill: Drill) -> str:
    """Apply the part of the platform that a failover is about."""
    drill.local.apply(drill.target)
    state = drill.target.state(PLATFORM) or {}
    count = sum(one["mode"] == "managed" for one in state["resources"])
    drill.expect(f"what {drill.survivor} replicates", drill.replicates(drill.survivor), expected=drill.home)
    return f"{count} resources; the writer is in {drill.home}, a replica in {drill.survivor}"


def write_as_a_client(drill: Drill) -> str:
    """Begin a session and write a file in the region that will be lost; note what the secrets say."""
    item = {"session_id": {"S": SESSION}, "expires_at": {"N": str(int(time.time()) + 3600)}}
    drill.client("dynamodb", drill.home).put_item(TableName=sessions_of(drill), Item=item)
    drill.client("s3", drill.home).put_object(Bucket=bucket_of(drill, drill.home), Key=OBJECT, Body=b"before")
    drill.noted["secrets"] = {name: drill.secret(drill.home, name) for name in drill.platform.secrets}
    return f"session {SESSION} and {OBJECT} in {drill.home}"


def listen_to_pages(drill: Drill) -> str:
    """Subscribe to the topic that pages, in every region."""
    for region in drill.regions:
        sqs, sns = drill.client("sqs", region), drill.client("sns", region)
        url = sqs.create_queue(QueueName=QUEUE)["QueueUrl"]
        arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
        topic = drill.world().arn("sns", region, drill.platform.places[region].page)
        sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn)
    return f"in {', '.join(drill.regions)}"


def run_keepers(drill: Drill) -> str:
    """Let the keepers of all regions see all regions."""
    for region in drill.regions:
        drill.expect(f"what the keeper of {region} misses", drill.keep(region)["missed"], expected=[])
    return "each sees all regions"


def report_lag(drill: Drill) -> str:
    """Publish what RDS does: a replica that was a little behind for half an hour."""
    now = time.time()
    points = [
        {
            "MetricName": "ReplicaLag",
            "Dimensions": [
                {"Name": "DBInstanceIdentifier", "Value": drill.platform.places[drill.survivor].instance},
            ],
            "Timestamp": now - 60 * minute,
            "Value": LAG,
        }
        for minute in range(MINUTES, -1, -1)
    ]
    drill.client("cloudwatch", drill.survivor).put_metric_data(Namespace="AWS/RDS", MetricData=points)
    return f"the replica was {LAG} s behind for {MINUTES} minutes"


def see_clients_at_home(drill: Drill) -> str:
    """See where DNS leads clients."""
    drill.expect("the DNS answer", drill.clients_go_to(), expected=drill.home)
    return drill.home


def refuse_while_well(drill: Drill) -> str:
    """Ask for a failover that nobody needs."""
    return refused(
        "a failover while all is well",
        "answers and is available",
        lambda: drill.type("fail_over", REGION=drill.survivor),
    )


def heard(drill: Drill, region: str) -> list[str]:
    """Return the subjects of the pages that a region's topic has sent since the last call."""
    sqs = drill.client("sqs", region)
    url = sqs.get_queue_url(QueueName=QUEUE)["QueueUrl"]
    subjects = []
    while messages := sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages"):
        for message in messages:
            sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
            subjects.append(str(json.loads(message["Body"]).get("Subject")))
    return subjects


def sessions_of(drill: Drill) -> str:
    """Return the name of the table of sessions, which is the same in every region."""
    return drill.names(drill.home).of("dynamodb", "sessions")


def bucket_of(drill: Drill, region: str) -> str:
    """Return the name of the data bucket of a region."""
    return bucket_name(drill.names(region), "data", drill.emulator.account_id)


BEFORE = (
    Step(name="platform", run=apply_platform),
    Step(name="clients write", run=write_as_a_client),
    Step(name="pages have a listener", run=listen_to_pages),
    Step(name="keepers run", run=run_keepers),
    Step(name="RDS reports the lag", run=report_lag),
    Step(name="DNS answer", run=see_clients_at_home),
    Step(name="not needed, refused", run=refuse_while_well),
)
