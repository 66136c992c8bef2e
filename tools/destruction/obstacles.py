"""What AWS, or the settings, would stop a destruction at half-way: found beforehand, and all of it told at once."""

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from tools.destruction.configuration import prevented
from tools.destruction.content import A_PAGE, recovery_points, versions
from tools.destruction.going import Clients, Going, of_plan
from tools.destruction.staying import locked_for_good
from tools.destruction.uncopied import uncopied
from tools.errors import ToolError
from tools.plan import Plan
from tools.protection import protected_in_plan

_LEAVE = (
    "take the region back into `regions`, write `leaving: {REGION: {objects: delete, backups: delete}}` or `keep` for "
    "either, deploy, and retire it then: docs/regions.md#leave"
)


@dataclass(frozen=True, kw_only=True)
class Obstacle:
    """Something that does not go.

    Parameters
    ----------
    address : str
        Its address in Terraform.
    where : str
        Its name and region.
    region : str
        The region.
    why : str
        What holds it.
    way : str
        What to do about it: settings, or a line of the AWS CLI.
    """

    address: str
    where: str
    region: str
    why: str
    way: str

    def __str__(self) -> str:
        return f"{self.address}: {self.where}, {self.why}"


def require_free(
    plan: Plan, *, clients: Clients, stack: dict[str, Any] | None = None, retired: Collection[str] = ()
) -> None:
    """Refuse a plan that would be stopped half-way, when much else is deleted already.

    Parameters
    ----------
    plan : mapping
        The plan.
    clients : callable
        Makes a boto3 client of a service and a region. What the plan leaves alone is not asked about.
    stack : dict, optional
        The Terraform JSON of the stack, for what it forbids to destroy. By default Terraform itself sees to that.
    retired : collection of str
        Retired regions, whose data is given up by `leaving`. None by default.

    Raises
    ------
    ToolError
        When anything is in the way; it lists all of it, and the advice has each way on.
    """
    going = of_plan(plan)
    found = [*_protected(plan), *_prevented(going, stack or {}), *_filled(going, cache(clients))]
    found = [
        replace(each, way=_LEAVE) if each.region in retired and each.way.startswith(("`", "wait")) else each
        for each in found
    ]
    if retired:
        found += _uncopied(plan, cache(clients))
    if not found:
        return
    listed = "\n".join(f"  {each}" for each in found)
    ways = "\n".join(f"  {way}" for way in dict.fromkeys(each.way for each in found))
    raise ToolError(
        f"nothing was changed, because not all of it would go:\n{listed}",
        advice=f"change the settings and deploy, or do it by hand, then run again:\n{ways}",
    )


def _protected(plan: Plan) -> Iterator[Obstacle]:
    for each in protected_in_plan(plan):
        yield Obstacle(
            address=each.address,
            where=f"{each.name} in {each.region}",
            region=each.region,
            why="protected from deletion",
            way=f"`{each.kind.setting}: false`, or: {each.command}",
        )


def _prevented(going: Sequence[Going], stack: dict[str, Any]) -> Iterator[Obstacle]:
    forbidden = prevented(stack)
    for one in going:
        if one.address in forbidden:
            yield Obstacle(
                address=one.address,
                where=f"{one.attributes.get('identifier') or one.attributes.get('id')} in {one.region}",
                region=one.region,
                why="kept by `prevent_destroy`",
                way="`database.prevent_destroy: false`",
            )


def _filled(going: Sequence[Going], clients: Clients) -> Iterator[Obstacle]:
    from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415 - slow to import

    for one in going:
        if one.kind in _CONTENT:
            try:
                yield from _CONTENT[one.kind](one, going, clients)
            except (BotoCoreError, ClientError) as error:
                yield Obstacle(
                    address=one.address,
                    where=f"{one.attributes.get('id')} in {one.region}",
                    region=one.region,
                    why=f"cannot be read: {error}",
                    way="let who destroys list versions in buckets and recovery points in vaults",
                )


def _bucket(one: Going, _: Sequence[Going], clients: Clients) -> Iterator[Obstacle]:
    if one.attributes.get("force_destroy"):
        return
    name = str(one.attributes["bucket"])
    held = len(versions(clients("s3", one.region), name))
    if held:
        yield Obstacle(
            address=one.address,
            where=f"{name} in {one.region}",
            region=one.region,
            why=f"holds {f'{held} or more' if held >= A_PAGE else held} objects, older versions and delete markers",
            way="`storage.force_destroy: true`, which deletes what is in all buckets; copy first what shall stay",
        )


def _vault(one: Going, going: Sequence[Going], clients: Clients) -> Iterator[Obstacle]:
    name = str(one.attributes["name"])
    points = recovery_points(clients("backup", one.region), name)
    if not points:
        return
    where, why = f"{name} in {one.region}", f"holds {len(points)} recovery points"
    if locked_for_good(str(one.attributes["arn"]), clients):
        its = [each.address for each in going if each.attributes.get("backup_vault_name") == name]
        ends = [each.get("CalculatedLifecycle", {}).get("DeleteAt") for each in points]
        last = max(ends).date() if all(ends) else "nobody knows when"
        yield Obstacle(
            address=one.address,
            where=where,
            region=one.region,
            why=f"{why} that nobody can delete before they end, the last of them {last}",
            way="wait, or leave the vault where it is, with the keys that it needs; in the working directory "
            f"`terraform state rm {' '.join([one.address, *its])}`",
        )
    elif not one.attributes.get("force_destroy"):
        yield Obstacle(
            address=one.address,
            where=where,
            region=one.region,
            why=why,
            way="`backup.force_destroy: true`, which deletes all backups; copy first what shall stay",
        )


def _uncopied(plan: Plan, clients: Clients) -> Iterator[Obstacle]:
    for one in uncopied(plan, clients):
        yield Obstacle(
            address=one.bucket,
            where=f"{one.bucket} in {one.region}",
            region=one.region,
            why=f"holds {len(one.keys)} objects that {one.destination} has not, such as {one.keys[0]}",
            way=f"wait until they are replicated, or copy them: aws s3 sync s3://{one.bucket} s3://{one.destination}; "
            "or delete those that nobody needs",
        )


_CONTENT: dict[str, Callable[[Going, Sequence[Going], Clients], Iterator[Obstacle]]] = {
    "aws_s3_bucket": _bucket,
    "aws_backup_vault": _vault,
}
