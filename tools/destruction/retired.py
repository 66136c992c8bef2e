"""What a retired region leaves behind: data that the settings keep, and copies of what is in another region."""

from collections.abc import Iterator, Sequence

from modules.settings import Settings
from tools.destruction.going import Clients, Going, of_plan
from tools.destruction.kept import KEY, Kept
from tools.destruction.staying import Staying
from tools.plan import Plan, updates

_ENCRYPTION = "aws_s3_bucket_server_side_encryption_configuration"


def staying_of_plan(plan: Plan, settings: Settings, clients: Clients) -> Staying:
    """Find what has to stay of all that a plan destroys: by itself, or because a retired region keeps its data.

    What a plan replaces has no say: it comes back under the same name. Raises as `Staying.of` does.
    """
    going = of_plan(plan, replaced=False)
    data = kept_data(going, settings)
    kept = {one.address for one in data}
    rest = [one for one in going if one.address not in kept]
    found = Staying.of([*rest, *copies_that_go(plan)], clients)
    return Staying(keys=[*found.keys, *_keys(data, rest, found.keys)], others=found.others, data=data)


def kept_data(going: Sequence[Going], settings: Settings) -> list[Going]:
    """List buckets and vaults of retired regions that the settings keep, each with what was set for it.

    A bucket stays private, encrypted and versioned only with its policy and its other settings, a vault with its lock.
    """
    found: list[Going] = []
    for region in settings.retired_regions:
        leaving = settings.leaving.get(region)
        if leaving and leaving.objects == "keep":
            buckets = _names(going, "aws_s3_bucket", "bucket", region)
            found += [
                one
                for one in going
                if one.kind.startswith("aws_s3_bucket") and str(one.attributes.get("bucket")) in buckets
            ]
        if leaving and leaving.backups == "keep":
            vaults = _names(going, "aws_backup_vault", "name", region)
            found += [one for one in going if one.kind == "aws_backup_vault" and one.attributes.get("name") in vaults]
            found += [one for one in going if one.attributes.get("backup_vault_name") in vaults]
    return found


def copies_that_go(plan: Plan) -> Iterator[Going]:
    """Yield the replicas that leave a secret or a table which stays: AWS lists them in their region like originals."""
    for change in updates(plan):
        kind, before, after = str(change["type"]), change["change"]["before"], change["change"]["after"]
        name = {"aws_secretsmanager_secret": "region", "aws_dynamodb_table": "region_name"}.get(kind)
        if name is None:
            continue
        left = {str(each[name]) for each in after.get("replica") or ()}
        for each in before.get("replica") or ():
            if str(each[name]) not in left:
                attributes = {"name": before["name"], "region": str(each[name]), "replica": [each]}
                yield Going(address=f"{change['address']} in {each[name]}", kind=kind, attributes=attributes)


def _names(going: Sequence[Going], kind: str, attribute: str, region: str) -> set[str]:
    return {str(one.attributes.get(attribute)) for one in going if one.kind == kind and one.region == region}


def _keys(data: Sequence[Going], going: Sequence[Going], known: Sequence[Kept]) -> list[Kept]:
    """Return the keys of buckets that are kept, which nobody can ask AWS for."""
    found = {each.key.address for each in known}
    uses: dict[str, list[str]] = {}
    for one in data:
        for rule in one.attributes.get("rule") or () if one.kind == _ENCRYPTION else ():
            for default in rule.get("apply_server_side_encryption_by_default") or ():
                key = str(default.get("kms_master_key_id") or "").rpartition("/")[2]
                uses.setdefault(key, []).append(f"bucket {one.attributes['bucket']}")
    return [
        Kept(key=key, uses=tuple(uses[str(key.attributes.get("key_id"))]))
        for key in going
        if key.kind == KEY and key.address not in found and str(key.attributes.get("key_id")) in uses
    ]
