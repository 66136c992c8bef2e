"""The web tier of a region."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cdktf_cdktf_provider_aws.iam_instance_profile import IamInstanceProfile
from constructs import Construct

from modules.areas.compute.group import InstanceGroup
from modules.areas.compute.permissions import (
    image_pull_statements,
    log_writer_statements,
    managed_instance_statements,
    metric_writer_statements,
    secret_read_statements,
)
from modules.areas.compute.scaling import Scaling
from modules.areas.compute.security_group import WebSecurityGroup
from modules.areas.compute.template import LaunchTemplate
from modules.areas.compute.user_data import boot_script
from modules.blocks.identity.inspector import inspector_statements
from modules.blocks.log_group import log_group

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cdktf_cdktf_provider_aws.security_group import SecurityGroup

    from modules.areas.ingress.load_balancer import LoadBalancer
    from modules.areas.network.network import Network
    from modules.areas.storage.bucket import Bucket
    from modules.blocks.identity.role import InstanceRole
    from modules.blocks.keys.keys import Keys
    from modules.core.region import Region

WEB = "web"


class WebTier(Construct):
    """Instances in private subnets that serve HTTPS to a load balancer, with their role, template and scaling.

    Parameters
    ----------
    region
        The region, with the ``compute`` settings.
    network
        The network of the instances.
    keys
        The region's keys. The volume key encrypts volumes, the log key encrypts logs.
    role
        The role of the instances. The permissions of the web tier are added to it.
    artifacts
        The bucket with the artifact below ``releases/``, if an artifact is served.
    load_balancer
        The load balancer in front of the instances.
    clients
        Further security groups of the instances, which give access to something, such as the database. None by default.

    Attributes
    ----------
    security_group, log_group, template, group
        Resources that other areas may refer to.
    namespace
        The CloudWatch namespace of the agent's memory and disk metrics.
    """

    def __init__(  # noqa: PLR0913 - each comes from another area
        self,
        scope: Construct,
        id_: str,
        *,
        region: Region,
        network: Network,
        keys: Keys,
        role: InstanceRole,
        artifacts: Bucket,
        load_balancer: LoadBalancer,
        clients: Sequence[SecurityGroup] = (),
    ) -> None:
        super().__init__(scope, id_)
        self.namespace = region.names.of("metrics", WEB)
        self.security_group = WebSecurityGroup(
            self, "security-group", region=region, network=network, load_balancer=load_balancer
        )
        load_balancer.allow_to_targets(self.security_group.id)
        self.log_group = log_group(self, "log-group", region=region, name=region.names.of("logs", WEB), key=keys.logs)
        image = region.settings.compute.container.image_in(region.name)
        role.allow(
            WEB,
            [
                *managed_instance_statements(region),
                *(() if region.settings.findings.inspector == "off" else inspector_statements(region)),
                *log_writer_statements(self.log_group.arn),
                *metric_writer_statements(self.namespace),
                *(image_pull_statements(image) if image else ()),
                *secret_read_statements(region, region.settings.compute.container.secrets_in(region.name)),
            ],
        )
        profile = IamInstanceProfile(
            self,
            "profile",
            provider=region.provider,
            name=region.names.of("profile", WEB),
            role=role.resource.name,
            tags={"Name": region.names.of("profile", WEB)},
        )
        self.template = LaunchTemplate(
            self,
            "template",
            region=region,
            identifier=WEB,
            key=keys.volumes,
            profile=profile,
            security_group_ids=[self.security_group.id, *(group.id for group in clients)],
            boot=boot_script(
                region,
                bucket=artifacts.name,
                log_group=region.names.of("logs", WEB),
                namespace=self.namespace,
                group=region.names.of("asg", WEB),
            ),
        )
        self.group = InstanceGroup(
            self,
            "group",
            region=region,
            identifier=WEB,
            network=network,
            load_balancer=load_balancer,
            template=self.template,
            dependencies=[network, load_balancer, self.security_group, role, artifacts],
        )
        Scaling(self, "scaling", region=region, group=self.group, load_balancer=load_balancer)
