"""The instance itself."""

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

    from modules.areas.database.access import Access
    from modules.areas.database.parameters import Parameters
    from modules.areas.secrets.database import DatabaseSecret
    from modules.blocks.keys.keys import Keys
    from modules.core.region import Region
    from modules.settings.topology import DatabaseMember

ENGINE = "postgres"
#: What an instance has for life from its first day. A promoted replica has it from its source: nobody can say it of a
#: replica (CreateDBInstanceReadReplica) or change it later, and AWS's pages do not say whether they tell it of one in
#: another region (DBInstance.DBName). Without this a promotion could end in a plan that replaces the new writer.
#: https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_CreateDBInstanceReadReplica.html
#: https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_DBInstance.html
#: https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/extended-support-creating-db-instance.html
OF_ITS_ORIGIN = ["db_name", "engine_lifecycle_support", "username"]


class Instance(Construct):
    """The PostgreSQL instance of one region: the writer, one that was it, or a replica.

    It is the same resource whichever it is, so that a change of the settings promotes it in member. What AWS takes of a
    new instance alone is said of those that stand alone, in words that hold for a promoted replica as well: engine,
    user and database came to it from its source, storage and key are its own. Only ``rebuild`` of its member has it
    replaced.

    Parameters
    ----------
    region
        The region, with ``database`` of the settings.
    member
        What the instance is.
    source
        The instance that a replica replicates.
    subnets, access, parameters
        Where it stands, who can connect to it, and how it is set up.
    keys
        The region's keys: storage, backups and Performance Insights are encrypted with that for data, logs with theirs.
    secret
        Its first user, password and database.

    See https://registry.terraform.io/providers/hashicorp/aws/5.100.0/docs/resources/db_instance
    """

    def __init__(  # noqa: PLR0913 - what an instance is put together from
        self,
        scope: Construct,
        id_: str,
        *,
        region: Region,
        member: DatabaseMember,
        source: DbInstance | None,
        subnets: DbSubnetGroup,
        access: Access,
        parameters: Parameters,
        keys: Keys,
        secret: DatabaseSecret,
    ) -> None:
        super().__init__(scope, id_)
        settings = region.settings.database
        self.identifier = region.names.of("rds", "main")
        # Another id for each instance that stands here in turn: AWS takes no snapshot's name twice.
        generation = TerraformResource(self, "generation", terraform_resource_type="terraform_data")
        if member.rebuild:
            generation.add_override("triggers_replace", member.source)
        self.logs = Logs(self, "logs", region=region, identifier=self.identifier, key=keys.logs)
        role = MonitoringRole(self, "monitoring", region=region, instance=self.identifier)
        alone = member.is_standalone
        self.resource = DbInstance(
            self,
            "Resource",
            provider=region.provider,
            identifier=self.identifier,
            replicate_source_db=source.arn if source else None,
            engine=ENGINE,
            engine_version=settings.version_of(region.name),
            engine_lifecycle_support=_support(extended=settings.extended_support) if alone else None,
            apply_immediately=settings.apply_immediately,
            allow_major_version_upgrade=settings.major_upgrades,
            auto_minor_version_upgrade=settings.takes_minor_upgrades(region.name),
            instance_class=settings.class_in(region.name),
            allocated_storage=settings.storage_gb if alone else None,
            max_allocated_storage=settings.storage_limit_gb,
            storage_type=settings.storage_type,
            iops=settings.iops,
            storage_encrypted=True,
            kms_key_id=keys.data.arn,
            username=secret.username if alone else None,
            db_name=secret.database if alone else None,
            # A promoted replica has the password of its source, and the same version here as there: none is written.
            password_wo=secret.password if alone else "",
            password_wo_version=1,
            multi_az=settings.multi_az,
            db_subnet_group_name=subnets.name,
            vpc_security_group_ids=[access.resource.id],
            publicly_accessible=False,
            port=PORT,
            ca_cert_identifier=settings.certificate_authority,
            iam_database_authentication_enabled=True,
            parameter_group_name=parameters.name,
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
            deletion_protection=settings.is_protected(region.name),
            # AWS takes no final snapshot of a replica, and refuses to delete one with the name of a snapshot.
            skip_final_snapshot=not alone,
            final_snapshot_identifier=self._snapshot_name(region, generation) if alone else None,
            tags={"Name": self.identifier, **backup_tags(region)},
            # A replica in another region begins as a copy of all that its source holds.
            timeouts=DbInstanceTimeouts(create="3h", update="3h", delete="2h"),
            depends_on=[*self.logs.groups.values(), role.policy],
            lifecycle=TerraformResourceLifecycle(
                prevent_destroy=settings.prevent_destroy,
                ignore_changes=OF_ITS_ORIGIN,
                replace_triggered_by=[f"terraform_data.{generation.friendly_unique_id}"] if member.rebuild else None,
            ),
        )
        self.arn = self.resource.arn

    @staticmethod
    def _snapshot_name(region: Region, generation: TerraformResource) -> str:
        name = region.names.of("rds", "final")
        return f"{name}-{Fn.substr(generation.get_string_attribute('id'), 0, 8)}"


def _support(*, extended: bool) -> str:
    return "open-source-rds-extended-support" + ("" if extended else "-disabled")
