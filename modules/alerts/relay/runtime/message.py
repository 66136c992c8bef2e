"""A message of another region, and what is published of it."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

#: SNS takes fewer than 100 characters.
LONGEST_SUBJECT = 99
#: SNS takes 256 KiB, of which some are left to the attributes.
LARGEST_TEXT = 250 * 1024


@dataclass(frozen=True, kw_only=True)
class Message:
    """What SNS tells a function of a message.

    Parameters
    ----------
    topic
        ARN of the topic that it was published to.
    id
        What SNS calls it; the same however often it is delivered.
    subject
        Its subject. Alarms have one, events have none.
    text
        What it says.
    attributes
        Its attributes, each with ``Type`` and ``Value``.

    See https://docs.aws.amazon.com/lambda/latest/dg/with-sns.html
    """

    topic: str
    id: str
    subject: str | None
    text: str
    attributes: Mapping[str, Mapping[str, str]]

    @classmethod
    def parse(cls, sns: Mapping[str, Any]) -> Message:
        """Read the part ``Sns`` of a record."""
        return cls(
            topic=sns["TopicArn"],
            id=sns["MessageId"],
            subject=sns.get("Subject"),
            text=sns["Message"],
            attributes=sns.get("MessageAttributes") or {},
        )

    def request(self, homes: Sequence[str]) -> dict[str, Any]:
        """Say the same to the home topic of the same severity, and where it comes from.

        Parameters
        ----------
        homes
            ARNs of the home region's topics.

        Returns
        -------
        dict
            What ``publish`` of SNS takes.

        Raises
        ------
        ValueError
            If it comes from a home topic, and would go round for ever, or none has its severity.

        See https://docs.aws.amazon.com/sns/latest/api/API_Publish.html
        """
        if self.topic in homes:
            raise ValueError(f"{self.topic} is a home topic itself")
        home = {_severity(one): one for one in homes}.get(_severity(self.topic))
        if home is None:
            raise ValueError(f"no home topic has the severity of {self.topic}")
        region = _region(self.topic)
        origin = {"OriginRegion": region, "OriginTopic": self.topic, "OriginMessageId": self.id}
        return {
            "TopicArn": home,
            "Subject": f"[{region}] {self.subject or _name(self.topic)}"[:LONGEST_SUBJECT].rstrip(),
            **self._body(),
            "MessageAttributes": {
                **{name: _attribute(one["Type"], one["Value"]) for name, one in self.attributes.items()},
                **{name: _attribute("String", value) for name, value in origin.items()},
            },
        }

    def _body(self) -> dict[str, str]:
        """Say the same to everyone, but for mails, which CloudWatch words itself and a function is not told of."""
        readable = _readable(self.text)
        if readable is not None:
            both = json.dumps({"default": self.text, "email": readable})
            if len(both) <= LARGEST_TEXT:
                return {"Message": both, "MessageStructure": "json"}
        return {"Message": self.text}


def _region(topic: str) -> str:
    return topic.split(":")[3]


def _name(topic: str) -> str:
    return topic.rpartition(":")[2]


def _severity(topic: str) -> str:
    # Topics of a severity differ in the region alone, which ends their names.
    return _name(topic).removesuffix(f"-{_region(topic)}")


def _readable(text: str) -> str | None:
    """Write an object of JSON as a line for each key; nothing if the text is something else."""
    try:
        content = json.loads(text)
    except ValueError:
        return None
    if not isinstance(content, dict):
        return None
    lines = {key: value if isinstance(value, str) else json.dumps(value) for key, value in content.items()}
    return "\n".join(f"{key}: {line}" for key, line in lines.items())


def _attribute(kind: str, value: str) -> dict[str, str | bytes]:
    if kind.startswith("Binary"):
        return {"DataType": kind, "BinaryValue": base64.b64decode(value)}
    return {"DataType": kind, "StringValue": value}
