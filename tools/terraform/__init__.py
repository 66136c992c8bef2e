"""Terraform: found, configured and run."""

from tools.terraform.binary import Binary, find_terraform
from tools.terraform.configuration import cli_configuration
from tools.terraform.runner import Options, Terraform

__all__ = ["Binary", "Options", "Terraform", "cli_configuration", "find_terraform"]
