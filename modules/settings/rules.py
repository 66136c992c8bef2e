"""Every rule that looks at more than one key. A rule is defined beside the model of its section."""

from __future__ import annotations

from typing import TYPE_CHECKING

from modules.settings import (
    administrators,
    alerts,
    backup,
    compute,
    configuration,
    container,
    database,
    database_instances,
    entry,
    findings,
    model,
    network,
    ownership,
    parameters,
    rotation,
    state,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from modules.settings.draft import Draft
    from modules.settings.faults import Fault

#: In the order in which their faults are reported.
RULES: tuple[Callable[[Draft], Iterator[Fault]], ...] = (
    parameters.environment_can_begin_a_path,
    state.backend_supports_the_home_region,
    backup.restore_testing_is_available,
    model.regions_are_unique,
    model.primary_region_is_one_of_the_regions,
    model.home_region_is_one_of_the_regions,
    state.replica_is_in_another_region,
    administrators.administrators_are_of_the_account,
    administrators.administrators_fit_in_the_filter_pattern,
    network.region_cidrs_are_of_the_regions,
    network.vpcs_fit_and_do_not_overlap,
    network.zones_are_of_their_region,
    network.endpoints_are_available,
    compute.instance_types_match_the_architecture,
    compute.image_ids_are_of_the_regions,
    compute.group_survives_the_loss_of_a_zone,
    compute.max_size_allows_min_size_and_warm_pool,
    compute.cpu_target_leaves_room_for_a_lost_zone,
    container.artifact_or_container,
    compute.digest_has_an_artifact,
    compute.warm_pool_has_one_instance_type,
    container.image_can_be_pulled,
    container.variables_have_a_container,
    container.variables_are_stated_once,
    container.secrets_can_be_read,
    parameters.parameters_can_be_read,
    entry.some_name_is_served,
    entry.certificates_cover_the_regions,
    entry.certificates_are_of_their_region,
    entry.certificates_are_of_the_account,
    entry.hosted_zone_contains_the_domain,
    entry.domain_fits_a_common_name,
    database_instances.instances_are_of_the_regions,
    database_instances.topology_is_possible,
    database_instances.only_replicas_have_a_source,
    database_instances.instances_are_stated_after_a_move,
    database_instances.replicas_have_the_version_of_their_source,
    database_instances.rebuilt_instances_can_be_deleted,
    database.windows_do_not_overlap,
    database.storage_is_possible,
    rotation.function_reaches_secrets_manager,
    alerts.endpoints_match_their_protocol,
    alerts.endpoints_are_unique,
    alerts.teams_have_one_channel,
    backup.copy_region_is_another_region,
    backup.cold_storage_lasts_long_enough,
    backup.backups_start_outside_database_windows,
    configuration.skipped_rules_exist,
    configuration.regions_that_lack_rules_are_stated,
    ownership.owners_are_of_the_regions,
    findings.home_region_has_security_hub,
)
