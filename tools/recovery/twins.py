"""What AWS lets stand twice under one name: how the one goes that nobody needs."""

from collections.abc import Mapping

from tools.recovery.look import Found

#: By type, a line of the AWS CLI without its region. `{id}` is the id in Terraform.
DELETIONS: Mapping[str, str] = {
    "aws_acm_certificate": "acm delete-certificate --certificate-arn {id}",
    "aws_eip": "ec2 release-address --allocation-id {id}",
    "aws_flow_log": "ec2 delete-flow-logs --flow-log-ids {id}",
    "aws_internet_gateway": "ec2 delete-internet-gateway --internet-gateway-id {id}",
    "aws_kms_key": "kms schedule-key-deletion --key-id {id}",
    "aws_cloudwatch_query_definition": "logs delete-query-definition --query-definition-id {id}",
    "aws_nat_gateway": "ec2 delete-nat-gateway --nat-gateway-id {id}",
    "aws_network_acl": "ec2 delete-network-acl --network-acl-id {id}",
    "aws_route53_health_check": "route53 delete-health-check --health-check-id {id}",
    "aws_route53_zone": "route53 delete-hosted-zone --id {id}",
    "aws_route_table": "ec2 delete-route-table --route-table-id {id}",
    "aws_subnet": "ec2 delete-subnet --subnet-id {id}",
    "aws_vpc": "ec2 delete-vpc --vpc-id {id}",
    "aws_vpc_endpoint": "ec2 delete-vpc-endpoints --vpc-endpoint-ids {id}",
    "aws_vpc_peering_connection": "ec2 delete-vpc-peering-connection --vpc-peering-connection-id {id}",
}


def deletion(address: str, found: Found, *, region: str) -> str:
    """Return the line of the AWS CLI by which something goes; for other types, what it is.

    Parameters
    ----------
    address : str
        Where it would be in Terraform.
    found : Found
        What stands.
    region : str
        Where.
    """
    line = DELETIONS.get(address.partition(".")[0])
    return f"aws {line.format(id=found.get('id'))} --region {region}" if line else f"{address}: {found.import_id}"
