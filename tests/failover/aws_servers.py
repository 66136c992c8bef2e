# ruff: noqa: ARG002 - every operation is called in the same way
"""What the regions in memory do with instances, their metrics, their network ACLs and groups."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from tests.failover.aws_copies import becoming, error

HOME = "us-east-1"


class Servers:
    """The operations; `FakeAws` has the regions."""

    now: float
    dark: dict[str, float]

    # RDS

    def _describe_db_instances(self, here: dict[str, Any], region: str, **arguments: Any) -> dict[str, Any]:
        name = arguments["DBInstanceIdentifier"]
        if restored := here["restored"].get(name):
            return {"DBInstances": [becoming(restored, "DBInstanceStatus")]}
        instance = here["instance"] if name == f"main-{region}" else None
        if instance is None:
            raise error("DBInstanceNotFound")
        if instance["busy"]:
            instance["busy"] -= 1
            if not instance["busy"]:
                instance |= {"status": "available", "source": None}
        said = {
            "DBInstanceStatus": instance["status"],
            "Endpoint": {"Address": f"main-{region}.rds"},
            "DeletionProtection": here["protected"],
            "DBInstanceAutomatedBackupsReplications": [{}] if here["copied"] else [],
            "DBInstanceClass": "db.r6g.large",
            "DBSubnetGroup": {"DBSubnetGroupName": f"isolated-{region}"},
            "VpcSecurityGroups": [{"VpcSecurityGroupId": f"sg-{region}"}],
            "DBParameterGroups": [{"DBParameterGroupName": f"tls-{region}"}],
            "KmsKeyId": f"key-{region}",
            "IAMDatabaseAuthenticationEnabled": True,
            "TagList": [{"Key": "Project", "Value": "meridian"}, {"Key": "aws:of", "Value": "aws"}],
        }
        source = {"ReadReplicaSourceDBInstanceIdentifier": instance["source"]} if instance["source"] else {}
        return {"DBInstances": [said | source]}

    def _promote_read_replica(self, here: dict[str, Any], region: str, **arguments: Any) -> None:
        instance = here["instance"]
        if instance["status"] != "available" or instance["source"] is None:
            raise error("InvalidDBInstanceState")
        instance |= {"status": "modifying", "busy": 3, "backups": arguments["BackupRetentionPeriod"]}

    # CloudWatch

    def _get_metric_statistics(self, here: dict[str, Any], region: str, **arguments: Any) -> dict[str, Any]:
        if arguments["Namespace"] == "AWS/S3":
            return {"Datapoints": [{"Sum": here["failed_objects"]}] if here["failed_objects"] else []}
        points = here["lag"] if here["lag"] is not None else self._flowing()
        return {"Datapoints": [{"Timestamp": datetime.fromtimestamp(at, UTC), "Maximum": lag} for at, lag in points]}

    def _flowing(self) -> list[tuple[float, float]]:
        """A replica that is two seconds behind, until its source goes dark."""
        lost = self.dark.get(HOME, self.now)
        minutes = [self.now - 60 * minute for minute in range(1, 31)]
        return [(at, 2.0 if at <= lost else at - lost + 2) for at in minutes]

    def _put_metric_data(self, here: dict[str, Any], region: str, **arguments: Any) -> None:
        for one in arguments["MetricData"]:
            assert one["Dimensions"][0] == {"Name": "Journal", "Value": f"failover-{region}"}
            here["metrics"][one["MetricName"], one["Dimensions"][1]["Value"]] = one["Value"]

    # EC2 and Auto Scaling

    def _describe_network_acls(self, here: dict[str, Any], region: str, **_: Any) -> dict[str, Any]:
        return {"NetworkAcls": [{"NetworkAclId": f"acl-{region}", "Entries": list(here["acl"])}]}

    def _create_network_acl_entry(self, here: dict[str, Any], region: str, **arguments: Any) -> None:
        if any(entry["RuleNumber"] == arguments["RuleNumber"] for entry in here["acl"]):
            raise error("NetworkAclEntryAlreadyExists")
        here["acl"].append({key: arguments[key] for key in ("RuleNumber", "RuleAction", "Egress")})

    def _delete_network_acl_entry(self, here: dict[str, Any], region: str, **arguments: Any) -> None:
        left = [entry for entry in here["acl"] if entry["RuleNumber"] != arguments["RuleNumber"]]
        if left == here["acl"]:
            raise error("InvalidNetworkAclEntry.NotFound")
        here["acl"] = left

    def _describe_auto_scaling_groups(self, here: dict[str, Any], region: str, **_: Any) -> dict[str, Any]:
        return {"AutoScalingGroups": [{**here["group"], "AutoScalingGroupName": f"web-{region}"}]}

    def _set_desired_capacity(self, here: dict[str, Any], region: str, **arguments: Any) -> None:
        here["group"]["DesiredCapacity"] = arguments["DesiredCapacity"]
