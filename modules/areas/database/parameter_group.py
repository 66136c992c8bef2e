"""How PostgreSQL is set up."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cdktf import TerraformResourceLifecycle
from cdktf_cdktf_provider_aws.db_parameter_group import DbParameterGroup, DbParameterGroupParameter
from constructs import Construct

if TYPE_CHECKING:
    from modules.core.region import Region

#: Statements can hold passwords (``ALTER ROLE … PASSWORD '…'``), and PostgreSQL masks none of them. So it logs no
#: statement: not the one it runs, not one that is slow, not one that fails. Performance Insights has statements without
#: their values. https://www.postgresql.org/docs/current/runtime-config-logging.html
NO_STATEMENTS = {
    "log_min_duration_statement": "-1",
    "log_min_error_statement": "panic",
    "log_statement": "none",
}
CONNECTIONS = {"log_connections": "1", "log_disconnections": "1", "log_lock_waits": "1"}


class Parameters(Construct):
    """A parameter group: TLS only, passwords kept as SCRAM verifiers, connections logged and statements not.

    Parameters
    ----------
    region
        The region, with ``database`` of the settings.

    See https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/PostgreSQL.Concepts.General.SSL.html
    """

    def __init__(self, scope: Construct, id_: str, *, region: Region) -> None:
        super().__init__(scope, id_)
        settings = region.settings.database
        family = settings.family_of(region.name)
        name = region.names.of("rds", f"parameters-{family}")
        values = {
            "rds.force_ssl": "1",
            "ssl_min_protocol_version": settings.minimum_tls_version,
            "password_encryption": "scram-sha-256",
            **CONNECTIONS,
            **NO_STATEMENTS,
        }
        self.resource = DbParameterGroup(
            self,
            "Resource",
            provider=region.provider,
            name=name,
            description=f"PostgreSQL of {region.name}",
            family=family,
            parameter=[DbParameterGroupParameter(name=key, value=value) for key, value in sorted(values.items())],
            tags={"Name": name},
            # An upgrade to another major version changes groups while the instance still has the old one.
            lifecycle=TerraformResourceLifecycle(create_before_destroy=True),
        )
        self.name = self.resource.name
