"""Saved queries of CloudWatch Logs Insights."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cdktf_cdktf_provider_aws.cloudwatch_query_definition import CloudwatchQueryDefinition
from constructs import Construct

if TYPE_CHECKING:
    from collections.abc import Mapping

    from modules.core.region import Region

#: By the kind of log group, then by the name of the query.
QUERY_STRINGS: Mapping[str, Mapping[str, str]] = {
    "flow": {
        "rejected-traffic": """
            filter action = "REJECT"
            | stats count(*) as attempts by srcAddr, dstAddr, dstPort
            | sort attempts desc
            | limit 50
        """,
        "top-talkers": """
            stats sum(bytes) as total by srcAddr, dstAddr
            | sort total desc
            | limit 50
        """,
    },
    "database": {
        "lock-waits": r"""
            filter @message like /still waiting for|acquired .* after/
            | parse @message /after (?<milliseconds>[\d.]+) ms/
            | sort milliseconds desc
            | display @timestamp, milliseconds, @message
            | limit 50
        """,
        "refused-logins": """
            filter @message like /authentication failed|no pg_hba.conf entry|too many clients|remaining connection/
            | sort @timestamp desc
            | limit 100
        """,
        "connections": r"""
            filter @message like /connection authorized/
            | parse @message /user=(?<user>\S+) database=(?<database>\S+)/
            | stats count(*) as connections by user, database, bin(5m)
            | sort connections desc
        """,
        "errors-and-deadlocks": """
            filter @message like /ERROR|FATAL|PANIC|deadlock detected/
            | sort @timestamp desc
            | limit 100
        """,
    },
    "web": {
        "server-errors": """
            filter status >= 500
            | stats count(*) as answers by status, bin(5m)
            | sort answers desc
        """,
    },
    "rotation": {
        "errors": """
            filter level = "ERROR" or @message like /Task timed out|Traceback/
            | sort @timestamp desc
            | limit 50
        """,
    },
    "trail": {
        "who-changed-what": """
            filter readOnly = 0 and not ispresent(errorCode)
            | display @timestamp, userIdentity.arn, eventSource, eventName, awsRegion, sourceIPAddress
            | sort @timestamp desc
            | limit 200
        """,
        "refused-calls": """
            filter errorCode like /AccessDenied|Unauthorized/
            | stats count(*) as calls by userIdentity.arn, eventSource, eventName, errorCode
            | sort calls desc
            | limit 50
        """,
    },
}


class Queries(Construct):
    """Saved queries of one region, for each of its log groups.

    Parameters
    ----------
    region
        The region.
    logs
        By a key of ``QUERY_STRINGS``, the name of the log group: an attribute of the resource.

    Raises
    ------
    ValueError
        If a key is not one of ``QUERY_STRINGS``.

    See https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_QuerySyntax.html
    """

    def __init__(self, scope: Construct, id_: str, *, region: Region, logs: Mapping[str, str]) -> None:
        super().__init__(scope, id_)
        for log, group in logs.items():
            if log not in QUERY_STRINGS:
                raise ValueError(f"no queries for a log of kind {log!r}, allowed: {', '.join(QUERY_STRINGS)}")
            for name, query in QUERY_STRINGS[log].items():
                CloudwatchQueryDefinition(
                    self,
                    f"{log}-{name}",
                    provider=region.provider,
                    name=region.names.of("query", f"{log}-{name}"),
                    query_string="\n".join(line.strip() for line in query.strip().splitlines()),
                    log_group_names=[group],
                )
