"""What Terraform says went wrong, and what the project knows to do about it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

_REFUSED = "is not authorized to perform:"
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
        ("NoSuchBucket", "S3 bucket"),
        "the bucket that keeps the state is missing: run `make bootstrap` (`make local-start` on the emulator)",
    ),
    (
        ("No valid credential sources", "no valid credential", "ExpiredToken", "InvalidClientTokenId"),
        "give AWS credentials that work: `aws sts get-caller-identity` must answer in this shell",
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
            "turn it off in the settings (`database.deletion_protection`, `sessions.deletion_protection`) and apply, "
            "then again; on the emulator `make local-down` lifts it by itself"
        ),
    ),
    (
        ("connection refused",),
        "nothing listens at the endpoint: the emulator has ended; `make local-down`, then start again",
    ),
)
_LOCK_HEADLINE = "Error acquiring the state lock"
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
    def lock(self) -> dict[str, str] | None:
        """Who holds the state lock, by Terraform's field names; None where the lock is not what is wrong."""
        held = _LOCK_HEADLINE in self.summary and _REFUSED not in self.detail
        return dict(_LOCK_FIELD.findall(self.detail)) if held else None


def read_plain(lines: list[str]) -> list[Diagnostic]:
    """Find the errors in Terraform's output for humans, as commands without `-json` give it."""
    found: list[list[str]] = []
    for line in lines:
        if match := _PLAIN_ERROR.match(line):
            found.append([match[1]])
        elif found:
            found[-1].append(line.strip("│╵ \t\n"))
    return [Diagnostic(summary=summary, detail="\n".join(rest).strip()) for summary, *rest in found]


def describe(*, diagnostics: list[Diagnostic], unlock: str) -> tuple[str, str | None]:
    """Say what is wrong and what to do about it.

    Parameters
    ----------
    diagnostics : list of Diagnostic
        At least one.
    unlock : str
        The command that removes the state lock; `{id}` in it stands for the lock's id.

    Returns
    -------
    tuple
        The text, and the advice, which is None where the cause is not a known one.
    """
    for diagnostic in diagnostics:
        if (lock := diagnostic.lock) is not None:
            return _describe_lock(lock, unlock)
    text = "\n".join(dict.fromkeys(diagnostic.text for diagnostic in diagnostics))
    advice = next((advice for signs, advice in _CAUSES if any(sign in text for sign in signs)), None)
    return text, advice


def _describe_lock(lock: Mapping[str, str], unlock: str) -> tuple[str, str]:
    get = {name: lock.get(name) or "unknown" for name in ("ID", "Path", "Operation", "Who", "Created")}
    operation = get["Operation"].removeprefix("OperationType").lower()
    return (
        f"the state {get['Path']} is locked by {get['Who']} since {get['Created']} ({operation}, lock id {get['ID']})",
        f"wait until that run ends; if it was killed and no longer runs: {unlock.format(id=get['ID'])}",
    )


def _indented(text: str) -> str:
    return "\n".join(f"  {line}".rstrip() for line in text.splitlines())
