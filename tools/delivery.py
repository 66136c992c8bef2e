"""Whether the policies in `iam/` are those of the settings, before bootstrap gives them to the roles of GitHub."""

import json
from pathlib import Path
from typing import Any

from modules.areas.delivery.names import ACCOUNT, ISSUER, POLICIES
from modules.settings import Settings
from tools.errors import ToolError
from tools.permissions.statements import regions_of

ADVICE = "write them with `make iam`, or `make iam-again` if only delivery.github is new: docs/pull-requests.md"


def require_policies(settings: Settings, *, folder: Path = POLICIES) -> None:
    """Refuse roles whose policies were written for other names, regions or accounts; nothing without such roles.

    Parameters
    ----------
    settings : Settings
        The settings.
    folder : Path, optional
        Where the policies are. By default `iam/`.

    Raises
    ------
    ToolError
        With what the policies are not for.
    """
    if not settings.delivery.github.repository:
        return
    found = [json.loads(file.read_text(encoding="utf-8")) for file in sorted(folder.glob("planner-*.json"))]
    statements = {one["Sid"]: one for document in found for one in document["Statement"]}
    missing = [what for what, is_there in _expected(settings, statements).items() if not is_there]
    if missing:
        raise ToolError(f"the policies in {folder} are those of other settings: {'; '.join(missing)}", advice=ADVICE)


def _expected(settings: Settings, statements: dict[str, Any]) -> dict[str, bool]:
    opening = f"table/{settings.environment.upper()}-dynamodb-{settings.environment_suffix}-*"
    resources = json.dumps([one["Resource"] for one in statements.values()])
    named = statements.get("DenyOtherRegions", {}).get("Condition", {}).get("StringNotEquals", {})
    regions = regions_of(settings)
    return {
        f"not for names such as {opening}": f":{opening}" in resources,
        f"not for {', '.join(regions)}": {*regions} <= {*named.get("aws:RequestedRegion", ())},
        f"not for account {settings.account_id}": settings.account_id is None
        or settings.account_id in resources
        or ACCOUNT in resources,
        "not for a planner that reads the roles of GitHub": f":oidc-provider/{ISSUER}" in resources,
    }
