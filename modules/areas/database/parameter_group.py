"""The DB parameter group."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cdktf import TerraformResourceLifecycle
from cdktf_cdktf_provider_aws.db_parameter_group import DbParameterGroup, DbParameterGroupParameter
from constructs import Construct

if TYPE_CHECKING:
    from modules.core.region import Region

#: Statements can contain passwords (``ALTER ROLE … PASSWORD '…'``), and PostgreSQL does not mask them. So no statement
#: is logged: neither every statement, nor slow ones, nor failed ones. Performance Insights shows statements without
#: their values. https://www.postgresql.org/docs/current/runtime-config-logging.html
NO_STATEMENT_LOGS = {
    "log_min_duration_statement": "-1",
    "log_min_error_statement": "panic",
    "log_statement": "none",
}
CONNECTION_LOGS = {"log_connections": "1", "log_disconnections": "1", "log_lock_waits": "1"}


class ParameterGroup(Construct):
    """A DB parameter group. It requires TLS, stores passwords as SCRAM verifiers, and logs connections, not statements.

    Parameters
    ----------
    region
        The region, with the ``database`` settings.

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
            **CONNECTION_LOGS,
            **NO_STATEMENT_LOGS,
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
            # A major version upgrade needs a new group while the instance still uses the old one.
            lifecycle=TerraformResourceLifecycle(create_before_destroy=True),
        )
        self.name = self.resource.name
