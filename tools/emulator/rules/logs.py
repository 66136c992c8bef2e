"""CloudWatch Logs: a key that admits the service."""

from tools.emulator.account import account_id
from tools.emulator.call import Call
from tools.emulator.helpers import state
from tools.emulator.helpers.registry import rule
from tools.emulator.policy import Caller
from tools.emulator.refusal import Refusal

#: A number in the model; the values are in the text of the page only.
RETENTION_DAYS = frozenset(
    {1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653}
)


@rule("logs", "CreateLogGroup", "AssociateKmsKey")
def key_admits_logs(call: Call) -> Refusal | None:
    """Refuse a key whose policy does not let the region's CloudWatch Logs encrypt this log group.

    https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html
    """
    key_id = call.parameters.get("kmsKeyId")
    if not key_id:
        return None
    name = call.parameters.get("logGroupName") or call.parameters.get("resourceIdentifier", "").rpartition(":")[2]
    group = f"arn:aws:logs:{call.region}:{account_id()}:log-group:{name}"
    service = f"logs.{call.region}.amazonaws.com"
    context = state.service_context(service, group) | {"kms:encryptioncontext:aws:logs:arn": [group]}
    key = state.key(key_id, call.region)
    actions = ("kms:Encrypt", "kms:Decrypt", "kms:GenerateDataKey", "kms:DescribeKey")
    if key is not None and all(state.key_admits(key, action, Caller(service=service), context) for action in actions):
        return None
    return Refusal(
        code="InvalidParameterException",
        message=f"The specified KMS key does not exist or is not allowed to be used with Arn '{group}'",
    )


@rule("logs", "PutRetentionPolicy")
def retention_is_one_of_the_offered(call: Call) -> Refusal | None:
    """Refuse a number of days that Logs does not offer.

    https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html
    """
    days = call.parameters["retentionInDays"]
    if days in RETENTION_DAYS:
        return None
    return Refusal(code="InvalidParameterException", message=f"Value '{days}' at 'retentionInDays' is not offered")
