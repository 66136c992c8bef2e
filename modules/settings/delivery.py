"""Settings of delivery: who plans and deploys from a CI system."""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Annotated

from modules.settings.faults import Fault
from modules.settings.ownership import Ownership  # noqa: TC001 - pydantic reads the annotation
from modules.settings.types import Section, matching

if TYPE_CHECKING:
    from collections.abc import Iterator

    from modules.settings.draft import Draft

#: The roles, by the names that ``iam/`` and docs/permissions.md give them.
PLANNER, DEPLOYER = "meridian-planner", "meridian-deployer"

#: https://github.blog/changelog/2026-04-23-immutable-subject-claims-for-github-actions-oidc-tokens
Repository = Annotated[
    str,
    matching(
        r"[A-Za-z0-9][\w@-]{0,99}/[\w.@-]{1,130}",
        problem="not a repository of GitHub",
        allowed="OWNER/NAME, or OWNER@ID/NAME@ID where the subject of its tokens has the ids",
    ),
]
#: A name in the subject of a token. A colon would end it, and ``*`` and ``?`` would match other names.
SubjectName = Annotated[
    str,
    matching(
        r"[\w.][\w./ -]{0,254}",
        problem="not the name of a branch or an environment",
        allowed="letters, digits, full stops, hyphens, underscores, slashes and spaces",
    ),
]


class GitHubSettings(Section):
    """Roles for the workflows of a repository on GitHub, which the ``state-backend`` stack makes.

    Parameters
    ----------
    repository
        The repository, as the subject of its tokens has it behind ``repo:``; those created since summer 2026 have the
        ids in it (docs/pull-requests.md). By default there are no such roles.
    branch
        The branch whose workflows may plan, besides those of pull requests, and deploy.
    environment
        The environment whose jobs may deploy, on the branch.
    oidc_provider
        ``managed`` makes the account's IAM OIDC provider of GitHub, of which there can be one, and ``existing`` looks
        it up.
    """

    repository: Repository | None = None
    branch: SubjectName = "main"
    environment: SubjectName = "production"
    oidc_provider: Ownership = "managed"


class DeliverySettings(Section):
    """Plans and deployments by a CI system.

    Parameters
    ----------
    github
        GitHub Actions.
    """

    github: GitHubSettings = GitHubSettings()


def delivery_roles_are_administrators(draft: Draft) -> Iterator[Fault]:
    """The buckets deny everyone whom the settings do not name, so also the roles that plan and deploy."""
    if not draft.mapping("delivery", "github").get("repository"):
        return
    # Those of the state are those of storage if it has none of its own.
    for section in ("storage", *(["state"] if draft.mapping("state").get("administrators") else [])):
        stated = draft.mapping(section).get("administrators")
        named = [str(arn).partition(":role/")[2] for arn in stated] if isinstance(stated, list) else []
        missing = [role for role in (PLANNER, DEPLOYER) if not any(fnmatchcase(role, each) for each in named)]
        if missing:
            yield Fault(
                f"{section}.administrators",
                f"the buckets would shut out what delivery.github makes: {', '.join(missing)}",
                named,
                ", ".join(f"arn:aws:iam::ACCOUNT:role/{role} beside the others" for role in missing),
            )
