"""Calls that a life need not make: they come only where something is there, or goes wrong.

Each tool lists the actions that it uses, beside the code that uses them. They count as if they had been recorded.
`tools/upgrades.py` is not among them: it reads the plan, and asks AWS nothing.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from modules.areas.failover.description import IDENTIFIER
from modules.settings import Settings
from tools import rollout
from tools.destruction import content, staying, survey
from tools.emulator.iam import reference
from tools.emulator.iam.question import Question
from tools.failback import guard
from tools.permissions import delivery
from tools.preflight import roles
from tools.preflight.checks import CHECKS
from tools.recovery import backend
from tools.recovery import table as recovery
from tools.state_place import NOTE

CHECKED = frozenset(action for check in CHECKS for action in check.actions)
#: What is looked at by the platform's names, or told of one thing alone, and of nothing else in the account.
BY_NAME = frozenset(
    {"iam:GetRole", "kms:DescribeKey", "s3:GetObject", "s3:ListBucket", "secretsmanager:DescribeSecret"}
)
#: The one setting of Systems Manager that the platform has, and whoever may put it back.
SERVICE_SETTING = "servicesetting/ssm/documents/console/public-sharing-permission"
#: What Terraform calls when regions come and go, and when all goes; a life in the same regions sees the half of it.
#: https://docs.aws.amazon.com/service-authorization/latest/reference/list_awssecurityhub.html
AGGREGATOR = (
    "securityhub:DeleteFindingAggregator",
    "securityhub:GetFindingAggregator",
    "securityhub:UpdateFindingAggregator",
)
#: https://docs.aws.amazon.com/service-authorization/latest/reference/list_awscloudtrail.html
TRAIL = ("cloudtrail:DeleteTrail", "cloudtrail:RemoveTags", "cloudtrail:StopLogging", "cloudtrail:UpdateTrail")
#: What Terraform calls when the settings make another instance the writer, or a major version is upgraded; and what
#: the deletion of an instance with a final snapshot takes besides.
#: https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonrds.html
PROMOTION, SNAPSHOT = "rds:PromoteReadReplica", "rds:CreateDBSnapshot"
#: https://docs.aws.amazon.com/service-authorization/latest/reference/list_awssystemsmanager.html
SETTING = ("ssm:GetServiceSetting", "ssm:ResetServiceSetting", "ssm:UpdateServiceSetting")


@dataclass(frozen=True, kw_only=True)
class Look:
    """Actions that only read, and read whatever the account holds: they are allowed on `*`, in one statement.

    Parameters
    ----------
    sid : str
        What the statement is called.
    roles : tuple of str
        Who looks.
    actions : frozenset of str
        The actions.
    """

    sid: str
    roles: tuple[str, ...]
    actions: frozenset[str]


#: An action of several of them is in the first. `make plan-only` runs no preflight, so the planner looks at neither.
LOOKS = (
    Look(sid="LookWhatKeysEncrypt", roles=("deployer",), actions=frozenset(survey.ACTIONS)),
    Look(sid="LookWhatStopsADeployment", roles=("bootstrap", "deployer"), actions=CHECKED - BY_NAME),
    Look(sid="LookWhatAKilledBootstrapHasLeft", roles=("bootstrap",), actions=frozenset(backend.ACTIONS)),
    Look(sid="LookWhatAKilledApplyHasLeft", roles=("deployer",), actions=frozenset(recovery.ACTIONS) - BY_NAME),
)


def looks_of(role: str) -> dict[str, frozenset[str]]:
    """Return the actions that a role may read with whatever it is about, by the name of their statement."""
    found: dict[str, frozenset[str]] = {}
    for look in LOOKS:
        if role in look.roles:
            found[look.sid] = look.actions - frozenset().union(*found.values())
    return found


def declared(role: str, *, settings: Settings, account: str) -> list[Question]:
    """Return what a role may come to ask, whether or not a life has seen it.

    Parameters
    ----------
    role : str
        Who asks.
    settings : Settings
        Whose names and regions are asked about.
    account : str
        The account of the recording, which the questions are about as well.
    """
    asker = _Asker(settings, account)
    found = [asker.of_any(action) for actions in looks_of(role).values() for action in sorted(actions)]
    found.append(asker.of_the_note())
    if role in {"bootstrap", "deployer"}:
        found += [*asker.of_names(), *asker.of_linked_roles()]
    if role in {"planner", "deployer"}:
        found += [*asker.of_the_zone(), *asker.of_failovers()]
    if settings.delivery.github.repository:
        found += asker.of_delivery(role)
    if role == "deployer":
        found += [*asker.of_groups(), *asker.of_what_goes(), *asker.of_the_baseline(), *asker.of_the_trail()]
        found += asker.of_databases()
    return found


class _Asker:
    def __init__(self, settings: Settings, account: str) -> None:
        self._zone_role = settings.entry.zone_role_arn
        self._account = account
        self._region = settings.home
        self._fails_over = settings.fails_over
        self._opening = f"{settings.environment.upper()}-{{}}-{settings.environment_suffix}-"

    def of_any(self, action: str) -> Question:
        """Ask about any of the first kind of things that the action is about."""
        kinds = reference.resource_types(action)
        if not kinds:
            return Question(action=action, resource="*", region=self._region)
        resource = reference.arn(kinds[0].arn, region=self._region, account_id=self._account)
        return Question(action=action, resource=resource, region=self._region)

    def of_the_note(self) -> Question:
        """Ask whether the state is kept elsewhere."""
        bucket = self._bucket().replace("any-", "state-", 1)
        return self._of("s3:GetObject", f"{bucket}/{NOTE}")

    def of_names(self) -> Iterator[Question]:
        """Ask for what the preflight looks up by the platform's names."""
        yield self._of("kms:DescribeKey", f"arn:aws:kms:{self._region}:{self._account}:key/00000000")
        yield self._of("s3:ListBucket", self._bucket())
        secret = f"{self._name('secret')}any"
        yield self._of(
            "secretsmanager:DescribeSecret",
            f"arn:aws:secretsmanager:{self._region}:{self._account}:secret:{secret}",
        )

    def of_linked_roles(self) -> Iterator[Question]:
        """Ask for every service-linked role that some settings need."""
        yield self._of("iam:ListRoles", "*")
        for role in roles.ROLES:
            yield Question(
                action="iam:CreateServiceLinkedRole",
                resource=f"arn:aws:iam::{self._account}:role{roles.PATH}{role.service}/{role.name}",
                region=self._region,
                keys={"iam:AWSServiceName": (role.service,)},
            )

    def of_groups(self) -> Iterator[Question]:
        """Ask for what following a rollout takes, and setting a group back."""
        group = f"autoScalingGroup:*:autoScalingGroupName/{self._name('asg')}any"
        for action in rollout.ACTIONS:
            about = reference.resource_types(action)
            resource = f"arn:aws:autoscaling:{self._region}:{self._account}:{group}" if about else "*"
            yield self._of(action, resource)

    def of_what_goes(self) -> Iterator[Question]:
        """Ask for what a destruction looks at in the platform's own buckets and vaults."""
        vault = f"arn:aws:backup:{self._region}:{self._account}:backup-vault:{self._name('backup')}any"
        for action in (*content.ACTIONS, *staying.ACTIONS):
            yield self._of(action, self._bucket() if action.startswith("s3:") else vault)

    def of_failovers(self) -> Iterator[Question]:
        """Ask for what is looked at before a plan where the writer can be moved (`tools/failback/guard.py`)."""
        if not self._fails_over:
            return
        scan, describe = guard.ACTIONS
        opening = f"{self._region}:{self._account}"
        yield self._of(scan, f"arn:aws:dynamodb:{opening}:table/{self._name('dynamodb')}{IDENTIFIER}-any")
        yield self._of(describe, f"arn:aws:secretsmanager:{opening}:secret:{self._name('secret')}any")
        yield Question(
            action="kms:Decrypt",
            resource=f"arn:aws:kms:{opening}:key/00000000",
            region=self._region,
            keys={
                "kms:ViaService": (f"dynamodb.{self._region}.amazonaws.com",),
                "kms:ResourceAliases": (f"alias/{self._name('kms')}data-{self._region}",),
            },
        )

    def of_databases(self) -> Iterator[Question]:
        """Ask for the promotion and the final snapshot of one of the platform's databases."""
        name, opening = self._name("rds").lower(), f"arn:aws:rds:{self._region}:{self._account}"
        yield self._of(PROMOTION, f"{opening}:db:{name}any")
        yield self._of(SNAPSHOT, f"{opening}:db:{name}any")
        yield self._of(SNAPSHOT, f"{opening}:snapshot:{name}any")

    def of_the_trail(self) -> Iterator[Question]:
        """Ask for what Terraform does with a trail that changes or goes."""
        trail = f"arn:aws:cloudtrail:{self._region}:{self._account}:trail/{self._name('trail')}any"
        yield from (self._of(action, trail) for action in TRAIL)

    def of_the_baseline(self) -> Iterator[Question]:
        """Ask for what Terraform does with the setting and the aggregator in all of their life."""
        yield self._of("securityhub:CreateFindingAggregator", "*")
        for action in AGGREGATOR:
            yield self._of(action, f"arn:aws:securityhub:{self._region}:{self._account}:finding-aggregator/any")
        for action in SETTING:
            yield self._of(action, f"arn:aws:ssm:{self._region}:{self._account}:{SERVICE_SETTING}")

    def of_the_zone(self) -> Iterator[Question]:
        """Ask for the role of the account that has the hosted zone."""
        if self._zone_role:
            yield self._of("sts:AssumeRole", self._zone_role)

    def of_delivery(self, role: str) -> Iterator[Question]:
        """Ask for what the roles of GitHub take."""
        yield from (self._of(action, arn) for action, arn in delivery.asked(role, account=self._account))

    def _of(self, action: str, resource: str) -> Question:
        return Question(action=action, resource=resource, region=self._region)

    def _bucket(self) -> str:
        return f"arn:aws:s3:::{self._name('s3').lower()}any-{self._account}-{self._region}"

    def _name(self, service: str) -> str:
        return self._opening.format(service)
