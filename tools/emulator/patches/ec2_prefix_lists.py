"""The prefix list of the health checkers of Route 53, which AWS has in every region and moto does not.

See https://docs.aws.amazon.com/vpc/latest/userguide/working-with-aws-managed-prefix-lists.html
"""

from collections.abc import Callable

from moto.ec2.models.managed_prefixes import ManagedPrefixListBackend

from tools.emulator.helpers.replacing import wrap

#: Where the checkers of all regions are.
#: https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/route-53-ip-addresses.html
CHECKERS = "15.177.0.0/18"


def create_default_pls(original: Callable[[ManagedPrefixListBackend], None], backend: ManagedPrefixListBackend) -> None:
    """Make AWS's own prefix lists of a region, that of the health checkers among them."""
    original(backend)
    backend._create_aws_managed_prefix_list(  # noqa: SLF001 - what moto makes its own with
        name=f"com.amazonaws.{backend.region_name}.route53-healthchecks",  # type: ignore[attr-defined]
        address_family="IPv4",
        entries=[{"Cidr": CHECKERS, "Description": "default"}],
    )


def apply() -> None:
    """Apply the patch."""
    wrap(ManagedPrefixListBackend, "create_default_pls", create_default_pls)
