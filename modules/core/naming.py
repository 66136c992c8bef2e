"""Physical names of resources: ``PROD-{service}-{identifier}-{region}``.

The identifier begins with the setting ``environment_suffix``, so that two copies of the platform can share one account.
Where AWS forbids upper case, the name is in lower case. A name that is too long for AWS is cut and gets a hash of the
whole name, so that different names stay different.
"""

from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import dataclass

HASH_LENGTH = 8
#: Placeholder for an account id, of the same length.
ACCOUNT = "0" * 12
IDENTIFIER = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


@dataclass(frozen=True, kw_only=True)
class Rule:
    """Limits of AWS for the names of one service: the number of characters, and whether they must be lower case."""

    limit: int = 255
    lower: bool = False


#: By the service's word in the name. Each limit is that of the API call that creates the resource.
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
    "states": Rule(limit=80),
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
        The first part of every name, in upper case: ``prod`` makes ``PROD-…``.
    suffix
        The first part of every identifier.
    region
        The AWS region, the last part of every name.
    """

    environment: str
    suffix: str
    region: str

    def of(self, service: str, identifier: str, *, tail: str = "", rule: Rule | None = None) -> str:
        """Name of one resource.

        Parameters
        ----------
        service
            A key of ``RULES``, or with ``rule`` any word in lower case.
        identifier
            The part that tells the resource from others of its service: lower-case words and digits joined by hyphens.
        tail
            A part before the region that is never cut. None by default.
        rule
            Limits of AWS for the service's names. By default those in ``RULES``.

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
        rule = rule or RULES.get(service)
        if rule is None:
            raise ValueError(f"no naming rule for service {service!r}, allowed: {', '.join(RULES)}")
        if not IDENTIFIER.fullmatch(identifier):
            raise ValueError(
                f"identifier {identifier!r} of a {service} name, allowed: lower-case words joined by hyphens"
            )
        tail = f"{tail}-{self.region}" if tail else self.region
        name = f"{self.environment.upper()}-{service}-{self.suffix}-{identifier}-{tail}"
        short = name if len(name) <= rule.limit else _shortened(name, limit=rule.limit, tail=tail)
        return short.lower() if rule.lower else short

    @property
    def path(self) -> str:
        """What the names of the platform's parameters in Systems Manager begin with. It is the same in every region.

        A hierarchy begins with the environment, as AWS recommends, and not with the prefix of other names.

        See https://docs.aws.amazon.com/systems-manager/latest/userguide/sysman-paramstore-hierarchies.html
        """
        return f"/{self.environment.upper()}/{self.suffix}"

    def prefix(self, service: str) -> str:
        """Prefix of all names of one service, in any region. Other copies of the platform have another prefix."""
        prefix = f"{self.environment.upper()}-{service}-{self.suffix}-"
        return prefix.lower() if RULES[service].lower else prefix


def _shortened(name: str, *, limit: int, tail: str) -> str:
    """Cut ``name`` in its middle. The tail stays if it leaves room for more than the hash."""
    digest = base64.b32encode(hashlib.sha256(name.encode()).digest()).decode().lower()[:HASH_LENGTH]
    end = f"-{digest}-{tail}"
    if limit - len(end) < HASH_LENGTH:
        end = f"-{digest}"
    return name[: limit - len(end)].rstrip("-") + end


def bucket_name(names: Names, identifier: str, account_id: str) -> str:
    """Name of a bucket. It always ends in the account and the region, however long the rest is.

    Bucket names are global. Without the account the same platform could not be built in a second account, and anyone
    could take the names first.

    Parameters
    ----------
    account_id
        Twelve digits, or a Terraform expression that becomes twelve digits.

    See https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html
    """
    return names.of("s3", identifier, tail=ACCOUNT).replace(ACCOUNT, account_id)
