# ruff: noqa: ARG002 - every operation is called in the same way
"""What the regions in memory do with secrets, and with the keys of their replicas."""

from __future__ import annotations

import json
from typing import Any

from tests.failover.aws_copies import error

ACCOUNT = "123456789012"


def key_arn(region: str, alias: str) -> str:
    return f"arn:aws:kms:{region}:{ACCOUNT}:key/of-{alias.rpartition('/')[2]}"


class Secrets:
    """The operations; `FakeAws` has the regions."""

    regions: dict[str, dict[str, Any]]
    dark: dict[str, float]
    behind: set[str]

    def _describe_secret(self, here: dict[str, Any], region: str, **arguments: Any) -> dict[str, Any]:
        secret = here["secrets"][arguments["SecretId"]]
        said = {"PrimaryRegion": secret["primary"]} if self._is_replicated(secret, arguments["SecretId"]) else {}
        if secret["rotation"]:
            function = f"arn:aws:lambda:{region}:{ACCOUNT}:function:{secret['rotation']}"
            said |= {"RotationEnabled": True, "RotationLambdaARN": function}
        if secret["pending"]:
            said["VersionIdsToStages"] = {"1": ["AWSCURRENT"], "2": ["AWSPENDING"]}
        name = arguments["SecretId"]
        replicas = [other for other in self._followers(region, name) if other not in {region, *secret["failed"]}]
        told = [{"Region": other, "Status": "InSync"} for other in replicas]
        said["ReplicationStatus"] = told + [{"Region": other, "Status": "Failed"} for other in secret["failed"]]
        return said

    def _describe_key(self, here: dict[str, Any], region: str, **arguments: Any) -> dict[str, Any]:
        return {"KeyMetadata": {"KeyId": "key", "Arn": key_arn(region, arguments["KeyId"])}}

    def catch_up(self) -> None:
        """Have replicas get what was written while their region, or the primary secret's, did not answer."""
        answering = [here["secrets"] for region, here in self.regions.items() if region not in self.dark]
        for secrets in answering:
            for name, secret in secrets.items():
                first = self.regions[secret["primary"]]["secrets"][name]
                if secret["primary"] not in self.dark and first["primary"] == secret["primary"] and secret is not first:
                    secret["value"] = dict(first["value"])

    def _followers(self, primary: str, name: str) -> list[str]:
        return [other for other, there in self.regions.items() if there["secrets"][name]["primary"] == primary]

    def _remove_regions_from_replication(self, here: dict[str, Any], region: str, **arguments: Any) -> None:
        name = arguments["SecretId"]
        for other in arguments["RemoveReplicaRegions"]:
            if other in here["secrets"][name]["failed"]:
                here["secrets"][name]["failed"].remove(other)
            else:
                # What follows is deleted; only what failed has nothing to delete.
                self.regions[other]["secrets"][name]["value"] = None

    def _is_replicated(self, secret: dict[str, Any], name: str) -> bool:
        primary = secret["primary"]
        return sum(here["secrets"][name]["primary"] == primary for here in self.regions.values()) > 1

    def _get_secret_value(self, here: dict[str, Any], region: str, **arguments: Any) -> dict[str, Any]:
        return {"SecretString": json.dumps(here["secrets"][arguments["SecretId"]]["value"])}

    def _put_secret_value(self, here: dict[str, Any], region: str, **arguments: Any) -> None:
        name = arguments["SecretId"]
        if here["secrets"][name]["primary"] != region:
            raise error("InvalidRequestException")
        here["puts"] += 1
        for other, there in self.regions.items():
            if there["secrets"][name]["primary"] == region and other not in {*self.dark, *self.behind} - {region}:
                there["secrets"][name]["value"] = json.loads(arguments["SecretString"])

    def _stop_replication_to_replica(self, here: dict[str, Any], region: str, **arguments: Any) -> None:
        secret = here["secrets"][arguments["SecretId"]]
        if secret["primary"] == region:
            raise error("InvalidRequestException")
        secret["primary"] = region

    def _replicate_secret_to_regions(self, here: dict[str, Any], region: str, **arguments: Any) -> None:
        name = arguments["SecretId"]
        secret = here["secrets"][name]
        if secret["primary"] != region:
            raise error("InvalidRequestException")
        for one in arguments["AddReplicaRegions"]:
            there = self.regions[one["Region"]]["secrets"][name]
            alias = f"alias/secrets-{one['Region']}"
            assert one["KmsKeyId"] in {alias, key_arn(one["Region"], alias)}
            if one["Region"] in secret["failed"]:
                raise error("InvalidParameterException")
            if self._followers(one["Region"], name) != [one["Region"]]:
                # Nobody knows whether AWS does: it has replicas of its own.
                raise error("InvalidRequestException")
            assert there["primary"] == one["Region"], "only what stands alone is overwritten"
            there |= {"primary": region, "value": dict(secret["value"]), "rotation": None, "key": one["KmsKeyId"]}

    def _rotate_secret(self, here: dict[str, Any], region: str, **arguments: Any) -> None:
        secret = here["secrets"][arguments["SecretId"]]
        if secret["primary"] != region or secret["pending"]:
            raise error("InvalidRequestException")
        secret["rotation"] = arguments["RotationLambdaARN"].rpartition(":")[2]

    def _cancel_rotate_secret(self, here: dict[str, Any], region: str, **arguments: Any) -> None:
        here["secrets"][arguments["SecretId"]]["rotation"] = None
