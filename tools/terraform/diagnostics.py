"""What Terraform says went wrong, and what the project knows to do about it."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Self

from tools.terraform.place import Place

_REFUSED = "is not authorized to perform:"
_EXPIRED = (
    "ExpiredToken",
    "RequestExpired",
    "security token included in the request is expired",
    "SSO session has expired",
    "session associated with this profile has expired",
    "SSO token",
    "InvalidGrantException",
)
_REJECTED = (
    "No valid credential sources",
    "no valid credential",
    "InvalidClientTokenId",
    "InvalidAccessKeyId",
    "UnrecognizedClientException",
    "security token included in the request is invalid",
)
_UNSAVED = ("Failed to persist state", "Failed to save state", "errored.tfstate")
_UNHEARD = ("connection refused",)
_UNSEEN = (*_UNHEARD, "context canceled", "request send failed", "timeout while waiting for state")
_CAUSES = (
    # First, because what Terraform says of a refused lock speaks of the bucket too.
    (
        (
            f"{_REFUSED} dynamodb:PutItem",
            f"{_REFUSED} s3:PutObject",
            f"{_REFUSED} secretsmanager:GetSecretValue",
        ),
        (
            "this role may only look, and an ordinary plan locks the state and reads the database's password: "
            "`make plan-only` plans for review without either"
        ),
    ),
    (
        (f"{_REFUSED} kms:",),
        (
            "these credentials may not use that key: the deployer's policies (docs/permissions.md) allow it, and the "
            "key's own policy must allow whoever has them"
        ),
    ),
    (
        # Not the words "S3 bucket", which are in whatever Terraform says of the state.
        ("NoSuchBucket", "The referenced S3 bucket must have been previously created"),
        "the bucket that keeps the state is missing: run `make bootstrap` (`make local-start` on the emulator)",
    ),
    (
        ("AWS account ID not allowed", "AWS Account ID not allowed"),
        "these credentials belong to another account than the settings name: change `account_id` or the credentials",
    ),
    (
        ("any of the checksums", "cached package for", "Provider dependency changes detected"),
        (
            "this is not the provider whose hashes .terraform.lock.hcl has, or the state asks for another one: find "
            "out where it comes from; docs/supply-chain.md says how hashes of another platform or version get in"
        ),
    ),
    (
        ("locked provider", "Inconsistent dependency lock file"),
        "what is synthesized needs another provider version than .terraform.lock.hcl has: see docs/supply-chain.md",
    ),
    (
        ("Failed to query available provider", "Failed to install provider", "Missing required provider"),
        (
            "the provider comes from the registry or from a mirror: check the internet access, or let "
            "MERIDIAN_PROVIDER_MIRROR name a directory that holds registry.terraform.io/hashicorp/aws/<version>; "
            "others are not looked for on an AWS account, and passed over if somebody else can write them"
        ),
    ),
    (
        ("Saved plan is stale", "Saved plan does not match"),
        "something changed the state since the plan was made: plan again and apply that plan",
    ),
    (
        ("Instance cannot be destroyed", "prevent_destroy"),
        "the settings forbid it: set `prevent_destroy` of that area to false (`database.prevent_destroy`), then again",
    ),
    (
        ("disable deletion protection", "deletion protection enabled", "DeletionProtection"),
        (
            "if it is to go only because an earlier run was broken off while it was being made: `{recover}`; else turn "
            "it off in the settings (`database.deletion_protection`, `sessions.deletion_protection`) and apply, then "
            "again; on the emulator `make local-down` lifts it by itself"
        ),
    ),
)
_LOG_IN = "the credentials have expired: log in again, as with `aws sso login`"
_GIVE = "give AWS credentials that work: `aws sts get-caller-identity` must answer in this shell"
_LOCK_HEADLINE = "Error acquiring the state lock"
# What S3 and DynamoDB answer where a lock is there, or being made, at this very moment.
_LOCK_SIGNS = ("PreconditionFailed", "ConditionalCheckFailed", "ConditionalRequestConflict", "lock already exists")
_LOCK_FIELD = re.compile(r"^\s+(ID|Path|Operation|Who|Created):[ \t]+(\S.*?)\s*$", re.MULTILINE)
_PLAIN_ERROR = re.compile(r"^[│\s]*Error: (.+)$")


@dataclass(frozen=True, kw_only=True)
class Diagnostic:
    """One error of Terraform's.

    Parameters
    ----------
    summary : str
        Its headline.
    detail : str
        Its text; often empty.
    address : str
        The resource that it is about; empty if about none.
    """

    summary: str
    detail: str = ""
    address: str = ""

    @classmethod
    def of(cls, document: Mapping[str, Any]) -> Self:
        """Read one from Terraform's JSON."""
        return cls(
            summary=str(document.get("summary", "")).strip(),
            detail=str(document.get("detail") or "").strip(),
            address=str(document.get("address") or ""),
        )

    @property
    def text(self) -> str:
        """Headline, resource and detail on lines of their own."""
        head = f"{self.summary} ({self.address})" if self.address else self.summary
        return f"{head}\n{_indented(self.detail)}" if self.detail else head

    @property
    def is_unseen(self) -> bool:
        """Whether it tells nothing of how a call, or what it began, came out: who waited for that went away."""
        return any(sign in self.text for sign in _UNSEEN + _EXPIRED)

    @property
    def lock(self) -> dict[str, str] | None:
        """Who holds the state lock, by Terraform's field names; None where a held lock is not what is wrong.

        It is empty where the lock could not be read, because its run has just ended for one.
        """
        if _LOCK_HEADLINE not in self.summary:
            return None
        fields = dict(_LOCK_FIELD.findall(self.detail))
        return fields if fields or any(sign in self.detail for sign in _LOCK_SIGNS) else None


