"""What happens to a platform in the years of its life, as settings: each is one edit, and the step that follows it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

HOME, OTHER = "us-east-1", "us-west-2"
BOTH = [HOME, OTHER]


@dataclass(frozen=True, kw_only=True)
class Scene:
    """One change of a platform.

    Parameters
    ----------
    name : str
        What happens, in words.
    settings : mapping
        Settings of the platform from then on, over those that all scenes have.
    step : str
        `apply`, `upgrade` or `destroy`. By default `apply`.
    """

    name: str
    settings: Mapping[str, Any] = field(default_factory=dict)
    step: str = "apply"


#: A secret that is destroyed frees its name at once, since it is soon made again; the state stays where it is.
ALWAYS: Mapping[str, Any] = {
    "environment_suffix": "chaos",
    "secrets": {"recovery_window_days": 0},
    "state": {"replica_region": "us-east-2"},
    "database": {"version": "17.5", "apply_immediately": True},
}
_UPGRADED = {"database": {"version": "17.6"}}
_LEAVING = {**_UPGRADED, "leaving": {OTHER: {"objects": "delete", "backups": "delete"}}}
_MOVED = {
    "regions": BOTH,
    "primary_region": OTHER,
    "home_region": HOME,
    "database": {"version": "17.6", "instances": {HOME: {"role": "detached"}}},
}
#: A whole life, over and over.
LIFE = (
    Scene(name="a platform is made"),
    Scene(name="a region joins", settings={"regions": BOTH}),
    Scene(name="a version moves", settings={"regions": BOTH, **_UPGRADED}, step="upgrade"),
    Scene(name="a region is to leave", settings={"regions": BOTH, **_LEAVING}),
    Scene(name="a region leaves", settings={"retired_regions": [OTHER], **_LEAVING}),
    Scene(name="a region has left", settings=_UPGRADED),
    Scene(name="a region joins again", settings={"regions": BOTH, **_UPGRADED}),
    Scene(name="the primary region moves", settings=_MOVED),
    Scene(name="the platform is destroyed", settings=_MOVED, step="destroy"),
)


def settings_of(scene: Scene, base: Mapping[str, Any]) -> dict[str, Any]:
    """Return the settings of a scene: those of the base, those of all scenes, and its own, section by section.

    Parameters
    ----------
    scene : Scene
        The scene.
    base : mapping
        The settings of a platform.
    """
    whole = dict(base)
    for layer in (ALWAYS, scene.settings):
        for key, value in layer.items():
            known = whole.get(key)
            whole[key] = {**known, **value} if isinstance(known, Mapping) and isinstance(value, Mapping) else value
    return whole
