"""Quotas of the account: what Service Quotas, Lambda and EC2 tell of them. `tools.emulator.account` has the numbers."""

import json
from typing import Any

from moto.awslambda import urls as lambda_urls
from moto.awslambda.responses import LambdaResponse
from moto.core.responses import ActionResult
from moto.ec2.responses.account_attributes import AccountAttributes
from moto.servicequotas.exceptions import NoSuchResource
from moto.servicequotas.models import ServiceQuotasBackend
from moto.servicequotas.responses import ServiceQuotasResponse

from tools.emulator import account
from tools.emulator.helpers.replacing import Method, replace, wrap
from tools.emulator.helpers.requests import parameter

ACCOUNT_SETTINGS = r"{0}/(?P<api_version>[^/]+)/account-settings/?$"
UNZIPPED_BYTES, ZIPPED_BYTES, STORED_BYTES = 262_144_000, 52_428_800, 80_530_636_800


def get_service_quota(
    original: Method, backend: ServiceQuotasBackend, service_code: str, quota_code: str
) -> dict[str, Any]:
    """Tell a quota of this account; moto knows the defaults of VPC and of nothing else."""
    if (service_code, quota_code) in account.NEW_ACCOUNT:
        return _quota(backend.region_name, service_code, quota_code)
    quota: dict[str, Any] = original(backend, service_code=service_code, quota_code=quota_code)
    return quota


def list_service_quotas(response: ServiceQuotasResponse) -> str:
    """List the quotas of a service, which moto cannot."""
    service = parameter(response, "ServiceCode")
    codes = [code for name, code in account.NEW_ACCOUNT if name == service]
    if not codes:
        raise NoSuchResource
    return json.dumps({"Quotas": [_quota(response.region, service, code) for code in codes]})


def get_account_settings(response: LambdaResponse) -> str:
    """Tell the account's concurrency, and what of it no function has reserved; moto has no such operation."""
    concurrency = account.quota("lambda", account.LAMBDA_CONCURRENCY)
    functions = list(response.backend.list_functions())
    reserved = sum(int(function.reserved_concurrency or 0) for function in functions)
    limits = {
        "CodeSizeUnzipped": UNZIPPED_BYTES,
        "CodeSizeZipped": ZIPPED_BYTES,
        "ConcurrentExecutions": concurrency,
        "TotalCodeSize": STORED_BYTES,
        "UnreservedConcurrentExecutions": concurrency - reserved,
    }
    return json.dumps({"AccountLimit": limits, "AccountUsage": {"FunctionCount": len(functions), "TotalCodeSize": 0}})


def describe_account_attributes(original: Method, response: AccountAttributes) -> ActionResult:
    """Tell the account's number of addresses in place of a constant of moto's."""
    answer: ActionResult = original(response)
    result: Any = answer.result
    addresses = str(account.quota("ec2", account.ELASTIC_IPS))
    for attribute in result["AccountAttributes"]:
        if attribute["AttributeName"] in {"max-elastic-ips", "vpc-max-elastic-ips"}:
            attribute["AttributeValues"] = [{"AttributeValue": addresses}]
    return answer


def _quota(region: str, service: str, code: str) -> dict[str, Any]:
    return {
        "Adjustable": True,
        "GlobalQuota": service == "route53",
        "QuotaArn": f"arn:aws:servicequotas:{region}:{account.account_id()}:{service}/{code}",
        "QuotaCode": code,
        "QuotaName": account.NEW_ACCOUNT[service, code][0],
        "ServiceCode": service,
        "ServiceName": service,
        "Unit": "None",
        "Value": float(account.quota(service, code)),
    }


def apply() -> None:
    """Apply the patches."""
    wrap(ServiceQuotasBackend, "get_service_quota", get_service_quota)
    replace(ServiceQuotasResponse, "list_service_quotas", list_service_quotas)
    replace(LambdaResponse, "get_account_settings", get_account_settings)
    lambda_urls.url_paths[ACCOUNT_SETTINGS] = LambdaResponse.dispatch
    wrap(AccountAttributes, "describe_account_attributes", describe_account_attributes)
