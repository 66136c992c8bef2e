"""What to write into the settings so that the platform goes on without a region."""

from modules.settings import Settings
from modules.settings.companions import companion


def edit_of(settings: Settings, *, region: str) -> list[str]:
    """Return the lines that change, or go, as they would be written in a sentence.

    Parameters
    ----------
    settings : Settings
        The settings, in which the region is one of several.
    region : str
        The region that is lost.
    """
    others = [name for name in settings.regions if name != region]
    # The state has to be there: in a region whose bucket is the replica of home's.
    replica = settings.state.replica_region or companion(region, others)
    heir = settings.home if settings.home != region else replica
    places, writer = settings.topology.places, settings.topology.writer
    first = writer if writer != region else heir
    lines = [
        f"`regions: [{', '.join(others)}]`",
        f"`lost_regions: [{', '.join([*settings.lost_regions, region])}]`",
    ]
    if settings.primary_region == region:
        lines.append(f"`primary_region: {first}`")
    if settings.home == region:
        lines += [f"`home_region: {heir}`", f"`name_region: {settings.named_home}`"]
    if settings.state.replica_region in {heir, region}:
        lines.append("another `state.replica_region`, or none")
    stated = {name for name, each in settings.database.instances.items() if each.role or each.of}
    # The defaults describe none while a region is lost.
    lines += [
        f"`database.instances.{name}: {{role: replica, of: {places[name].source}}}`"
        for name in others
        if name != first and name not in stated
    ]
    if first in stated and places[first].role != "writer":
        lines.append(f"no `role` and no `of` in `database.instances.{first}`")
    if region in settings.database.instances:
        lines.append(f"no `database.instances.{region}`")
    return lines
