"""The choices of the settings, and the findings of the policy gate that each brings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from modules.settings.choice import REGION, THE_VALUE, Choice, Exemption

if TYPE_CHECKING:
    from collections.abc import Mapping

#: A year of logs, which the gate wants.
YEAR = 365


def _off(value: object) -> bool:
    return value is False


def _on(value: object) -> bool:
    return value is True


def _stated(value: object) -> bool:
    return isinstance(value, str)


def _below_a_year(value: object) -> bool:
    return isinstance(value, int) and value < YEAR


def _minor_version(value: object) -> bool:
    return isinstance(value, str) and "." in value


def _one(value: object) -> bool:
    return isinstance(value, list | tuple) and len(value) == 1


def _listed(value: object) -> bool:
    return value in ("keep", "delete")


_INSTANCE = "aws_db_instance.*_database_instance_*"
_FIREWALL, _LOAD_BALANCER = "aws_wafv2_web_acl.*_firewall_*", "aws_lb.*_load-balancer_*"
_ZONE = "aws_route53_zone.entry_zone_*"
_NO_MINOR_UPGRADES = Exemption(
    check="CKV_AWS_226", resource=_INSTANCE, attributes={"auto_minor_version_upgrade": False}
)

#: By name.
CHOICES: Mapping[str, Choice] = {
    choice.name: choice
    for choice in (
        Choice(
            paths=("alarms.actions",),
            is_made=_off,
            values="`false`",
            instead="true",
            says="alarms notify nobody",
            reason="For a first deployment and before a destruction, when what alarms watch does not exist. They "
            "change their state all the same, and events and findings are sent.",
            exemptions=(
                Exemption(
                    check="CKV_AWS_319",
                    resource="aws_cloudwatch_metric_alarm.*_*",
                    attributes={"actions_enabled": False},
                ),
            ),
        ),
        Choice(
            paths=("compute.container.image",),
            is_made=_stated,
            values="an image",
            instead="nothing, which serves compute.artifact or a page of the platform",
            says="containers reach the metadata service",
            reason="A container gets the role of its instance from the metadata service through Docker's bridge, one "
            "hop further away. Tokens are required all the same.",
            exemptions=(
                Exemption(
                    check="CKV_AWS_341",
                    resource="aws_launch_template.*_web_template_*",
                    attributes={"metadata_options.http_put_response_hop_limit": 2},
                ),
            ),
        ),
        Choice(
            paths=("database.deletion_protection", f"database.instances.{REGION}.deletion_protection"),
            is_made=_off,
            values="`false`",
            instead="true",
            says="no deletion protection of databases",
            reason="AWS and Terraform delete or rebuild an instance only without it. Deploying without it deletes "
            "nothing, and a plan that does lists it.",
            exemptions=(Exemption(check="CKV_AWS_293", resource=_INSTANCE, attributes={"deletion_protection": False}),),
        ),
        Choice(
            paths=("database.log_retention_days",),
            is_made=_below_a_year,
            values="below `365`",
            instead="365 or more, or nothing",
            says="logs of databases are kept for less than a year",
            reason="How long logs are kept is up to whoever must answer for them. The trail's files are in a bucket, "
            "which keeps them for storage.keep_logs_days.",
            exemptions=(
                Exemption(
                    check="CKV_AWS_338",
                    resource="aws_cloudwatch_log_group.*_database_instance_logs_*",
                    attributes={"retention_in_days": THE_VALUE},
                ),
            ),
        ),
        Choice(
            paths=("database.minor_upgrades",),
            is_made=_off,
            values="`false`",
            instead="true",
            says="RDS installs no minor versions",
            reason="Whoever turns it off installs minor versions by hand, at a time of their own.",
            exemptions=(_NO_MINOR_UPGRADES,),
        ),
        Choice(
            paths=("database.multi_az",),
            is_made=_off,
            values="`false`",
            instead="true",
            says="no Multi-AZ for databases",
            reason="A database without a standby costs half, and an outage of its zone is an outage of the database. "
            "Its backups are the same.",
            exemptions=(Exemption(check="CKV_AWS_157", resource=_INSTANCE, attributes={"multi_az": False}),),
        ),
        Choice(
            paths=("database.version", f"database.instances.{REGION}.version"),
            is_made=_minor_version,
            values="a minor version",
            instead="a major version, such as 17",
            says="a pinned minor version of PostgreSQL",
            reason="RDS would upgrade it to another version than the settings say. Whoever pins a version upgrades by "
            "hand.",
            exemptions=(_NO_MINOR_UPGRADES,),
        ),
        Choice(
            paths=("entry.deletion_protection",),
            is_made=_off,
            values="`false`",
            instead="true",
            says="no deletion protection of load balancers",
            reason="AWS deletes a load balancer only without it. Deploying without it deletes nothing, and a plan that "
            "does lists it.",
            exemptions=(
                Exemption(
                    check="CKV_AWS_150", resource=_LOAD_BALANCER, attributes={"enable_deletion_protection": False}
                ),
            ),
        ),
        Choice(
            paths=("entry.firewall.anonymous_ip",),
            is_made=lambda value: value == "off",
            values="`off`",
            instead="block or count",
            says="the firewall does not look for anonymous addresses",
            reason="Honest clients come by VPNs and proxies too, and by default these requests are only counted.",
            exemptions=(Exemption(check="CKV2_AWS_76", resource=_LOAD_BALANCER),),
        ),
        Choice(
            paths=("entry.firewall.known_bad_inputs",),
            is_made=lambda value: value in ("count", "off"),
            values="`count`, `off`",
            instead="block",
            says="the firewall does not block known bad inputs",
            reason="Counting comes before blocking where an application is new behind the firewall, and what an "
            "application accepts is best known to its owners.",
            exemptions=(
                Exemption(check="CKV_AWS_192", resource=_FIREWALL),
                Exemption(check="CKV2_AWS_76", resource=_LOAD_BALANCER),
            ),
        ),
        Choice(
            paths=("entry.hosted_zone",),
            is_made=lambda value: value == "managed",
            values="`managed`",
            instead="existing",
            says="a hosted zone without DNSSEC and query logs",
            reason="Signing begins with a record in the parent zone, and a wrong one takes the whole domain down: "
            "whoever owns both zones turns it on (docs/dns.md). Query logs say which resolver asked, not who.",
            exemptions=(
                Exemption(check="CKV2_AWS_38", resource=_ZONE),
                Exemption(check="CKV2_AWS_39", resource=_ZONE),
            ),
        ),
        Choice(
            paths=("entry.wildcard",),
            is_made=_on,
            values="`true`",
            instead="false",
            says="a certificate for every name below the domain",
            reason="Every name below the domain is served, which no list of names can say. The private key never "
            "leaves AWS Certificate Manager.",
            exemptions=(Exemption(check="CKV2_AWS_71", resource="aws_acm_certificate.entry_certificates_*"),),
        ),
        Choice(
            paths=(f"leaving.{REGION}.objects",),
            is_made=_listed,
            values="`keep`, `delete`",
            instead="nothing, since no region leaves",
            says="nothing in a region that leaves is protected from deletion",
            reason="AWS and Terraform delete databases and load balancers only without their protection. Deploying "
            "without it deletes nothing, and a plan that does lists it.",
            exemptions=(
                Exemption(check="CKV_AWS_293", resource=_INSTANCE, attributes={"deletion_protection": False}),
                Exemption(
                    check="CKV_AWS_150", resource=_LOAD_BALANCER, attributes={"enable_deletion_protection": False}
                ),
            ),
        ),
        Choice(
            paths=("logs.retention_days",),
            is_made=_below_a_year,
            values="below `365`",
            instead="365 or more",
            says="logs are kept for less than a year",
            reason="How long logs are kept is up to whoever must answer for them. The trail's files are in a bucket, "
            "which keeps them for storage.keep_logs_days.",
            exemptions=(
                Exemption(
                    check="CKV_AWS_338",
                    resource="aws_cloudwatch_log_group.*_*",
                    attributes={"retention_in_days": THE_VALUE},
                ),
            ),
        ),
        Choice(
            paths=("network.peers",),
            is_made=bool,
            values="any VPC",
            instead="none",
            says="peering with VPCs of others",
            reason="The owner of the other VPC accepts the connection, so no resource here does. Until then its routes "
            "lead nowhere, and no security group lets anything of the peer in.",
            exemptions=(
                Exemption(
                    check="MERIDIAN_9",
                    resource="aws_vpc_peering_connection.*_peer-vpc-*",
                    attributes={"auto_accept": False},
                ),
            ),
        ),
        Choice(
            paths=("regions",),
            is_made=_one,
            values="one region",
            instead="two regions or more",
            says="one region, and no copy of data in another",
            reason="A platform of one region has no second one to replicate to. state.replica_region gives the state a "
            "replica.",
            exemptions=(
                Exemption(check="CKV_AWS_144", resource="aws_s3_bucket.*_storage_data_*"),
                Exemption(check="CKV_AWS_144", resource="aws_s3_bucket.*_state_*", stack="state-backend"),
            ),
        ),
    )
}
