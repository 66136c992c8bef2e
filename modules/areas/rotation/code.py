"""The code of the rotation function, as an asset of the stack."""

from __future__ import annotations

import os
import sysconfig
from pathlib import Path
from typing import TYPE_CHECKING

from modules.areas.rotation import runtime
from modules.areas.rotation.bundle import HANDLER, build_bundle
from modules.areas.rotation.certificates import BUNDLE, covered_regions, rds_certificates
from modules.blocks.functions.archive import BundleError
from modules.blocks.functions.code import CACHE, FunctionCode

if TYPE_CHECKING:
    from collections.abc import Iterable

    from constructs import Construct

RUNTIME = Path(runtime.__file__).parent
#: Distributions that the runtime imports. boto3 is part of Lambda's Python runtime.
DISTRIBUTIONS = ("pg8000",)


class RotationCode(FunctionCode):
    """The zip file of the rotation function, built in each run: it takes a few hundredths of a second.

    Parameters
    ----------
    regions
        The regions whose databases the function connects to.

    Raises
    ------
    BundleError
        If a package is not installed, or there is no certificate for one of the regions.
    """

    def __init__(self, scope: Construct, id_: str, *, regions: Iterable[str]) -> None:
        bundle = CACHE / "rotation.zip"
        digest = build_bundle(
            bundle,
            runtime=RUNTIME,
            site_packages=Path(sysconfig.get_path("purelib")),
            distributions=DISTRIBUTIONS,
            ca_bundle=_ca_bundle(regions),
        )
        super().__init__(scope, id_, bundle=bundle, digest=digest, handler=HANDLER)


def _ca_bundle(regions: Iterable[str]) -> Path:
    """PEM file with the RDS certificates of all regions. Fails if one of ``regions`` is not covered."""
    pem = rds_certificates()
    missing = sorted(set(regions) - covered_regions(pem))
    if missing:
        raise BundleError(f"{BUNDLE.name} has no certificate of RDS for {', '.join(missing)}")
    file = CACHE / "rds-certificates.pem"
    CACHE.mkdir(parents=True, exist_ok=True)
    partial = file.with_name(f"{file.name}.{os.getpid()}.partial")
    partial.write_text(pem, encoding="utf-8")
    return partial.replace(file)
