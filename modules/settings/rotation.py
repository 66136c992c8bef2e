"""Settings of the rotation of the database's passwords."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from modules.settings.faults import Fault
from modules.settings.types import Concurrency, Section

if TYPE_CHECKING:
    from collections.abc import Iterator

    from modules.settings.draft import Draft

SERVICE = "secretsmanager"


class RotationSettings(Section):
    """Rotation of the database's passwords by a function.

    Parameters
    ----------
    after_days
        Time between two rotations of each password.
    immediately
        Whether the master user's password also rotates when rotation is attached or its schedule changes
        (docs/rotation.md): the first password was in the process of whoever applied, and a rotation that fails does so
        at once and not weeks later. The application's always does, since that creates its user.
    reserved_concurrency : in executions
        Reserved concurrency of the function in each region; 2 is enough: a step that hangs until its timeout does not
        block its own retry. By default none is reserved: the quota of a new account leaves nothing to reserve
        (docs/aws.md#lambda-concurrency-quota).
    """

    after_days: Annotated[int, Field(ge=1, le=90)] = 30
    immediately: bool = True
    reserved_concurrency: Concurrency | None = None


def function_reaches_secrets_manager(draft: Draft) -> Iterator[Fault]:
    """The rotation function runs in private subnets, and needs an interface endpoint or a NAT gateway.

    It calls no other service itself: Lambda delivers its logs, traces and dead letters, and the databases are in the
    platform's own VPCs.
    """
    network = draft.mapping("network")
    services = network.get("interface_endpoints")
    if network.get("nat_gateways") == "none" and isinstance(services, list) and SERVICE not in services:
        yield Fault(
            "network.interface_endpoints",
            "the rotation function reaches Secrets Manager neither through an endpoint nor through a NAT gateway",
            services,
            f"a list with {SERVICE}, or network.nat_gateways: per-az or single",
        )
