import pytest

from tests.support.refusals import ACCOUNT, REGION, bucket, fresh_name, policy, refused, service_may
from tools.emulator import Emulator

pytestmark = pytest.mark.emulator

SERVICE = "logdelivery.elasticloadbalancing.amazonaws.com"


@pytest.fixture
def load_balancer(emulator: Emulator) -> str:
    found = emulator.client("ec2", REGION).describe_subnets()["Subnets"]
    answer = emulator.client("elbv2", REGION).create_load_balancer(
        Name=fresh_name("lb"), Subnets=[subnet["SubnetId"] for subnet in found[:2]]
    )
    return str(answer["LoadBalancers"][0]["LoadBalancerArn"])


def test_logs_need_a_bucket_that_admits_their_delivery(emulator: Emulator, load_balancer: str) -> None:
    elbv2, name = emulator.client("elbv2", REGION), bucket(emulator)
    attributes = [
        {"Key": "access_logs.s3.enabled", "Value": "true"},
        {"Key": "access_logs.s3.bucket", "Value": name},
        {"Key": "access_logs.s3.prefix", "Value": "alb"},
    ]
    with refused("InvalidConfigurationRequest"):
        elbv2.modify_load_balancer_attributes(LoadBalancerArn=load_balancer, Attributes=attributes)
    admitted = service_may(SERVICE, "s3:PutObject", f"arn:aws:s3:::{name}/alb/AWSLogs/{ACCOUNT}/*")
    emulator.client("s3", REGION).put_bucket_policy(Bucket=name, Policy=policy(admitted))
    elbv2.modify_load_balancer_attributes(LoadBalancerArn=load_balancer, Attributes=attributes)
    attributes[2]["Value"] = "other"
    with refused("InvalidConfigurationRequest"):
        elbv2.modify_load_balancer_attributes(LoadBalancerArn=load_balancer, Attributes=attributes)


def test_a_secure_listener_needs_one_certificate_that_is_issued(emulator: Emulator, load_balancer: str) -> None:
    elbv2, acm = emulator.client("elbv2", REGION), emulator.client("acm", REGION)
    vpc = elbv2.describe_load_balancers(LoadBalancerArns=[load_balancer])["LoadBalancers"][0]["VpcId"]
    target = elbv2.create_target_group(Name=fresh_name("tg"), Protocol="HTTP", Port=80, TargetType="ip", VpcId=vpc)
    forward = [{"Type": "forward", "TargetGroupArn": target["TargetGroups"][0]["TargetGroupArn"]}]
    secure = {"LoadBalancerArn": load_balancer, "Protocol": "HTTPS", "Port": 443, "DefaultActions": forward}
    with refused("ValidationError"):
        elbv2.create_listener(**secure)
    pending = acm.request_certificate(DomainName="pending.example.com", ValidationMethod="DNS")["CertificateArn"]
    with refused("CertificateNotFound"):
        elbv2.create_listener(**secure, Certificates=[{"CertificateArn": f"{pending[:-12]}000000000000"}])
    with refused("UnsupportedCertificate"):
        elbv2.create_listener(**secure, Certificates=[{"CertificateArn": pending}])
    # moto issues it when it is asked for the second time.
    while acm.describe_certificate(CertificateArn=pending)["Certificate"]["Status"] != "ISSUED":
        pass
    elbv2.create_listener(**secure, Certificates=[{"CertificateArn": pending}])
