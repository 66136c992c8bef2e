"""Elastic Load Balancing: logs that can be delivered, and certificates that are issued."""

from moto.acm.models import acm_backends

from tools.emulator.account import account_id
from tools.emulator.call import Call
from tools.emulator.helpers import state
from tools.emulator.helpers.registry import rule
from tools.emulator.policy import Caller
from tools.emulator.refusal import Refusal

SERVICE = "logdelivery.elasticloadbalancing.amazonaws.com"
LOGS = ("access_logs", "connection_logs", "health_check_logs")


@rule("elbv2", "ModifyLoadBalancerAttributes")
def bucket_admits_logs(call: Call) -> Refusal | None:
    """Refuse logs to a bucket whose policy does not let Elastic Load Balancing put them there.

    AWS also takes a policy that names its account of the region, as in regions from before August 2022; it advises the
    service for all, so this asks for the service.

    https://docs.aws.amazon.com/elasticloadbalancing/latest/application/enable-access-logging.html
    """
    attributes = {attribute["Key"]: attribute.get("Value", "") for attribute in call.parameters["Attributes"]}
    for kind in LOGS:
        if attributes.get(f"{kind}.s3.enabled") != "true":
            continue
        name = attributes.get(f"{kind}.s3.bucket", "")
        bucket = state.bucket(name)
        if bucket is None:
            return _refused(f"{kind}: S3Bucket {name} does not exist")
        prefix = f"{attributes[f'{kind}.s3.prefix']}/" if attributes.get(f"{kind}.s3.prefix") else ""
        path = f"{prefix}AWSLogs/{account_id()}/ELBAccessLogTestFile"
        context = state.service_context(SERVICE, str(call.parameters["LoadBalancerArn"]))
        if not state.bucket_admits(bucket, "s3:PutObject", Caller(service=SERVICE), path=path, context=context):
            return _refused(f"Access Denied for bucket: {name}. Please check S3bucket permission")
    return None


@rule("elbv2", "CreateListener", "ModifyListener", "AddListenerCertificates")
def certificates_are_issued(call: Call) -> Refusal | None:
    """Refuse a certificate that ACM has not issued: a listener takes none that is pending.

    https://docs.aws.amazon.com/elasticloadbalancing/latest/application/https-listener-certificates.html
    """
    for certificate in call.parameters.get("Certificates", ()):
        arn = certificate.get("CertificateArn", "")
        if ":acm:" not in arn:
            continue
        found = acm_backends[account_id()][call.region]._certificates.get(arn)  # noqa: SLF001 - a look, no change
        if found is None:
            return Refusal(code="CertificateNotFound", message=f"Certificate '{arn}' not found")
        if found.status != "ISSUED":
            message = f"The certificate '{arn}' must have a fully-qualified domain name, a supported signature, "
            return Refusal(code="UnsupportedCertificate", message=f"{message}and a supported key size.")
    return None


@rule("elbv2", "CreateListener", "ModifyListener")
def secure_listeners_have_a_certificate(call: Call) -> Refusal | None:
    """Refuse an HTTPS or TLS listener without exactly one default certificate.

    https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_CreateListener.html
    """
    if call.operation == "CreateListener" and call.parameters.get("Protocol") in {"HTTPS", "TLS"}:
        count = len(call.parameters.get("Certificates", ()))
        if count != 1:
            message = f"Exactly one certificate must be specified for {call.parameters['Protocol']} listeners"
            return Refusal(code="ValidationError", message=message)
    return None


def _refused(message: str) -> Refusal:
    return Refusal(code="InvalidConfigurationRequest", message=message)
