"""WAF: where its logs may go."""

from tools.emulator.call import Call
from tools.emulator.helpers.registry import rule
from tools.emulator.refusal import Refusal

PREFIX = "aws-waf-logs-"


@rule("wafv2", "PutLoggingConfiguration")
def log_destinations_have_the_prefix(call: Call) -> Refusal | None:
    """Refuse a log group, bucket or stream whose name does not begin as WAF demands.

    https://docs.aws.amazon.com/waf/latest/developerguide/logging-destinations.html
    """
    for arn in call.parameters["LoggingConfiguration"]["LogDestinationConfigs"]:
        name = arn.removesuffix(":*").rpartition(":")[2].rpartition("/")[2]
        if not name.startswith(PREFIX):
            message = f"The ARN isn't valid. A valid ARN begins with arn: and includes other information: {arn}"
            return Refusal(code="WAFInvalidParameterException", message=message)
    return None
