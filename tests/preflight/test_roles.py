from typing import Any

import pytest

from tests.support.aws_answers import REGION, ask, refusal, stack, subject
from tests.support.region_sets import ONE
from tests.support.synthesized import platform
from tools.preflight import Severity, make_missing_roles
from tools.preflight.roles import ROLES

CHECK = "service-linked roles"
MADE = stack(
    aws_autoscaling_group=1,
    aws_db_instance=1,
    aws_dynamodb_table=1,
    aws_config_configuration_recorder=1,
    aws_iam_service_linked_role=[{"aws_service_name": "config.amazonaws.com"}],
)
AUTOSCALING, RDS = "autoscaling.amazonaws.com", "rds.amazonaws.com"


def roles(*services: str) -> dict[str, Any]:
    found = [{"Path": f"/aws-service-role/{one}/", "RoleName": "x"} for one in services]
    return {"iam.list_roles": {"Roles": found}}


class Iam:
    """Makes roles, or answers with an error of a service's."""

    def __init__(self, **errors: Exception) -> None:
        self.made: list[str] = []
        self.waited: list[float] = []
        self.said: list[str] = []
        self._errors = {service.replace("_", "."): error for service, error in errors.items()}

    def create(self, _region: str, **question: Any) -> Any:
        service = question["AWSServiceName"]
        if service in self._errors:
            return self._errors[service]
        self.made.append(service)
        return {"Role": {}}

    def make(self, answers: dict[str, Any]) -> list[str]:
        answers = answers | {"iam.create_service_linked_role": self.create}
        return make_missing_roles(subject(answers, MADE), tell=self.said.append, wait=self.waited.append)


def test_missing_roles_are_told_with_the_line_that_makes_them() -> None:
    assert ask(CHECK, roles(AUTOSCALING, RDS), MADE) == []
    (finding,) = ask(CHECK, roles(AUTOSCALING), MADE)
    assert finding.severity is Severity.WARNS
    assert "AWSServiceRoleForRDS" in finding.what
    assert finding.paste[0].startswith(f"for service in {RDS}; do aws iam create-service-linked-role ")


def test_only_what_the_settings_use_is_wanted() -> None:
    assert ask(CHECK, roles(), stack()) == []
    (finding,) = ask(CHECK, roles(AUTOSCALING, RDS), MADE | stack(aws_dynamodb_table=[{"replica": [{}]}]))
    assert "AWSServiceRoleForDynamoDBReplication" in finding.what


@pytest.mark.parametrize(("percentage", "spot"), [(100, False), (50, True)])
def test_spot_instances_want_a_role_of_their_own(*, percentage: int, spot: bool) -> None:
    distribution = {"on_demand_percentage_above_base_capacity": percentage}
    group = {"mixed_instances_policy": {"instances_distribution": distribution}}
    findings = ask(CHECK, roles(AUTOSCALING), stack(aws_autoscaling_group=[group]))
    assert ["AWSServiceRoleForEC2Spot" in one.what for one in findings] == ([True] if spot else [])


def test_missing_roles_are_made_once_and_waited_for() -> None:
    iam = Iam()
    assert iam.make(roles(AUTOSCALING)) == ["AWSServiceRoleForRDS"]
    assert iam.made == [RDS]
    assert iam.waited == [10.0]
    assert iam.said == ["service-linked role AWSServiceRoleForRDS was made"]


def test_nothing_is_made_and_nobody_waits_where_none_is_missing() -> None:
    iam = Iam()
    assert iam.make(roles(AUTOSCALING, RDS)) == []
    assert (iam.made, iam.waited, iam.said) == ([], [], [])


def test_a_role_that_someone_made_meanwhile_is_fine() -> None:
    taken = refusal("InvalidInput", "Service role name AWSServiceRoleForRDS has been taken in this account")
    iam = Iam(rds_amazonaws_com=taken)
    assert iam.make(roles(AUTOSCALING)) == []
    assert iam.said == []


def test_a_role_that_may_not_be_made_is_told_and_the_others_are_made() -> None:
    iam = Iam(autoscaling_amazonaws_com=refusal("AccessDenied"))
    assert iam.make(roles()) == ["AWSServiceRoleForRDS"]
    assert "AWSServiceRoleForAutoScaling could not be made" in iam.said[0]


def test_roles_are_made_without_the_permission_to_list_them() -> None:
    iam = Iam()
    iam.make({"iam.list_roles": refusal("AccessDenied")})
    assert iam.made == [AUTOSCALING, RDS]


def test_every_role_that_the_platform_wants_is_of_a_resource_that_it_makes() -> None:
    made = platform(*ONE).json["resource"]
    wanted = {one.name for one in ROLES if one.kind in made}
    assert {"AWSServiceRoleForRDS", "AWSServiceRoleForAutoScaling", "AWSServiceRoleForWAFV2Logging"} <= wanted
    assert REGION in ONE
