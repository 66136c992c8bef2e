"""A look for one resource: what is known of it before it is found, and the answers of AWS."""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

Clients = Callable[[str, str], Any]
#: Where operations without a paginator of boto3's say that there is more.
_TOKENS = ("NextToken", "nextToken", "NextPageToken")


class Unresolved(Exception):  # noqa: N818 - it is no error: what does not stand has no id
    """What a resource refers to stands nowhere, so neither does the resource."""


@dataclass(frozen=True)
class Found:
    """Something that stands.

    Parameters
    ----------
    import_id : str
        What Terraform imports it by.
    attributes : mapping
        What others may refer to, by Terraform's names. `id` is the `import_id` by default.
    status : str
        What it is still busy with, such as `creating`: it is imported once that is over. Empty by default.
    """

    import_id: str
    attributes: Mapping[str, str] = field(default_factory=dict)
    status: str = ""

    def get(self, attribute: str) -> str | None:
        """Return an attribute; None where it is not known."""
        return {"id": self.import_id, **self.attributes}.get(attribute)


@dataclass(frozen=True)
class Answers:
    """What AWS answers, asked once a question.

    Parameters
    ----------
    clients : callable
        Makes a boto3 client of a service and a region.
    """

    clients: Clients
    _kept: dict[str, Any] = field(default_factory=dict)
    _made: dict[tuple[str, str], Any] = field(default_factory=dict)

    def client(self, service: str, region: str) -> Any:  # noqa: ANN401 - boto3 has no types
        """Return a boto3 client, made once: that takes longer than most calls."""
        if (service, region) not in self._made:
            self._made[service, region] = self.clients(service, region)
        return self._made[service, region]

    def pages(self, region: str, service: str, operation: str, key: str, **arguments: Any) -> list[Any]:  # noqa: ANN401 - boto3 has no types
        """Return what all pages of an answer hold under a key; what is not found holds nothing."""
        from botocore.exceptions import ClientError  # noqa: PLC0415 - slow to import

        question = json.dumps([region, service, operation, key, arguments], sort_keys=True)
        if question not in self._kept:
            try:
                self._kept[question] = list(self._ask(region, service, operation, key, arguments))
            except ClientError as error:
                if not is_missing(error.response):
                    raise
                self._kept[question] = []
        kept: list[Any] = self._kept[question]
        return kept

    def one(self, region: str, service: str, operation: str, **arguments: Any) -> dict[str, Any] | None:  # noqa: ANN401 - as above
        """Return one answer, None where AWS says that there is no such thing."""
        from botocore.exceptions import ClientError  # noqa: PLC0415 - slow to import

        question = json.dumps([region, service, operation, arguments], sort_keys=True)
        if question not in self._kept:
            try:
                self._kept[question] = getattr(self.client(service, region), operation)(**arguments)
            except ClientError as error:
                if not is_missing(error.response):
                    raise
                self._kept[question] = None
        kept: dict[str, Any] | None = self._kept[question]
        return kept

    def _ask(self, region: str, service: str, operation: str, key: str, arguments: dict[str, Any]) -> Iterator[Any]:
        client = self.client(service, region)
        if client.can_paginate(operation):
            for page in client.get_paginator(operation).paginate(**arguments):
                yield from page.get(key) or ()
            return
        token: dict[str, Any] = {}
        while True:
            answer = getattr(client, operation)(**arguments, **token)
            yield from answer.get(key) or ()
            name = next(
                (one for one in ("NextToken", "nextToken", "NextMarker", "NextPageToken") if answer.get(one)), ""
            )
            if not name:
                return
            token = {name: answer[name]}


@dataclass(frozen=True, kw_only=True)
class Look:
    """A look for one resource of the synthesized output.

    Parameters
    ----------
    kind, name : str
        Its type and its name in Terraform.
    body : mapping
        Its arguments, as synthesized.
    region : str
        Where it belongs.
    account_id : str
        The account.
    answers : Answers
        What AWS answers.
    value : callable
        Tells what an argument comes to, by its name; raises `Unresolved` where nobody can know.
    """

    kind: str
    name: str
    body: Mapping[str, Any]
    region: str
    account_id: str
    answers: Answers
    value: Callable[[str], Any]

    @property
    def tag(self) -> str:
        """Its name as its tag `Name` says it."""
        return str((self.value("tags") or {}).get("Name", ""))

    def text(self, argument: str) -> str:
        """Return what an argument comes to, as text; empty where there is none."""
        found = self.value(argument)
        return "" if found is None else str(found)

    def client(self, service: str) -> Any:  # noqa: ANN401 - boto3 has no types
        """Return a boto3 client of its region."""
        return self.answers.client(service, self.region)

    def pages(self, service: str, operation: str, key: str, **arguments: Any) -> list[Any]:  # noqa: ANN401 - as above
        """Return what all pages of an answer hold under a key."""
        return self.answers.pages(self.region, service, operation, key, **arguments)

    def one(self, service: str, operation: str, **arguments: Any) -> dict[str, Any] | None:  # noqa: ANN401 - as above
        """Return one answer, None where AWS says that there is no such thing."""
        return self.answers.one(self.region, service, operation, **arguments)


def is_missing(response: Mapping[str, Any]) -> bool:
    """Tell whether an error of AWS means that there is no such thing."""
    code = str(response.get("Error", {}).get("Code", ""))
    return code in _MISSING or code.endswith(("NotFound", "NotFoundException", "NotFoundFault", "NoSuchEntity"))


#: Codes of services that have names of their own for it; the others end in `NotFound`, and so on.
_MISSING = frozenset(
    {
        "404",
        "AWS.SimpleQueueService.NonExistentQueue",
        "InvalidAccessException",
        "InvalidDocument",
        "NoSuchBucket",
        "NonExistentQueue",
        "QueueDoesNotExist",
    }
)


def tags_of(one: Mapping[str, Any]) -> dict[str, str]:
    """Return the tags that an answer lists under `Tags`, by key."""
    return {str(tag["Key"]): str(tag["Value"]) for tag in one.get("Tags") or ()}
