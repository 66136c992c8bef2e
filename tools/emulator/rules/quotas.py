"""Quotas of the account that an apply can meet. `tools.emulator.account` has the numbers."""

from moto.ec2.models import ec2_backends
from moto.route53.models import route53_backends

from tools.emulator import account, capacity
from tools.emulator.account import account_id
from tools.emulator.call import Call
from tools.emulator.helpers import state
from tools.emulator.helpers.registry import rule
from tools.emulator.refusal import Refusal


@rule("ec2", "AllocateAddress")
def addresses_are_left(call: Call) -> Refusal | None:
    """Refuse one Elastic IP more than the account may have in a region.

    https://docs.aws.amazon.com/vpc/latest/userguide/amazon-vpc-limits.html#vpc-limits-eips
    """
    if len(ec2_backends[account_id()][call.region].addresses) < account.quota("ec2", account.ELASTIC_IPS):
        return None
    return Refusal(code="AddressLimitExceeded", message="The maximum number of addresses has been reached.")


@rule("ec2", "CreateVpc", "CreateDefaultVpc")
def networks_are_left(call: Call) -> Refusal | None:
    """Refuse one VPC more than the account may have in a region; the default one counts.

    https://docs.aws.amazon.com/vpc/latest/userguide/amazon-vpc-limits.html#vpc-limits-vpcs-subnets
    """
    if len(ec2_backends[account_id()][call.region].vpcs) < account.quota("vpc", account.VPCS):
        return None
    return Refusal(code="VpcLimitExceeded", message="The maximum number of VPCs has been reached.")


@rule("ec2", "RunInstances")
def processors_are_left(call: Call) -> Refusal | None:
    """Refuse instances with more virtual processors than the account may run in a region.

    Those of a launch template alone are judged where they are launched.

    https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ec2-on-demand-instances.html#ec2-on-demand-instances-limits
    """
    instance_type = call.parameters.get("InstanceType")
    if not instance_type:
        return None
    backend = ec2_backends[account_id()][call.region]
    message = capacity.exceeded(backend, instance_type, call.parameters.get("MinCount", 1))
    return Refusal(code="VcpuLimitExceeded", message=message) if message else None


@rule("route53", "CreateHealthCheck")
def health_checks_are_left(_call: Call) -> Refusal | None:
    """Refuse one health check more than the account may have.

    https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/DNSLimitations.html#limits-api-entities-health-checks
    """
    checks = route53_backends[account_id()][state.PARTITION].health_checks
    if len(checks) < account.quota("route53", account.HEALTH_CHECKS):
        return None
    return Refusal(code="TooManyHealthChecks", message="The limit of health checks has been reached.")
