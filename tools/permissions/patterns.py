"""From the ARN of one call to the pattern that a policy names."""

import re
from dataclasses import dataclass

from modules.settings import Settings
from tools.emulator.iam import reference
from tools.emulator.iam.question import Question

ARN_PARTS = 6
#: Stands for the account where the settings name none; to be replaced before the policy is used.
ACCOUNT = "ACCOUNT_ID"
#: What holds the journals of failovers: whoever reads what is in them must not read other tables of the platform.
JOURNALS = "-failover-"


@dataclass(frozen=True, kw_only=True)
class Patterns:
    """Turns recorded ARNs into patterns by how the platform calls things.

    Parameters
    ----------
    environment : str
        What opens every name.
    suffix : str
        What opens every identifier.
    recorded_account : str
        The account of the recording.
    account : str
        The account that the policies are for.
    """

    environment: str
    suffix: str
    recorded_account: str
    account: str

    @classmethod
    def of(cls, settings: Settings, *, recorded_account: str) -> "Patterns":
        """Return those of the settings."""
        return cls(
            environment=settings.environment,
            suffix=settings.environment_suffix,
            recorded_account=recorded_account,
            account=settings.account_id or ACCOUNT,
        )

    def of_question(self, question: Question) -> str:
        """Return the pattern that allows a question in any region, for anything of the platform's.

        What bears a name of the platform's is held to these names; what AWS gives an id is held to its kind.
        """
        arn = question.resource
        if arn == "*":
            return self._any(question.action)
        *front, name = arn.split(":", ARN_PARTS - 1)
        front[3] = front[3] and "*"
        front[4] = self.account if front[4] == self.recorded_account else front[4]
        return ":".join([*front, self._name(question, name)])

    def name(self, text: str) -> str | None:
        """Return ``text`` cut after what opens the platform's names of one service; None if it has no such name."""
        environment, suffix = re.escape(self.environment), re.escape(self.suffix)
        # Parameters of Systems Manager have a path, see `Names.path`.
        form = rf"{environment}-[a-z0-9]+-{suffix}-|(?<=^parameter/){environment}/{suffix}/"
        match = re.search(form, text, re.IGNORECASE)
        return f"{text[: match.end()]}*" if match else None

    def alias(self, alias: str) -> str:
        """Return the pattern of a key's alias in any region."""
        return re.sub(r"-[a-z]{2}(-[a-z]+)+-[0-9]$", "-*", alias)

    def _name(self, question: Question, name: str) -> str:
        if question.resource.startswith("arn:aws:s3:::") and "/" in name:
            bucket, _, key = name.partition("/")
            return f"{bucket.partition(f'-{self.recorded_account}')[0]}-*/{key}"
        journals = f"{name.partition(JOURNALS)[0]}{JOURNALS}*" if _scans_journals(question) else None
        if named := journals or self.name(name):
            return named
        if name.startswith("role/aws-service-role/"):
            return "/".join([*name.split("/")[:3], "*"])
        # A role to assume is one that the settings name.
        if question.action == "sts:AssumeRole" or name.startswith(
            ("oidc-provider/", "parameter/aws/service/", "policy/meridian-", "role/meridian-", "servicesetting/")
        ):
            return name
        kind = reference.kind_of(question.action, question.resource)
        if kind is None:
            return name
        return reference.arn(kind.arn, region="*", account_id="*").split(":", ARN_PARTS - 1)[-1]

    def _any(self, action: str) -> str:
        """Return ``*`` where the API takes no ARN, else any of the first kind that it takes."""
        kinds = reference.resource_types(action)
        return reference.arn(kinds[0].arn, region="*", account_id=self.account) if kinds else "*"


def _scans_journals(question: Question) -> bool:
    return question.action == "dynamodb:Scan" and JOURNALS in question.resource
