"""The DB instance."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cdktf import Fn, TerraformResource, TerraformResourceLifecycle
from cdktf_cdktf_provider_aws.db_instance import DbInstance, DbInstanceTimeouts
from constructs import Construct

from modules.areas.backup.plan import backup_tags
from modules.areas.database.logs import Logs
from modules.areas.database.monitoring import MonitoringRole
from modules.areas.secrets.database import PORT

if TYPE_CHECKING:
    from cdktf_cdktf_provider_aws.db_subnet_group import DbSubnetGroup
    from cdktf_cdktf_provider_aws.security_group import SecurityGroup

    from modules.areas.database.parameter_group import ParameterGroup
    from modules.areas.secrets.database import DatabaseSecret
    from modules.blocks.keys.keys import Keys
    from modules.core.region import Region
    from modules.settings.topology import DatabaseMember

ENGINE = "postgres"
#: The part of the name of the instance that tells it from others.
DATABASE = "main"
#: Arguments that are fixed when an instance is created. A promoted replica has the values of its source: they cannot be
#: given for a replica (CreateDBInstanceReadReplica) or changed later. AWS does not document whether it returns them for
#: a replica in another region (DBInstance.DBName). If these changes were not ignored, a plan after a promotion could
#: replace the new writer.
#: https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_CreateDBInstanceReadReplica.html
#: https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_DBInstance.html
#: https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/extended-support-creating-db-instance.html
FIXED_AT_CREATION = ["db_name", "engine_lifecycle_support", "username"]


class Instance(Construct):
    """The PostgreSQL instance of one region: the writer, a former writer, or a replica.

    All of them are the same resource, so a change of the settings promotes a replica in place. Arguments that AWS
    accepts only at creation are set for standalone instances only. They also match a promoted replica, so a promotion
    causes no replacement: engine, user and database come from its source, storage and key are its own. Only ``rebuild``
    of its member replaces an instance.

    Parameters
    ----------
    region
        The region, with the ``database`` settings.
    member
        The role of the instance: writer, former writer or replica.
    source
        ARN of the source instance of a replica.
    subnets, security_group, parameter_group
        The subnet group, the security group and the parameter group of the instance.
    keys
        The region's keys. The data key encrypts storage, backups and Performance Insights, the log key encrypts logs.
    secret
        The secret with the master user, its first password and the database name.

    See https://registry.terraform.io/providers/hashicorp/aws/5.100.0/docs/resources/db_instance
    """

    def __init__(  # noqa: PLR0913 - each comes from another file or area
        self,
        scope: Construct,
        id_: str,
        *,
        region: Region,
        member: DatabaseMember,
        source: str | None,
        subnets: DbSubnetGroup,
        security_group: SecurityGroup,
        parameter_group: ParameterGroup,
        keys: Keys,
        secret: DatabaseSecret,
    ) -> None:
        super().__init__(scope, id_)
        settings = region.settings.database
        self.identifier = region.names.of("rds", DATABASE)
        # Each instance that replaces another gets a new id for its final snapshot: AWS rejects a name that exists.
        generation = TerraformResource(self, "generation", terraform_resource_type="terraform_data")
        if member.rebuild:
            generation.add_override("triggers_replace", member.source)
        self.logs = Logs(self, "logs", region=region, identifier=self.identifier, key=keys.logs)
        role = MonitoringRole(self, "monitoring", region=region, instance=self.identifier)
        standalone = member.is_standalone
        self.resource = DbInstance(
            self,
            "Resource",
            provider=region.provider,
            identifier=self.identifier,
            replicate_source_db=source,
            engine=ENGINE,
            engine_version=settings.version_of(region.name),
            engine_lifecycle_support=_lifecycle_support(extended=settings.extended_support) if standalone else None,
            apply_immediately=settings.apply_immediately,
            allow_major_version_upgrade=settings.major_upgrades,
            auto_minor_version_upgrade=settings.takes_minor_upgrades(region.name),
            instance_class=settings.class_in(region.name),
            allocated_storage=settings.storage_gb if standalone else None,
            max_allocated_storage=settings.storage_limit_gb,
            storage_type=settings.storage_type,
            iops=settings.iops,
            storage_encrypted=True,
            kms_key_id=keys.data.arn,
            username=secret.username if standalone else None,
            db_name=secret.database if standalone else None,
            # A promoted replica keeps the password of its source. The version is the same, so no password is written.
            password_wo=secret.password if standalone else "",
            password_wo_version=1,
            multi_az=settings.multi_az,
            db_subnet_group_name=subnets.name,
            vpc_security_group_ids=[security_group.id],
            publicly_accessible=False,
            port=PORT,
            ca_cert_identifier=settings.certificate_authority,
            iam_database_authentication_enabled=True,
            parameter_group_name=parameter_group.name,
            enabled_cloudwatch_logs_exports=list(self.logs.groups),
            monitoring_interval=int(settings.monitoring_interval_seconds),
            monitoring_role_arn=role.arn,
            performance_insights_enabled=True,
            performance_insights_kms_key_id=keys.data.arn,
            performance_insights_retention_period=settings.insights_days,
            backup_retention_period=settings.backup_retention_days,
            backup_window=settings.backup_window,
            copy_tags_to_snapshot=True,
            delete_automated_backups=False,
            maintenance_window=settings.maintenance_window,
            deletion_protection=settings.is_protected(region.name) and not region.settings.leaves(region.name),
            # AWS creates no final snapshot of a replica, and does not delete a replica if a snapshot name is given.
            skip_final_snapshot=not standalone,
            final_snapshot_identifier=self._snapshot_name(region, generation) if standalone else None,
            tags={"Name": self.identifier, **backup_tags(region)},
            # A replica in another region starts as a full copy of its source, which takes long.
            timeouts=DbInstanceTimeouts(create="3h", update="3h", delete="2h"),
            depends_on=[*self.logs.groups.values(), role.policy],
            lifecycle=TerraformResourceLifecycle(
                prevent_destroy=settings.prevent_destroy,
                ignore_changes=FIXED_AT_CREATION,
                replace_triggered_by=[f"terraform_data.{generation.friendly_unique_id}"] if member.rebuild else None,
            ),
        )
        self.arn = self.resource.arn

    @staticmethod
    def _snapshot_name(region: Region, generation: TerraformResource) -> str:
        name = region.names.of("rds", "final")
        return f"{name}-{Fn.substr(generation.get_string_attribute('id'), 0, 8)}"


def _lifecycle_support(*, extended: bool) -> str:
    return "open-source-rds-extended-support" + ("" if extended else "-disabled")
