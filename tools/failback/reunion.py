"""Two primary secrets become one again, in an order that leaves no region without a secret at any moment.

After a failover the secrets in the region that took over are primary secrets, and so are those in the home region, with
the old address. Terraform manages those at home. It would say that all is well, and AWS would refuse to replicate over
secrets that stand alone.

https://docs.aws.amazon.com/secretsmanager/latest/userguide/standalone-secret.html
https://docs.aws.amazon.com/secretsmanager/latest/userguide/replicate-secrets_troubleshoot.html
"""

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

from modules.areas.failover.runtime.clients import code
from modules.areas.failover.runtime.world import World
from tools.errors import ToolError
from tools.failback.apart import MISSING, follows, is_primary, primary_of

PAUSE, LONGEST = 5.0, 10 * 60
FAILED, IN_SYNC = "Failed", "InSync"
AGAIN = "run the same command again: it goes on from what AWS says then"


@dataclass(frozen=True, kw_only=True)
class Reunion:
    """Makes the secrets at home the only primary ones, with the value that the writer's region has.

    Each step looks first and does what is left, so it may be killed and repeated at any time.

    Parameters
    ----------
    world : World
        The platform and AWS.
    home : str
        The region whose secrets Terraform manages.
    writer : str
        The region that has taken over, whose value is right.
    tell : callable
        Where to say what is done.
    sleep : callable
        Waits some seconds.
    """

    world: World
    home: str
    writer: str
    tell: Callable[[str], None]
    sleep: Callable[[float], None] = time.sleep

    def unite(self) -> None:
        """Unite all secrets, and let the function at home rotate them again.

        Raises
        ------
        ToolError
            When a region has no such secret, a rotation is under way, or a replica cannot be made.
        DarkError
            When a region does not answer.
        """
        for name in self.world.platform.secrets:
            # Every region, before anything changes: one that is dark would keep what it has.
            for region in sorted(self.world.platform.places):
                self._require_it(region, name)
            self._end_rotation(name)
            self._stand_alone(name)
            self._take_over_value(name)
            self._remove_failed(name)
            self._replicate(name)
            self._wait(name)
            self._rotate(name)

    def _require_it(self, region: str, name: str) -> None:
        try:
            self._describe(region, name)
        except ClientError as error:
            if code(error) != MISSING:
                raise
            raise ToolError(
                f"there is no secret {name} in {region}",
                advice=f"if {region} is not built yet, take it out of the settings until the secrets are one",
            ) from error

    def _end_rotation(self, name: str) -> None:
        """End rotation at the writer: a password that it sets while the value is copied would be lost."""
        said = self._describe(self.writer, name)
        if self.writer == self.home or not is_primary(said, self.writer):
            return
        _require_no_rotation(name, self.writer, said)
        if said.get("RotationEnabled"):
            self._ask(self.writer, "cancel_rotate_secret", name)
            self.tell(f"{name}: rotation in {self.writer} has ended")
            _require_no_rotation(name, self.writer, self._describe(self.writer, name))

    def _stand_alone(self, name: str) -> None:
        """Make primary secrets of what follows the writer's, at home first: each keeps its value meanwhile."""
        for region in (self.home, *self.world.platform.others(self.home, self.writer)):
            said = self._describe(region, name)
            if primary_of(said, region) not in {region, self.home}:
                self._ask(region, "stop_replication_to_replica", name)
                self.tell(f"{name}: stands alone in {region}")

    def _take_over_value(self, name: str) -> None:
        if self.writer == self.home or follows(self.world, self.writer, name, self.home):
            return
        right = self._ask(self.writer, "get_secret_value", name)["SecretString"]
        if json.loads(self._ask(self.home, "get_secret_value", name)["SecretString"]) != json.loads(right):
            self._ask(self.home, "put_secret_value", name, SecretString=right)
            self.tell(f"{name}: the value of {self.writer} is in {self.home}")

    def _remove_failed(self, name: str) -> None:
        """Remove replicas that were never made, because a secret stood in their way. What stands there stays."""
        failed = [region for region, status in self._replicas(name).items() if status == FAILED]
        failed = [region for region in failed if not follows(self.world, region, name, self.home)]
        if failed:
            self._ask(self.home, "remove_regions_from_replication", name, RemoveReplicaRegions=failed)
            self.tell(f"{name}: failed replicas of {self.home} in {', '.join(failed)} are removed")

    def _replicate(self, name: str) -> None:
        for region in self.world.platform.others(self.home):
            if follows(self.world, region, name, self.home):
                continue
            self._ask(
                self.home,
                "replicate_secret_to_regions",
                name,
                AddReplicaRegions=[{"Region": region, "KmsKeyId": self._key(region)}],
                ForceOverwriteReplicaSecret=True,
            )
            self.tell(f"{name}: {region} follows {self.home}")

    def _key(self, region: str) -> str:
        """Return the ARN of the key there. Secrets Manager keeps an alias as it is, and Terraform wants another one.

        To have it, the provider would delete the replica and make it again
        (https://github.com/hashicorp/terraform-provider-aws/blob/v5.100.0/internal/service/secretsmanager/secret.go).
        """
        alias = self.world.platform.places[region].secrets_key
        return str(self.world.aws.ask("kms", region, "describe_key", KeyId=alias)["KeyMetadata"]["Arn"])

    def _wait(self, name: str) -> None:
        """Wait until the replicas have the value: replication goes on after the call has answered."""
        end = self.world.now() + LONGEST
        while True:
            found = self._replicas(name)
            waits = [region for region in self.world.platform.others(self.home) if found.get(region) != IN_SYNC]
            if not waits:
                return
            where = ", ".join(f"{region} ({found.get(region, 'missing')})" for region in waits)
            if any(found.get(region) == FAILED for region in waits):
                # The region keeps what it has; to begin anew by deleting it would leave it without (the page above).
                raise ToolError(
                    f"{name}: no replica of {self.home} in {where}",
                    advice=f"`aws secretsmanager describe-secret --region {self.home} --secret-id {name}` says why; "
                    f"mend that, choose Retry replication in the console, then {AGAIN}",
                )
            if self.world.now() >= end:
                raise ToolError(f"{name}: no replica of {self.home} in {where}", advice=AGAIN)
            self.sleep(PAUSE)

    def _rotate(self, name: str) -> None:
        """Let the function at home rotate. Secrets Manager then tests the value by itself, and nobody waits for that.

        https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_RotateSecret.html
        """
        place = self.world.platform.places[self.home]
        function = self.world.arn("lambda", self.home, f"function:{place.rotation}")
        said = self._describe(self.home, name)
        if said.get("RotationEnabled") and said.get("RotationLambdaARN") == function:
            return
        self._ask(
            self.home,
            "rotate_secret",
            name,
            RotationLambdaARN=function,
            RotationRules={"AutomaticallyAfterDays": self.world.platform.rotation_days},
            RotateImmediately=False,
        )
        self.tell(f"{name}: {self.home} rotates it again")

    def _replicas(self, name: str) -> dict[str, str]:
        return {one["Region"]: one["Status"] for one in self._describe(self.home, name).get("ReplicationStatus", [])}

    def _describe(self, region: str, name: str) -> dict[str, Any]:
        return self._ask(region, "describe_secret", name)

    def _ask(self, region: str, operation: str, name: str, **more: Any) -> dict[str, Any]:  # noqa: ANN401 - of boto3
        return self.world.aws.ask("secretsmanager", region, operation, SecretId=name, **more)


def _require_no_rotation(name: str, region: str, said: Mapping[str, Any]) -> None:
    """Refuse while a version is pending: the database may have its password already, and nobody else has."""
    pending = [
        version
        for version, labels in said.get("VersionIdsToStages", {}).items()
        if "AWSPENDING" in labels and "AWSCURRENT" not in labels
    ]
    if pending:
        end = f"`aws secretsmanager rotate-secret --region {region} --secret-id {name}` ends it"
        raise ToolError(
            f"{name}: a rotation is under way in {region} (version {pending[0]}), and its password would be lost",
            advice=f"{'wait' if said.get('RotationEnabled') else end}, then {AGAIN}",
        )
