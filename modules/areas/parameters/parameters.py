"""The parameters of a region."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cdktf import TerraformOutput
from cdktf_cdktf_provider_aws.ssm_parameter import SsmParameter
from constructs import Construct

from modules.blocks.identity.policy import Statement
from modules.core.naming import IDENTIFIER
from modules.settings.parameters import PARAMETERS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from modules.core.region import Region


class Parameters(Construct):
    """What an application or another stack needs to know of a region: parameters in Systems Manager, and an output.

    All are of the type String, and none is secret: they are names, ids, ARNs and addresses. The path is the same in
    every region. The output bears the name of the region.

    Parameters
    ----------
    region
        The region.
    values
        The value of each parameter of ``modules.settings.parameters.PARAMETERS``.

    Attributes
    ----------
    path
        What all names begin with, such as ``/PROD/main``.
    resources
        The parameters by their name below the path.

    Raises
    ------
    ValueError
        If a value is missing, or is of no known parameter.

    See https://docs.aws.amazon.com/systems-manager/latest/userguide/sysman-paramstore-hierarchies.html
    """

    def __init__(self, scope: Construct, id_: str, *, region: Region, values: Mapping[str, str]) -> None:
        super().__init__(scope, id_)
        if values.keys() != PARAMETERS.keys():
            raise ValueError(f"parameters without a value, or unknown: {sorted(values.keys() ^ PARAMETERS.keys())}")
        self._region = region
        self.path = region.names.path
        self.resources: dict[str, SsmParameter] = {}
        for name, description in PARAMETERS.items():
            self.add(name, values[name], description=description)
        output = TerraformOutput(
            self,
            "output",
            value={name.replace("/", "_").replace("-", "_"): value for name, value in values.items()},
            description=f"The platform in {region.name}",
        )
        output.override_logical_id(region.name)

    def add(self, name: str, value: str, *, description: str) -> SsmParameter:
        """Add a parameter. New instances get it as an environment variable too.

        Parameters
        ----------
        name
            Its name below the path: lower-case words joined by hyphens, in parts joined by slashes.
        value
            Its value, which is not secret. It must not refer to the Auto Scaling group, which waits for it.
        description
            What it is.

        Raises
        ------
        ValueError
            If the name has other characters.
        """
        parts = name.split("/")
        if not all(IDENTIFIER.fullmatch(part) for part in parts):
            raise ValueError(f"parameter {name!r}, allowed: lower-case words joined by hyphens and slashes")
        full = f"{self.path}/{name}"
        parameter = SsmParameter(
            self,
            "-".join(parts),
            provider=self._region.provider,
            name=full,
            type="String",
            value=value,
            description=description,
            tags={"Name": full},
        )
        self.resources[name] = parameter
        return parameter


def read_statements(region: Region) -> list[Statement]:
    """Statements that allow a role to read the platform's parameters in its region, and no others.

    A request for all parameters of a path is authorized against the path alone.

    See https://docs.aws.amazon.com/systems-manager/latest/userguide/ps-retrieval-authorization.html
    """
    path = region.arn("ssm", f"parameter{region.names.path}")
    return [
        Statement(
            sid="ReadParameters",
            actions=["ssm:GetParameter", "ssm:GetParameters", "ssm:GetParametersByPath"],
            resources=[path, f"{path}/*"],
        )
    ]
