"""Names of everything that bears one: ``PROD-{service}-{identifier}-{region}``.

The identifier opens with the settings' ``environment_suffix``, so that two copies of the platform can live in one
account. Where AWS forbids upper case the same name is written in lower case; where it is too long for AWS it is cut
and ends in a hash of the whole name, so that two names that differ stay different.
"""

from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import dataclass

HASH_LENGTH = 8
#: Stands for an account while a name is made, as long as one.
ACCOUNT = "0" * 12
IDENTIFIER = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


@dataclass(frozen=True, kw_only=True)
class Rule:
    """What AWS allows of one service's names: the number of characters, and whether they must be lower case."""

    limit: int = 255
    lower: bool = False


#: By the word that stands for the service in the name; each limit is the one of the API call that creates it.
RULES = {
    "acl": Rule(),
    "acm": Rule(),
    "alarm": Rule(),
    "alb": Rule(limit=32),
    "analyzer": Rule(),
    "asg": Rule(),
    "backup": Rule(limit=50),
    "budget": Rule(limit=100),
    "chatbot": Rule(limit=128),
    "config": Rule(limit=128),
    "dashboard": Rule(),
    "dynamodb": Rule(),
    "eip": Rule(),
    "events": Rule(limit=64),
    "flow": Rule(),
    "guardduty": Rule(),
    "igw": Rule(),
    "kms": Rule(limit=250),
    "lambda": Rule(limit=64),
    "listener": Rule(),
    "logs": Rule(limit=512),
    "lt": Rule(limit=128),
    "metric": Rule(limit=512),
    "metrics": Rule(),
    "nat": Rule(),
    "pcx": Rule(),
    "policy": Rule(limit=128),
    "profile": Rule(limit=128),
    "query": Rule(),
    "rds": Rule(limit=63, lower=True),
    "role": Rule(limit=64),
    "route53": Rule(),
    "rtb": Rule(),
    "s3": Rule(limit=63, lower=True),
    "scaling": Rule(),
    "secret": Rule(limit=512),
    "sg": Rule(),
    "sns": Rule(limit=256),
    "sqs": Rule(limit=80),
    "subnet": Rule(),
    "tg": Rule(limit=32),
    "trail": Rule(limit=128),
    "vpc": Rule(),
    "vpce": Rule(),
    "waf": Rule(limit=128),
}


@dataclass(frozen=True, kw_only=True)
class Names:
    """The names of one region.

    Parameters
    ----------
    environment
        What opens every name, in upper case: ``prod`` makes ``PROD-…``.
    suffix
        What opens every identifier.
    region
        The AWS region that ends every name.
    """

    environment: str
    suffix: str
    region: str

    def of(self, service: str, identifier: str, *, tail: str = "") -> str:
        """Name of one thing.

        Parameters
        ----------
        service
            A key of ``RULES``.
        identifier
            What tells the thing from others of its service: lower-case words and digits joined by hyphens.
        tail
            What stands before the region and is never cut. Nothing by default.

        Returns
        -------
        str
            ``PROD-{service}-{suffix}-{identifier}-{region}``, in the case and length that the service allows. The same
            arguments always make the same name, and different ones different names.

        Raises
        ------
        ValueError
            If the service is unknown or the identifier has other characters.
        """
        if service not in RULES:
            raise ValueError(f"no naming rule for service {service!r}, allowed: {', '.join(RULES)}")
        if not IDENTIFIER.fullmatch(identifier):
            raise ValueError(
                f"identifier {identifier!r} of a {service} name, allowed: lower-case words joined by hyphens"
            )
        rule = RULES[service]
        tail = f"{tail}-{self.region}" if tail else self.region
        name = f"{self.environment.upper()}-{service}-{self.suffix}-{identifier}-{tail}"
        short = name if len(name) <= rule.limit else _shortened(name, limit=rule.limit, tail=tail)
        return short.lower() if rule.lower else short

    def prefix(self, service: str) -> str:
        """What all names of one service open with, in any region, and those of other copies of the platform do not."""
        prefix = f"{self.environment.upper()}-{service}-{self.suffix}-"
        return prefix.lower() if RULES[service].lower else prefix


def _shortened(name: str, *, limit: int, tail: str) -> str:
    """Cut ``name`` in its middle: the tail stays where it leaves room for more than the hash."""
    digest = base64.b32encode(hashlib.sha256(name.encode()).digest()).decode().lower()[:HASH_LENGTH]
    end = f"-{digest}-{tail}"
    if limit - len(end) < HASH_LENGTH:
        end = f"-{digest}"
    return name[: limit - len(end)].rstrip("-") + end


def bucket_name(names: Names, identifier: str, account_id: str) -> str:
    """Name of a bucket, which always ends in the account and the region, however long the rest is.

    Bucket names are global: without the account nobody could build the same platform in a second account, and anybody
    could take the names first.

    Parameters
    ----------
    account_id
        Twelve digits, or a Terraform expression that becomes twelve digits.

    See https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html
    """
    return names.of("s3", identifier, tail=ACCOUNT).replace(ACCOUNT, account_id)
