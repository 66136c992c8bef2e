"""IAM: service-linked roles by AWS's names, made by the first call that needs one.

moto makes them only when it is told to, names them in its own way, and makes the same one twice.
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_aws-services-that-work-with-iam.html
"""

from moto.iam import models
from moto.iam.exceptions import IAMException
from moto.iam.models import IAMBackend, Role, iam_backends

from tools.emulator import account
from tools.emulator.call import Call
from tools.emulator.helpers.replacing import Method, wrap
from tools.emulator.refusal import Refusal

#: The first of these calls makes the role of its service.
MADE_BY = {
    ("accessanalyzer", "CreateAnalyzer"): "access-analyzer",
    ("autoscaling", "CreateAutoScalingGroup"): "autoscaling",
    ("backup", "CreateBackupVault"): "backup",
    ("elbv2", "CreateLoadBalancer"): "elasticloadbalancing",
    ("guardduty", "CreateDetector"): "guardduty",
    ("inspector2", "Enable"): "inspector2",
    ("rds", "CreateDBInstance"): "rds",
    ("rds", "CreateDBSubnetGroup"): "rds",
    ("securityhub", "EnableSecurityHub"): "securityhub",
    ("wafv2", "PutLoggingConfiguration"): "wafv2",
}


class TakenError(IAMException):
    """There is such a role already."""

    code = "InvalidInput"

    def __init__(self, name: str) -> None:
        super().__init__(f"Service role name {name} has been taken in this account, please try a different suffix.")


def create_service_linked_role(
    original: Method, backend: IAMBackend, service_name: str, description: str, suffix: str
) -> Role:
    """Refuse a role that is there already, with the error that Terraform and scripts look for."""
    service = service_name.split(".", maxsplit=1)[0]
    name = f"AWSServiceRoleFor{account.SERVICE_LINKED_ROLES.get(service, service)}" + (f"_{suffix}" if suffix else "")
    if any(role.name == name for role in backend.roles.values()):
        raise TakenError(name)
    role: Role = original(backend, service_name, description, suffix)
    return role


def judge(call: Call) -> Refusal | None:
    """Make the role that a call needs; refuse the first call of RDS in a new account.

    AWS makes the role while it answers, and RDS does not wait until the role is seen everywhere: the first call in a
    new account can be answered with "Unable to create the resource. Verify that you have permission to create service
    linked role". So it is always in an account of the kind ``new``, and whoever makes the role first is not concerned.

    https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/UsingWithRDS.IAM.ServiceLinkedRoles.html
    """
    service = MADE_BY.get((call.service, call.operation))
    if service is None or _is_there(service):
        return None
    backend = iam_backends[account.account_id()]["aws"]
    backend.create_service_linked_role(f"{service}.amazonaws.com", "", "")
    if service == "rds" and account.kind() is account.Kind.NEW:
        message = "Unable to create the resource. Verify that you have permission to create service linked role. "
        return Refusal(code="InvalidParameterValue", message=f"{message}Otherwise wait and try again later")
    return None


def _is_there(service: str) -> bool:
    roles = iam_backends[account.account_id()]["aws"].roles.values()
    return any(role.name == f"AWSServiceRoleFor{account.SERVICE_LINKED_ROLES[service]}" for role in roles)


def apply() -> None:
    """Apply the patches."""
    models.SERVICE_NAME_CONVERSION.update(account.SERVICE_LINKED_ROLES)
    wrap(IAMBackend, "create_service_linked_role", create_service_linked_role)
