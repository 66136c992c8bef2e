"""A state without a region, and with it again: pure functions over states as they are kept.

Their form is that of `tools.terraform.state`.

What is in the lost region is set aside, in a state of its own. What is global and was made through the region's
provider gets another one. What exists once, was made there and has a copy elsewhere becomes that copy.
"""

import json
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tools.errors import ToolError
from tools.plan import BOOKKEEPING

State = Mapping[str, Any]
Resource = Mapping[str, Any]
#: What is in no region, however its provider is configured: how the types begin.
GLOBAL = (
    *("aws_budgets_", "aws_ce_", "aws_cloudwatch_dashboard", "aws_iam_", "aws_route53_"),
    "aws_s3_account_public_access_block",
)
#: What leads clients to a region: where it is lost, Terraform takes it away through another provider.
ROUTES = "aws_route53_"
#: What exists once, in the home region, and has a copy elsewhere that takes its place, or is global.
ONCE = (
    *("aws_chatbot_slack_channel_configuration", "aws_chatbot_teams_channel_configuration", "aws_dynamodb_table"),
    *("aws_secretsmanager_secret", "aws_secretsmanager_secret_policy", "aws_secretsmanager_secret_rotation"),
    "aws_secretsmanager_secret_version",
)
#: The replication of automated backups, which is made in the region that they go to.
BACKUPS = "aws_db_instance_automated_backups_replication"
_HASH = re.compile(r"_[0-9A-F]{8}$")


@dataclass(frozen=True, kw_only=True)
class Parted:
    """A state in two parts.

    Parameters
    ----------
    state : mapping
        What Terraform goes on with.
    lost : mapping
        What is in the lost region.
    moved : mapping
        What has become its copy: the address that it had, and the one that it has.
    rehomed : sequence of str
        Addresses of what is global and has another provider.
    """

    state: State
    lost: State
    moved: Mapping[str, str]
    rehomed: Sequence[str]


@dataclass(frozen=True, kw_only=True)
class Joined:
    """A state with what was set aside.

    Parameters
    ----------
    state : mapping
        What Terraform goes on with.
    rest : mapping
        What could not be joined, because its address is taken or nobody wants it.
    joined : sequence of str
        Addresses of what was.
    """

    state: State
    rest: State
    joined: Sequence[str]


def part(
    state: State, configuration: Mapping[str, Any], *, region: str, heir: str, once: Collection[str] = ONCE
) -> Parted:
    """Take a region out of a state.

    Parameters
    ----------
    state : mapping
        The state. It stays as it is.
    configuration : mapping
        The stack's Terraform JSON, synthesized without the region.
    region : str
        The lost region.
    heir : str
        The home region now, whose copies take the place of what exists once.
    once : collection of str
        The types of that. By default `ONCE`.

    Raises
    ------
    ToolError
        When something that exists once would get another name.
    """
    wanted = _aliases(configuration)
    held = {_address(each) for each in state["resources"]}
    kept: list[Resource] = []
    lost: list[Resource] = []
    moved: dict[str, str] = {}
    rehomed: list[str] = []
    for each in state["resources"]:
        address = _address(each)
        if alias_of(each) != region:
            (lost if _is_backup_of(each, region) or _is_note_of(each, region) else kept).append(each)
        elif each["mode"] == "data":
            # Terraform reads it again.
            continue
        elif each["type"].startswith(GLOBAL) and (address in wanted or each["type"].startswith(ROUTES)):
            kept.append(_through(each, wanted.get(address, heir)))
            rehomed.append(address)
        elif each["type"] in once and (found := _heir(each, wanted, held, region=region, heir=heir)):
            _require_name(each, configuration, found)
            kept.append(_become(each, found, alias=wanted[found], region=region, heir=heir))
            moved[address] = found
        else:
            lost.append(each)
    changed = bool(lost or moved or rehomed)
    return Parted(
        state={**state, "resources": kept, "serial": state["serial"] + 1} if changed else state,
        lost={**state, "outputs": {}, "check_results": None, "resources": lost},
        moved=moved,
        rehomed=rehomed,
    )


