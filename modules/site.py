"""What every other area of a region stands on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from modules.areas.account.baseline import RegionBaseline
from modules.areas.account.session_manager import SessionManager
from modules.areas.network.network import Network
from modules.areas.storage.deliveries import trail_arn
from modules.areas.storage.storage import APPLICATION, Storage, data_roles
from modules.blocks.identity.role import InstanceRole
from modules.blocks.keys.keys import Keys
from modules.core.errors import building
from modules.settings.ownership import MANAGED, in_region

if TYPE_CHECKING:
    from collections.abc import Sequence

    from modules.core.region import Region


@dataclass(frozen=True, kw_only=True)
class Foundation:
    """Keys, network, buckets and the application's role of one region."""

    region: Region
    keys: Keys
    network: Network
    storage: Storage
    application: InstanceRole


def lay_foundation(region: Region, *, platform: Sequence[str], administrators: Sequence[str]) -> Foundation:
    """Build what needs nothing of other regions.

    Parameters
    ----------
    region
        The region.
    platform
        Blocks of all the platform's VPCs, this one's included.
    administrators
        ARNs, or patterns of them, of roles and users that the buckets do not shut out.

    Raises
    ------
    AreaError
        If an area cannot be built.
    """
    with building("keys", region.name):
        keys = Keys(region, "keys", region=region, storage_roles=data_roles(region), trail_arn=trail_arn(region))
    with building("account", region.name):
        RegionBaseline(region, "baseline", region=region, key=keys.volumes)
    with building("network", region.name):
        network = Network(region, "network", region=region, logs_key=keys.logs, platform=platform)
    with building("identity", region.name):
        application = InstanceRole(region, "application-role", region=region, identifier=APPLICATION)
    if in_region(region.settings.account.session_manager, region.name) == MANAGED:
        with building("account", region.name):
            SessionManager(region, "session-manager", region=region, key=keys.logs, role=application)
    with building("storage", region.name):
        storage = Storage(
            region, "storage", region=region, keys=keys, application=application, administrators=administrators
        )
    return Foundation(region=region, keys=keys, network=network, storage=storage, application=application)
