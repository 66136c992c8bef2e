"""RDS: replicas before their source."""

from contextlib import suppress

from moto.rds.exceptions import DBInstanceNotFoundError
from moto.rds.models import DBInstance, RDSBackend, rds_backends

from tools.emulator.account import account_id
from tools.emulator.call import Call
from tools.emulator.helpers.registry import rule
from tools.emulator.refusal import Refusal


@rule("rds", "ModifyDBInstance")
def replicas_are_upgraded_first(call: Call) -> Refusal | None:
    """Refuse a newer version of PostgreSQL for a source while a replica has an older one.

    Of a new major version RDS upgrades the replicas of the source's own region along with it, but none elsewhere.

    https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_UpgradeDBInstance.PostgreSQL.html
    """
    version = call.parameters.get("EngineVersion")
    backend = rds_backends[account_id()][call.region]
    source = backend.databases.get(call.parameters["DBInstanceIdentifier"])
    if not version or source is None or source.engine != "postgres" or _order(version) <= _order(source.engine_version):
        return None
    is_major = _order(version)[0] > _order(source.engine_version)[0]
    for replica in _replicas(backend, source):
        follows = is_major and replica.backend.region_name == backend.region_name
        if not follows and _order(replica.engine_version) < _order(version):
            message = (
                f"One or more of the DB Instance's read replicas need to be upgraded: {replica.db_instance_identifier}"
            )
            return Refusal(code="DBUpgradeDependencyFailure", message=message)
    return None


@rule("rds", "CreateDBInstanceReadReplica")
def a_replica_in_another_region_has_a_key_of_its_own(call: Call) -> Refusal | None:
    """Refuse an encrypted replica in another region without a key of that region.

    https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_CreateDBInstanceReadReplica.html
    """
    arn = call.parameters.get("SourceDBInstanceIdentifier", "")
    region = arn.split(":")[3] if arn.startswith("arn:") else call.region
    source = rds_backends[account_id()][region].databases.get(arn.rpartition(":")[2])
    if source is None or not source.storage_encrypted or region == call.region:
        return None
    key_id = call.parameters.get("KmsKeyId", "")
    if key_id and (not key_id.startswith("arn:") or key_id.split(":")[3] == call.region):
        return None
    message = "An encrypted read replica in another region needs the KMS key of that region to encrypt it with"
    return Refusal(code="InvalidParameterCombination", message=message)


def _replicas(backend: RDSBackend, source: DBInstance) -> list[DBInstance]:
    found = []
    for name in source.replicas:
        # A name of a replica that is gone can stay behind in moto.
        with suppress(DBInstanceNotFoundError):
            found.append(backend.find_db_from_id(name))
    return found


def _order(version: str) -> tuple[int, ...]:
    """Return a version for comparing: ``16.9`` is before ``16.10``."""
    return tuple(int(part) for part in str(version).split(".") if part.isdigit())