def join(state: State, lost: State, *, configuration: Mapping[str, Any] | None = None) -> Joined:
    """Put what was set aside back into a state.

    Parameters
    ----------
    state, lost : mapping
        The states. They stay as they are.
    configuration : mapping, optional
        Terraform JSON: what it does not have is not joined. By default everything is, and Terraform destroys that.
    """
    held = {_address(each): alias_of(each) for each in state["resources"]}
    wanted = None if configuration is None else _aliases(configuration)
    joined: list[Resource] = []
    rest: list[Resource] = []
    for each in lost["resources"]:
        address = _address(each)
        fits = address not in held and (wanted is None or address in wanted)
        (joined if fits else rest).append(each)
    return Joined(
        state={**state, "resources": [*state["resources"], *joined], "serial": state["serial"] + 1}
        if joined
        else state,
        # What has been joined already, by a run that was killed after it, is no rest.
        rest={**lost, "resources": [each for each in rest if held.get(_address(each)) != alias_of(each)]},
        joined=[_address(each) for each in joined],
    )


def merge(first: State, second: State) -> State:
    """Return what either of two states has; of what both have, what the second says."""
    found = {_address(each): each for state in (first, second) for each in state["resources"]}
    return {**second, "resources": list(found.values())}


def alias_of(resource: Resource) -> str:
    """Return the alias of the provider of a resource in a state, which is a region."""
    return str(resource.get("provider", "")).partition("].")[2]


def held_in(state: State, region: str) -> list[str]:
    """Return the addresses of the resources that a state has through the provider of a region."""
    return [_address(each) for each in state["resources"] if alias_of(each) == region and each["mode"] == "managed"]


def attributes_of(state: State, kind: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield the address and the attributes of each managed resource of a type."""
    for each in state["resources"]:
        if each["mode"] == "managed" and each["type"] == kind:
            for instance in each["instances"]:
                yield _address(each), instance.get("attributes") or {}


def _address(resource: Resource) -> str:
    prefix = "data." if resource["mode"] == "data" else ""
    return f"{prefix}{resource['type']}.{resource['name']}"


def _aliases(configuration: Mapping[str, Any]) -> dict[str, str]:
    return {
        f"{kind}.{name}": str(body.get("provider", "")).partition(".")[2]
        for kind, blocks in configuration.get("resource", {}).items()
        for name, body in blocks.items()
    }


def _heir(
    resource: Resource, wanted: Mapping[str, str], held: Collection[str], *, region: str, heir: str
) -> str | None:
    """Return the address of what takes the place of a resource, if the state has not got that anyway."""
    name = str(resource["name"])
    if not name.startswith(f"{region}_"):
        return None
    stem = f"{resource['type']}.{heir}_{_HASH.sub('', name).removeprefix(f'{region}_')}"
    return next((each for each in wanted if each not in held and _HASH.sub("", each) == stem), None)


def _is_backup_of(resource: Resource, region: str) -> bool:
    """Whether it replicates backups of the lost region's database: they may be needed, and nobody is to end that."""
    return resource["type"] == BACKUPS and any(
        f":rds:{region}:" in str(instance["attributes"].get("source_db_instance_arn"))
        for instance in resource["instances"]
    )


def _is_note_of(resource: Resource, region: str) -> bool:
    """Whether Terraform keeps it for itself, and for something in the lost region."""
    return bool(resource["type"] == BOOKKEEPING and resource["name"].startswith(f"{region}_"))


def _require_name(resource: Resource, configuration: Mapping[str, Any], address: str) -> None:
    kind, _, name = address.partition(".")
    then = configuration["resource"][kind][name].get("name")
    for instance in resource["instances"]:
        now = instance["attributes"].get("name")
        if kind in {"aws_dynamodb_table", "aws_secretsmanager_secret"} and now != then:
            raise ToolError(
                f"{kind}.{resource['name']} is called {now}, and the settings would make {then} beside it",
                advice="nothing was changed. `name_region` is the region that its name ends with: docs/region-lost.md",
            )


def _through(resource: Resource, alias: str) -> Resource:
    provider, end, _ = str(resource["provider"]).partition("].")
    return {**resource, "provider": f"{provider}{end}{alias}"}


def _become(resource: Resource, address: str, *, alias: str, region: str, heir: str) -> Resource:
    # The ARN of a replica differs in the region alone; the provider reads everything else again.
    text = json.dumps(_through(resource, alias)).replace(f":{region}:", f":{heir}:")
    copy: dict[str, Any] = json.loads(text)
    copy["name"] = address.partition(".")[2]
    for instance in copy["instances"]:
        instance.pop("dependencies", None)
        replicas = instance["attributes"].get("replica")
        if replicas:
            instance["attributes"]["replica"] = [
                each for each in replicas if heir not in (each.get("region"), each.get("region_name"))
            ]
    return copy
