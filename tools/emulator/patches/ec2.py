"""EC2: the default key of EBS, what launch templates hold, and descriptions of security group rules."""

from collections.abc import Callable
from typing import Any

from moto.core.responses import ActionResult
from moto.ec2.models.launch_templates import LaunchTemplate, LaunchTemplateBackend
from moto.ec2.models.security_groups import SecurityGroupRule
from moto.ec2.responses import EC2Response
from moto.ec2.utils import parse_user_data

from tools.emulator.helpers.replacing import replace, wrap

AWS_MANAGED = "alias/aws/ebs"


def get_ebs_default_kms_key_id(response: EC2Response) -> ActionResult:
    """Return the region's default key for EBS: until one is set, ``alias/aws/ebs``, whose key AWS manages.

    moto keeps the key but cannot tell it; ``aws_ebs_default_kms_key`` reads it back after setting it. See
    https://docs.aws.amazon.com/cli/latest/reference/ec2/get-ebs-default-kms-key-id.html
    """
    return ActionResult({"KmsKeyId": response.ec2_backend.default_kms_key_id or AWS_MANAGED})


def reset_ebs_default_kms_key_id(response: EC2Response) -> ActionResult:
    """Go back to the key that AWS manages, ``alias/aws/ebs``; moto lacks it, and Terraform destroys with it."""
    response.ec2_backend.default_kms_key_id = ""
    return get_ebs_default_kms_key_id(response)


def create_launch_template(
    original: Callable[..., object],
    backend: LaunchTemplateBackend,
    name: str,
    description: str,
    template_data: dict[str, Any],
    tag_spec: dict[str, Any],
) -> object:
    """Keep the template's own tags apart from those of what is launched.

    moto adds them to the template's data as one more tag specification; AWS does not, so Terraform sees drift.
    """
    launched = [
        specification
        for specification in template_data.pop("TagSpecifications", [])
        if specification["ResourceType"] != "launch-template"
    ]
    if launched:
        template_data["TagSpecifications"] = launched
    return original(backend, name, description, template_data, tag_spec)


def create_version(
    original: Callable[..., object], template: LaunchTemplate, data: dict[str, Any], description: str
) -> object:
    """Take the user data of every version for what it is, base64.

    moto does so for a template's first version only, and fails to launch instances from the others.
    """
    if isinstance(data.get("UserData"), str):
        data["UserData"] = parse_user_data(data["UserData"] or None)
    return original(template, data, description)


def template_tags(template: LaunchTemplate) -> list[dict[str, str]]:
    """Return the tags that a template has now.

    moto tells those that it was made with for ever, whatever ``CreateTags`` and ``DeleteTags`` changed; Terraform then
    plans the change of a tag again and again. In AWS a template's tags are changed like any other's:
    https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateTags.html
    """
    return template.get_tags()


def rule_description(rule: SecurityGroupRule) -> str | None:
    """Return the description of a rule, one that refers to another group included.

    moto keeps it with the group that is referred to, and only ever reads it with a block of addresses; Terraform sees
    drift.
    """
    # An update puts it with the addresses, even where there are none.
    description = rule.ip_range.get("Description") or rule.source_group.get("Description")
    return str(description) if description else None


def apply() -> None:
    """Apply the patches."""
    replace(EC2Response, "get_ebs_default_kms_key_id", get_ebs_default_kms_key_id)
    replace(EC2Response, "reset_ebs_default_kms_key_id", reset_ebs_default_kms_key_id)
    wrap(LaunchTemplateBackend, "create_launch_template", create_launch_template)
    wrap(LaunchTemplate, "create_version", create_version)
    # moto writes its own when it makes one.
    replace(LaunchTemplate, "tags", property(template_tags, lambda _template, _tags: None))
    replace(SecurityGroupRule, "description", property(rule_description))
