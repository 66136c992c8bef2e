"""What IAM is asked for a call."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, kw_only=True)
class Question:
    """One action on one resource.

    Parameters
    ----------
    action : str
        The action, such as ``s3:GetObject``.
    resource : str
        The ARN, ``*`` where the action is about none, or an ARN with ``*`` where any of a kind is meant.
    keys : mapping
        Condition keys as AWS writes them, with their values: those that the action brings besides the global ones.
    region : str
        The region in which it is asked.
    """

    action: str
    resource: str
    keys: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    region: str
