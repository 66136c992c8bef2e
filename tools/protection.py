"""What AWS refuses to delete until its deletion protection is lifted.

Lifting it is a decision of its own: settings (`database.deletion_protection: false` and the like, then an apply), or
the AWS CLI. It is done without a question in one place only, the emulator, so that the settings of production can be
applied, and destroyed, as they are shipped.
"""

import shlex
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from tools.plan import Plan, deletions

Clients = Callable[[str, str], Any]


@dataclass(frozen=True, kw_only=True)
class Kind:
    """A type of resource that can be protected.

    Parameters
    ----------
    attribute : str
        What Terraform calls the protection.
    setting : str
        What the settings call it.
    name : str
        The attribute that AWS knows it by.
    service : str
        The service that keeps it.
    command : str
        What the AWS CLI calls the change.
    flags : str
        What the AWS CLI is told besides the region; `{name}` in it stands for the name.
    method : str
        What boto3 calls the change.
    arguments : mapping
        What boto3 is told; `{name}` in it stands for the name.
    """

    attribute: str
    setting: str
    name: str
    service: str
    command: str
    flags: str
    method: str
    arguments: Mapping[str, object]


KINDS = {
    "aws_lb": Kind(
        attribute="enable_deletion_protection",
        setting="entry.deletion_protection",
        name="arn",
        service="elbv2",
        command="modify-load-balancer-attributes",
        flags="--load-balancer-arn {name} --attributes Key=deletion_protection.enabled,Value=false",
        method="modify_load_balancer_attributes",
        arguments={
            "LoadBalancerArn": "{name}",
            "Attributes": [{"Key": "deletion_protection.enabled", "Value": "false"}],
        },
    ),
    "aws_db_instance": Kind(
        attribute="deletion_protection",
        setting="database.deletion_protection",
        name="identifier",
        service="rds",
        command="modify-db-instance",
        flags="--db-instance-identifier {name} --no-deletion-protection --apply-immediately",
        method="modify_db_instance",
        arguments={"DBInstanceIdentifier": "{name}", "DeletionProtection": False, "ApplyImmediately": True},
    ),
    "aws_dynamodb_table": Kind(
        attribute="deletion_protection_enabled",
        setting="sessions.deletion_protection",
        name="name",
        service="dynamodb",
        command="update-table",
        flags="--table-name {name} --no-deletion-protection-enabled",
        method="update_table",
        arguments={"TableName": "{name}", "DeletionProtectionEnabled": False},
    ),
}


@dataclass(frozen=True, kw_only=True)
class Protected:
    """A resource that AWS refuses to delete.

    Parameters
    ----------
    address : str
        Its address in Terraform.
    kind : Kind
        What it is.
    region : str
        Where it is.
    name : str
        What AWS knows it by.
    """

    address: str
    kind: Kind
    region: str
    name: str

    @property
    def command(self) -> str:
        """The line of the AWS CLI that lifts its protection."""
        flags = self.kind.flags.format(name=shlex.quote(self.name))
        return f"aws {self.kind.service} {self.kind.command} --region {self.region} {flags}"

    def lift(self, clients: Clients) -> None:
        """Lift its protection; one that is gone needs none.

        Parameters
        ----------
        clients : callable
            Makes a boto3 client of a service and a region.
        """
        client = clients(self.kind.service, self.region)
        arguments = {key: self.name if value == "{name}" else value for key, value in self.kind.arguments.items()}
        try:
            getattr(client, self.kind.method)(**arguments)
        except client.exceptions.ClientError as error:
            if "NotFound" not in error.response["Error"]["Code"]:
                raise


def protected_in_plan(plan: Plan) -> list[Protected]:
    """List what a plan deletes, or replaces, although it is protected now."""
    found = (
        _protected(str(change["address"]), str(change["type"]), change["change"].get("before") or {})
        for change in deletions(plan)
    )
    return [each for each in found if each]


def protected_in_state(state: Mapping[str, Any]) -> list[Protected]:
    """List what is protected of what a state, as it is kept in the bucket, holds."""
    return [each for each in _in_state(state) if each]


def lift(state: Mapping[str, Any], clients: Clients) -> list[Protected]:
    """Lift the protection of everything that a state holds, and tell of what.

    Meant for the emulator alone.
    """
    found = protected_in_state(state)
    for each in found:
        each.lift(clients)
    return found


def _in_state(state: Mapping[str, Any]) -> Iterator[Protected | None]:
    for resource in state.get("resources", ()):
        if resource["mode"] == "managed":
            for instance in resource["instances"]:
                address = f"{resource['type']}.{resource['name']}"
                yield _protected(address, resource["type"], instance["attributes"])


def _protected(address: str, type_: str, attributes: Mapping[str, Any]) -> Protected | None:
    kind = KINDS.get(type_)
    if kind is None or not attributes.get(kind.attribute):
        return None
    region = str(attributes["arn"]).split(":")[3]
    return Protected(address=address, kind=kind, region=region, name=str(attributes[kind.name]))
