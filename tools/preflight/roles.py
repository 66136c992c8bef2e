"""Service-linked roles: those that services would make by themselves, in several regions at the same moment.

A role is global, and the first calls of a new account can fail while IAM makes it known. So they are made first.

See https://docs.aws.amazon.com/IAM/latest/UserGuide/using-service-linked-roles.html; the failure is told at
https://github.com/terraform-aws-modules/terraform-aws-rds/issues/364
"""

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from tools.preflight.check import Check
from tools.preflight.errors import code_of, is_refusal
from tools.preflight.finding import ACCOUNT, Finding
from tools.preflight.subject import Look, Subject

SECONDS_UNTIL_KNOWN = 10.0
PATH = "/aws-service-role/"


@dataclass(frozen=True, kw_only=True)
class LinkedRole:
    """A service-linked role, and what needs it.

    Parameters
    ----------
    service : str
        The service that it trusts.
    name : str
        Its name.
    kind : str
        The type of resource in Terraform that makes the service want it.
    where : callable
        Tells whether a resource of that type does. By default each does.
    """

    service: str
    name: str
    kind: str
    where: Callable[[Mapping[str, Any]], bool] = lambda _: True

    def is_needed(self, look: Look) -> bool:
        """Tell whether the settings make something that needs it."""
        return any(self.where(one.body) for one in look.wanted(self.kind))


def _takes_spot(group: Mapping[str, Any]) -> bool:
    distribution = group.get("mixed_instances_policy", {}).get("instances_distribution", {})
    return int(distribution.get("on_demand_percentage_above_base_capacity", 100)) < 100  # noqa: PLR2004 - percent


#: The service names and the names of roles are those of each service's page "Using service-linked roles".
ROLES = (
    LinkedRole(service="autoscaling.amazonaws.com", name="AWSServiceRoleForAutoScaling", kind="aws_autoscaling_group"),
    LinkedRole(
        service="spot.amazonaws.com",
        name="AWSServiceRoleForEC2Spot",
        kind="aws_autoscaling_group",
        where=_takes_spot,
    ),
    LinkedRole(
        service="elasticloadbalancing.amazonaws.com", name="AWSServiceRoleForElasticLoadBalancing", kind="aws_lb"
    ),
    LinkedRole(service="rds.amazonaws.com", name="AWSServiceRoleForRDS", kind="aws_db_instance"),
    LinkedRole(
        service="wafv2.amazonaws.com",
        name="AWSServiceRoleForWAFV2Logging",
        kind="aws_wafv2_web_acl_logging_configuration",
    ),
    LinkedRole(
        service="replication.dynamodb.amazonaws.com",
        name="AWSServiceRoleForDynamoDBReplication",
        kind="aws_dynamodb_table",
        where=lambda table: bool(table.get("replica")),
    ),
    LinkedRole(
        service="config.amazonaws.com", name="AWSServiceRoleForConfig", kind="aws_config_configuration_recorder"
    ),
    LinkedRole(
        service="guardduty.amazonaws.com", name="AWSServiceRoleForAmazonGuardDuty", kind="aws_guardduty_detector"
    ),
    LinkedRole(
        service="securityhub.amazonaws.com", name="AWSServiceRoleForSecurityHub", kind="aws_securityhub_account"
    ),
    LinkedRole(
        service="inspector2.amazonaws.com", name="AWSServiceRoleForAmazonInspector2", kind="aws_inspector2_enabler"
    ),
    LinkedRole(
        service="agentless.inspector2.amazonaws.com",
        name="AWSServiceRoleForAmazonInspector2Agentless",
        kind="aws_inspector2_enabler",
    ),
    LinkedRole(
        service="access-analyzer.amazonaws.com",
        name="AWSServiceRoleForAccessAnalyzer",
        kind="aws_accessanalyzer_analyzer",
    ),
    LinkedRole(service="backup.amazonaws.com", name="AWSServiceRoleForBackup", kind="aws_backup_plan"),
    LinkedRole(
        service="restore-testing.backup.amazonaws.com",
        name="AWSServiceRoleForBackupRestoreTesting",
        kind="aws_backup_restore_testing_plan",
    ),
    LinkedRole(
        service="management.chatbot.amazonaws.com",
        name="AWSServiceRoleForAWSChatbot",
        kind="aws_chatbot_slack_channel_configuration",
    ),
    LinkedRole(
        service="management.chatbot.amazonaws.com",
        name="AWSServiceRoleForAWSChatbot",
        kind="aws_chatbot_teams_channel_configuration",
    ),
)


def needed(look: Look) -> dict[str, str]:
    """Return the names of the roles that the settings need and Terraform does not make, by service."""
    made = {str(one.body.get("aws_service_name")) for one in look.wanted("aws_iam_service_linked_role")}
    return {role.service: role.name for role in ROLES if role.service not in made and role.is_needed(look)}


def make_missing_roles(
    subject: Subject, *, tell: Callable[[str], None], wait: Callable[[float], None] = time.sleep
) -> list[str]:
    """Make the service-linked roles that the account lacks, and wait until IAM has made them known.

    Parameters
    ----------
    subject : Subject
        The account, and what needs them.
    tell : callable
        Takes a line for each that is made, and for each that cannot be.
    wait : callable
        Waits for so many seconds. By default it sleeps.

    Returns
    -------
    list of str
        The names of those that were made.
    """
    look = Look(subject=subject, place=ACCOUNT)
    try:
        missing = _missing(look)
    except ClientError as error:
        if not is_refusal(error):
            raise
        # Making one that exists is refused without harm.
        missing = needed(look)
    made = []
    for service, name in missing.items():
        try:
            look.client("iam").create_service_linked_role(AWSServiceName=service)
        except ClientError as error:
            if not _is_taken(error):
                tell(f"the service-linked role {name} could not be made: {error}")
        except BotoCoreError as error:
            tell(f"the service-linked role {name} could not be made: {error}")
        else:
            made.append(name)
            tell(f"service-linked role {name} was made")
    if made:
        wait(SECONDS_UNTIL_KNOWN)
    return made


def _missing(look: Look) -> dict[str, str]:
    # By path, which names the service: https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListRoles.html
    there = {one["Path"] for one in look.pages("iam", "list_roles", "Roles", PathPrefix=PATH)}
    return {service: name for service, name in needed(look).items() if f"{PATH}{service}/" not in there}


def _is_taken(error: ClientError) -> bool:
    return code_of(error) in {"InvalidInput", "EntityAlreadyExists"} and "taken" in str(error)


def _are_there(look: Look) -> Iterator[Finding]:
    missing = _missing(look)
    if missing:
        yield look.warns(
            f"the account lacks service-linked roles: {', '.join(missing.values())}; services make them by themselves, "
            "but the first calls in several regions can fail meanwhile",
            "run `make bootstrap`, which makes them, or make them by hand",
            f"for service in {' '.join(missing)}; do "
            'aws iam create-service-linked-role --aws-service-name "$service"; done',
        )


CHECKS = (Check(name="service-linked roles", place="account", run=_are_there, actions=("iam:ListRoles",)),)
