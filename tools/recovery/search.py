"""What of a plan's creations stands already, asked of AWS in the order in which one refers to another."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from tools.errors import ToolError
from tools.plan import Plan
from tools.recovery.look import Answers, Clients, Found, Look, Unresolved
from tools.recovery.table import AGAIN, FINDERS
from tools.recovery.twins import DELETIONS

_REFERENCE = re.compile(r"\$\{((?:data\.)?[a-z0-9_]+\.[A-Za-z0-9_-]+)\.([a-z0-9_]+)\}")
#: What has the id of something else, which one of its arguments names.
_ID_OF = {"aws_vpc_peering_connection_accepter": "vpc_peering_connection_id"}


@dataclass(frozen=True)
class Answer:
    """What was found of one resource.

    Parameters
    ----------
    address : str
        Its address in Terraform.
    region : str
        Its region.
    found : tuple of Found
        All that bears its name: nothing, what is to be imported, or more than one.
    told : bool
        Whether the log of the apply that was broken off told which of them it made. False by default.
    """

    address: str
    region: str
    found: tuple[Found, ...]
    told: bool = False


@dataclass(frozen=True, kw_only=True)
class Search:
    """Looks for what stands and is in no state.

    Parameters
    ----------
    plan : mapping
        A plan that was made just now, as `terraform show -json` writes it.
    stack : mapping
        The synthesized stack.
    account_id : str
        The account.
    clients : callable
        Makes a boto3 client of a service and a region.
    made : mapping, optional
        The ids that the log of the apply told, by address. By default nothing is known of it.
    """

    plan: Plan
    stack: Mapping[str, Any]
    account_id: str
    clients: Clients
    made: Mapping[str, str] = field(default_factory=dict)
    _kept: dict[str, Answer] = field(default_factory=dict)

    def all(self) -> list[Answer]:
        """Look for everything that the plan creates, and return what there is of it.

        Raises
        ------
        ToolError
            When a type is not in the table.
        """
        return [answer for address in self._created if (answer := self.find(address)).found]

    def twins(self) -> list[Answer]:
        """Look for what stands beside something of the same name that the state holds, where AWS allows that."""
        answers = []
        for address, known in self._held.items():
            if address.partition(".")[0] in DELETIONS and known:
                found = self._look_for(address).found
                others = tuple(one for one in found if one.get("id") != known)
                answers += [Answer(address, self._region(address), others)] if others else []
        return answers

    def find(self, address: str) -> Answer:
        """Look for one resource."""
        if address not in self._kept:
            self._kept[address] = self._look_for(address)
        return self._kept[address]

    def again(self, address: str) -> Answer:
        """Look for one resource anew, because it was not ready."""
        self.__dict__.pop("_answers", None)
        self._kept.pop(address)
        return self.find(address)

    def value(self, address: str, argument: str) -> Any:  # noqa: ANN401 - whatever it is
        """Return what an argument comes to; None where the stack does not give it.

        Raises
        ------
        Unresolved
            When it depends on what does not stand.
        """
        known = self._planned.get(address, {})
        if known.get(argument) is not None:
            return known[argument]
        given = self._body(address).get(argument)
        if not isinstance(given, str) or "${" not in given:
            return given
        return self.resolved(given)

    def resolved(self, text: str) -> str:
        """Return a text with what it refers to put in. Raises as `value` does."""
        # What Terraform has to work out, with functions for one, is not known before what it is worked out from.
        if "${" in _REFERENCE.sub("", text):
            raise Unresolved(text)
        return _REFERENCE.sub(lambda match: self._attribute(match[1], match[2]), text)

    def _attribute(self, address: str, attribute: str) -> str:
        if (known := self._planned.get(address, {}).get(attribute)) is not None:
            return str(known)
        argument = _ID_OF.get(address.partition(".")[0])
        if argument and attribute == "id":
            return str(self.value(address, argument))
        if address in self._created and len(found := self.find(address).found) == 1:
            value = found[0].get(attribute)
            if value is not None:
                return value
        raise Unresolved(f"{address}.{attribute}")

    def _look_for(self, address: str) -> Answer:
        kind = address.partition(".")[0]
        if kind not in FINDERS:
            if kind not in AGAIN:
                raise ToolError(
                    f"nobody has written down how to find {address}", advice="add its type to tools/recovery"
                )
            return Answer(address, self._region(address), ())
        try:
            found = tuple(FINDERS[kind](self._look(address)))
        except Unresolved:
            found = ()
        if len(found) > 1 and (mine := [one for one in found if one.get("id") == self.made.get(address)]):
            return Answer(address, self._region(address), tuple(mine), told=True)
        return Answer(address, self._region(address), found, told=address in self.made)

    def _look(self, address: str) -> Look:
        kind, _, name = address.partition(".")
        return Look(
            kind=kind,
            name=name,
            body=self._body(address),
            region=self._region(address),
            account_id=self.account_id,
            answers=self._answers,
            value=lambda argument: self.value(address, argument),
        )

    def _body(self, address: str) -> Mapping[str, Any]:
        kind, _, name = address.partition(".")
        body: Mapping[str, Any] = self.stack.get("resource", {}).get(kind, {}).get(name, {})
        return body

    def _region(self, address: str) -> str:
        alias = str(self._body(address).get("provider", "")).partition(".")[2]
        return self._regions.get(alias, alias)

    @cached_property
    def _answers(self) -> Answers:
        return Answers(self.clients)

    @cached_property
    def _created(self) -> Mapping[str, None]:
        changes = self.plan.get("resource_changes", ())
        return {
            str(one["address"]): None
            for one in changes
            if one.get("mode") == "managed" and one["change"]["actions"] == ["create"]
        }

    @cached_property
    def _held(self) -> Mapping[str, str]:
        changes = self.plan.get("resource_changes", ())
        return {
            str(one["address"]): str((one["change"].get("before") or {}).get("id") or "")
            for one in changes
            if one.get("mode") == "managed" and self._body(str(one["address"]))
        }

    @cached_property
    def _planned(self) -> Mapping[str, Mapping[str, Any]]:
        found = self.plan.get("prior_state", {}).get("values", {})
        read = [one for one in found.get("root_module", {}).get("resources", ()) if one.get("mode") == "data"]
        resources = self.plan.get("planned_values", {}).get("root_module", {}).get("resources", ())
        return {str(one["address"]): one.get("values") or {} for one in (*read, *resources)}

    @cached_property
    def _regions(self) -> Mapping[str, str]:
        providers = self.stack.get("provider", {}).get("aws", ())
        return {str(one["alias"]): str(one["region"]) for one in providers if "alias" in one}