def read_plain(lines: list[str]) -> list[Diagnostic]:
    """Find the errors in Terraform's output for humans, as commands without `-json` give it."""
    found: list[list[str]] = []
    for line in lines:
        if match := _PLAIN_ERROR.match(line):
            found.append([match[1]])
        elif found:
            found[-1].append(line.strip("│╵ \t\n"))
    return [Diagnostic(summary=summary, detail="\n".join(rest).strip()) for summary, *rest in found]


def describe(*, diagnostics: list[Diagnostic], place: Place, outlook: str) -> tuple[str, str | None]:
    """Say what is wrong and what to do about it.

    Parameters
    ----------
    diagnostics : list of Diagnostic
        At least one.
    place : Place
        What the advice names.
    outlook : str
        What comes of a command that broke off, and how it is gone on with.

    Returns
    -------
    tuple
        The text, and the advice, which is None where the cause is not a known one.
    """
    for diagnostic in diagnostics:
        if (lock := diagnostic.lock) is not None:
            return _describe_lock(lock, place)
    text = "\n".join(dict.fromkeys(diagnostic.text for diagnostic in diagnostics))

    def says(signs: Iterable[str]) -> bool:
        return any(sign in text for sign in signs)

    if place.local and says(_UNHEARD):
        return text, (
            "nothing listens at the endpoint: the emulator has ended, and all that it held went with it, the state "
            "too; `make local-down`, then start again"
        )
    credentials = _LOG_IN if says(_EXPIRED) else _GIVE if says(_REJECTED) else None
    if says(_UNSAVED):
        return text, f"{credentials}; then {place.push}" if credentials else place.push
    if credentials:
        return text, f"{credentials}; {outlook}"
    advice = next((advice for signs, advice in _CAUSES if says(signs)), None)
    return text, advice and advice.replace("{recover}", place.recover)


def _describe_lock(lock: Mapping[str, str], place: Place) -> tuple[str, str]:
    if not lock:
        return (
            (
                "the state is locked by another run, and Terraform could not read by which: the lock, "
                f"{place.lock}, has just come or gone"
            ),
            "let that run come to its end, and run again: a lock that stays will be told with its holder",
        )
    get = {name: lock.get(name) or "unknown" for name in ("ID", "Path", "Operation", "Who", "Created")}
    operation = get["Operation"].removeprefix("OperationType").lower()
    return (
        f"the state {get['Path']} is locked by {get['Who']} since {get['Created']} ({operation}, lock id {get['ID']})",
        (
            f"wait until that run ends; if it was killed and no longer runs: {place.unlock.format(id=get['ID'])}, and "
            f"then `{place.recover}`, because it may have made what is in no state"
        ),
    )


def _indented(text: str) -> str:
    return "\n".join(f"  {line}".rstrip() for line in text.splitlines())
