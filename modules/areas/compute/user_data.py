"""The user data script of the web tier's instances."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from modules.areas.storage.storage import READ_ONLY
from modules.settings.container import ECR_REGISTRY
from modules.settings.entry import HEALTH_PATH

if TYPE_CHECKING:
    from modules.core.region import Region
    from modules.settings.compute import ComputeSettings

RUNTIME = Path(__file__).parent / "runtime"
#: Log files that the CloudWatch agent sends, by the last part of the log stream's name.
LOG_FILES = {
    "access": "/var/log/nginx/access.log",
    "error": "/var/log/nginx/error.log",
    "boot": "/var/log/cloud-init-output.log",
}


@dataclass(frozen=True, kw_only=True)
class BootScript:
    """The script that cloud-init runs at the first boot of an instance.

    Parameters
    ----------
    values
        Variable assignments. They may contain references to Terraform resources.
    body
        The rest of the script. Terraform must not interpolate it.
    """

    values: str
    body: str

    @property
    def text(self) -> str:
        """The whole script."""
        return f"{self.values}\n{self.body}"


def boot_script(region: Region, *, bucket: str, log_group: str, namespace: str, group: str) -> BootScript:
    """The script for instances of ``region``.

    The script installs nginx and the CloudWatch agent, creates a certificate, fetches the content, and starts the
    server. Instances that serve an artifact or a container first read the platform's parameters, and write them to
    ``/etc/web/environment``: so they are no references here, and a change of one replaces no instance. The same
    arguments always give the same text. The text contains no secret: a container's are read each time it starts.

    Parameters
    ----------
    region
        The region, with the ``compute`` settings.
    bucket
        The bucket with the artifact below ``releases/``.
    log_group
        The log group for the logs.
    namespace
        The CloudWatch namespace for memory and disk metrics.
    group
        The name of the Auto Scaling group, a dimension of the metrics.

    See https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/user-data.html
    """
    compute = region.settings.compute
    image = compute.container.image_in(region.name)
    locations = _render(
        "container.conf" if image else "files.conf",
        health=HEALTH_PATH,
        port=str(compute.container.port),
        health_path=compute.container.health_path,
    )
    body = _render(
        "boot.sh",
        agent=json.dumps(_agent(log_group=log_group, namespace=namespace, group=group), indent=2),
        hardening=_render("hardening.conf"),
        nginx=_render("nginx.conf", vpc=str(region.cidr), locations=locations),
        packages=" docker" if image else "",
        serve=_serve_container(region, image, log_group=log_group) if image else _serve_files(compute),
    )
    values = {}
    if image:
        registry = ECR_REGISTRY.match(image)
        values = {
            "IMAGE": image,
            "PARAMETERS": region.names.path,
            "REGION": region.name,
            "REGISTRY_REGION": registry["region"] if registry else "",
        }
    elif compute.artifact:
        values = {
            "ARTIFACT": f"s3://{bucket}/{READ_ONLY}{compute.artifact}",
            "ARTIFACT_SHA256": compute.artifact_sha256 or "",
            "PARAMETERS": region.names.path,
            "REGION": region.name,
        }
    # The settings allow no quotes in these values.
    assignments = [f"readonly {name}='{value}'" for name, value in values.items()]
    return BootScript(values="\n".join(["#!/bin/bash", *assignments]), body=f"{body}\n")


def _serve_container(region: Region, image: str, *, log_group: str) -> str:
    container = region.settings.compute.container
    run = _render(
        "run.sh",
        image=image,
        log_group=log_group,
        port=str(container.port),
        read_only="--read-only --tmpfs /tmp" if container.read_only else "",
        region=region.name,
        secrets="".join(
            f"secret {one.variable} {one.region} '{one.id}'\n" for one in container.secrets_in(region.name)
        ),
    )
    # What the settings say comes last, so that nothing in it is taken for a part of the script.
    variables = "\n".join(f"{name}={value}" for name, value in container.environment.items())
    return _render(
        "container.sh",
        environment=_render("environment.sh"),
        run=run,
        port=str(container.port),
        variables=variables,
    )


def _serve_files(compute: ComputeSettings) -> str:
    return _render("artifact.sh", environment=_render("environment.sh")) if compute.artifact else _render("page.sh")


def _render(name: str, **parts: str) -> str:
    text = (RUNTIME / name).read_text(encoding="utf-8").rstrip("\n")
    for part, value in parts.items():
        text = text.replace(f"{{{{{part}}}}}", value)
    return text


def _agent(*, log_group: str, namespace: str, group: str) -> dict[str, object]:
    """Configuration of the CloudWatch agent.

    See https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch-Agent-Configuration-File-Details.html
    """
    # The name of the group is given. To find it, the agent would need ec2:DescribeTags on all resources.
    group_dimension = {"AutoScalingGroupName": group}
    return {
        "agent": {"metrics_collection_interval": 60, "run_as_user": "root"},
        "metrics": {
            "namespace": namespace,
            "append_dimensions": {"InstanceId": "${aws:InstanceId}"},
            "aggregation_dimensions": [["AutoScalingGroupName"]],
            "metrics_collected": {
                "mem": {"measurement": ["used_percent"], "append_dimensions": group_dimension},
                "disk": {
                    "measurement": ["used_percent"],
                    "resources": ["/"],
                    "drop_device": True,
                    "append_dimensions": group_dimension,
                },
            },
        },
        "logs": {
            "logs_collected": {
                "files": {
                    "collect_list": [
                        {"file_path": path, "log_group_name": log_group, "log_stream_name": f"{{instance_id}}/{name}"}
                        for name, path in LOG_FILES.items()
                    ]
                }
            }
        },
    }
