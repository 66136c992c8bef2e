"""The parameters of Systems Manager by which an application, or another stack, finds the platform in a region.

The same names are keys of the stack's outputs and environment variables of the instances.

See https://docs.aws.amazon.com/systems-manager/latest/userguide/sysman-paramstore-su-create.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from modules.settings.faults import Fault

if TYPE_CHECKING:
    from collections.abc import Iterator

    from modules.settings.draft import Draft

#: What each parameter is, by its name below the path of the platform.
PARAMETERS = {
    "alerts/page-topic-arn": "SNS topic for what must wake someone up",
    "alerts/ticket-topic-arn": "SNS topic for what can wait until the morning",
    "application/role-arn": "role of the instances",
    "data/bucket": "name of the data bucket",
    "data/prefix": "start of the object keys that the application reads and writes",
    "database/client-security-group-id": "security group that has access to the databases",
    "database/name": "name of the database",
    "database/port": "port of the database",
    "database/read-host": "address of this region's instance; the secret has the address to write to",
    "database/secret-arn": "secret with the application's database user, and with the address of the writer",
    "keys/alerts-arn": "key of the alert topics",
    "keys/data-arn": "key of the database and of the session table",
    "keys/functions-arn": "key of functions and queues",
    "keys/logs-arn": "key of log groups",
    "keys/secrets-arn": "key of secrets",
    "keys/storage-arn": "key of the data bucket",
    "load-balancer/dns-name": "DNS name of the load balancer",
    "load-balancer/listener-arn": "HTTPS listener of the load balancer",
    "network/private-subnet-ids": "subnets of the private tier, separated by commas",
    "network/public-subnet-ids": "subnets of the public tier, separated by commas",
    "network/vpc-id": "the VPC",
    "sessions/table": "name of the session table",
    "web/log-group": "log group of the web tier",
    "web/security-group-id": "security group of the instances",
}
#: Parts of the path in which AWS allows no name of a customer, in any case.
RESERVED_PREFIXES = ("aws", "ssm")
#: What the boot script needs where it reads the parameters, if there are no NAT gateways.
SERVICE = "ssm"


def variable(name: str) -> str:
    """Environment variable of a parameter: ``DATABASE_SECRET_ARN`` of ``database/secret-arn``."""
    return name.upper().replace("/", "_").replace("-", "_")


def environment_can_begin_a_path(draft: Draft) -> Iterator[Fault]:
    """The names of the parameters begin with the environment, and AWS keeps some prefixes for itself."""
    environment = draft.text("environment")
    if environment and environment.lower().startswith(RESERVED_PREFIXES):
        yield Fault(
            "environment",
            "Systems Manager accepts no parameter whose name begins so",
            environment,
            f"a name that begins with neither {' nor '.join(RESERVED_PREFIXES)}",
        )


def parameters_can_be_read(draft: Draft) -> Iterator[Fault]:
    """Instances that serve an artifact or a container read the parameters when they boot."""
    compute, network = draft.compute, draft.network
    if compute is None or network is None or network.nat_gateways != "none":
        return
    if (compute.artifact or compute.container.image) and SERVICE not in network.interface_endpoints:
        yield Fault(
            "network.interface_endpoints",
            "instances read the platform's parameters neither through an endpoint nor through a NAT gateway",
            ", ".join(network.interface_endpoints),
            f"{SERVICE} among them, or NAT gateways",
        )
