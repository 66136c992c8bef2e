"""The platform: every area in every region, and what connects regions."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING

from cdktf import Aspects, TerraformStack

from modules.addressing import region_blocks
from modules.errors import building
from modules.keys.key import Key, used_by_log_groups
from modules.network.network import Network
from modules.network.peering import Peering
from modules.region import Region
from modules.state.backend import use_state_backend
from modules.tagging import LaunchTags

if TYPE_CHECKING:
    from constructs import Construct

    from modules.settings import Settings


class PlatformStack(TerraformStack):
    """Everything but the state backend, in all regions.

    Parameters
    ----------
    settings
        The platform's settings.

    Raises
    ------
    AreaError
        If an area cannot be built; its text names the area and the region.
    """

    def __init__(self, scope: Construct, id_: str, *, settings: Settings) -> None:
        super().__init__(scope, id_)
        use_state_backend(self, settings=settings, stack=id_)
        Aspects.of(self).add(LaunchTags(settings.tags))
        network = settings.network
        blocks = region_blocks(
            settings.regions,
            pool=network.cidr,
            prefix_length=network.vpc_prefix_length,
            fixed=network.region_cidrs,
        )
        outside = [str(block) for block in blocks.values() if not block.subnet_of(network.cidr)]
        platform = [str(network.cidr), *outside]
        networks = {}
        for name in settings.regions:
            region = Region(self, name, name=name, settings=settings, cidr=blocks[name])
            with building("keys", name):
                logs_key = Key(
                    region, "logs-key", region=region, purpose="logs", statements=[used_by_log_groups(region)]
                )
            with building("network", name):
                networks[name] = Network(region, "network", region=region, logs_key=logs_key, platform=platform)
        # By name and not by place in the file: another order of the regions must not turn a connection round.
        for one, other in combinations(sorted(networks), 2):
            with building("peering", f"{one} and {other}"):
                Peering(self, f"peering-{one}-{other}", requester=networks[one], accepter=networks[other])
