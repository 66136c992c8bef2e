"""The icons of AWS, from the npm package `aws-icons`, as symbols of an SVG."""

import re
from collections.abc import Iterable, Mapping

from tools.errors import ToolError
from tools.paths import ROOT

PACKAGE = ROOT / "node_modules" / "aws-icons" / "icons"
"""Where `make install` puts them."""
#: By the name that a drawing calls it, the file.
ICONS: Mapping[str, str] = {
    "auto-scaling": "architecture-service/AmazonEC2AutoScaling.svg",
    "backup": "architecture-service/AWSBackup.svg",
    "cloudwatch": "architecture-service/AmazonCloudWatch.svg",
    "config": "architecture-service/AWSConfig.svg",
    "database": "architecture-service/AmazonRDS.svg",
    "dynamodb": "architecture-service/AmazonDynamoDB.svg",
    "endpoint": "architecture-service/AWSPrivateLink.svg",
    "guardduty": "architecture-service/AmazonGuardDuty.svg",
    "inspector": "architecture-service/AmazonInspector.svg",
    "kms": "architecture-service/AWSKeyManagementService.svg",
    "lambda": "architecture-service/AWSLambda.svg",
    "load-balancer": "architecture-service/ElasticLoadBalancing.svg",
    "nat": "resource/AmazonVPCNATGateway.svg",
    "other": "architecture-service/AWSCloudFormation.svg",
    "route-53": "architecture-service/AmazonRoute53.svg",
    "s3": "architecture-service/AmazonSimpleStorageService.svg",
    "secrets": "architecture-service/AWSSecretsManager.svg",
    "security-hub": "architecture-service/AWSSecurityHub.svg",
    "sns": "architecture-service/AmazonSimpleNotificationService.svg",
    "systems-manager": "architecture-service/AWSSystemsManager.svg",
    "trail": "architecture-service/AWSCloudTrail.svg",
    "waf": "architecture-service/AWSWAF.svg",
}
_SVG = re.compile(r'<svg[^>]*viewBox="([^"]*)"[^>]*>(.*)</svg>', re.DOTALL)


def symbols(names: Iterable[str]) -> str:
    """Return icons as SVG symbols with the ids `icon-NAME`, their artwork unchanged.

    The file names that the icons have as titles are left out: a browser would show them as tooltips.

    Raises
    ------
    ToolError
        When the package is not installed.
    """
    found = []
    for name in sorted(set(names)):
        path = PACKAGE / ICONS[name]
        try:
            content = _SVG.search(path.read_text(encoding="utf-8"))
        except FileNotFoundError as error:
            raise ToolError(
                f"there is no icon {path}", advice="run `make install`, which installs aws-icons"
            ) from error
        if not content:
            raise ToolError(f"{path} is not an SVG with a view box")
        drawn = re.sub(r"<title>.*?</title>", "", content[2])
        found.append(f'<symbol id="icon-{name}" viewBox="{content[1]}">{drawn}</symbol>')
    return "\n".join(found)
