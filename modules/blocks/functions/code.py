"""A function's code, as an asset of the stack."""

from __future__ import annotations

from pathlib import Path

from cdktf import AssetType, TerraformAsset
from constructs import Construct

ROOT = Path(__file__).parents[3]
#: Folder in which zip files are built before they are copied into the output.
CACHE = ROOT / "build" / "cache"


class FunctionCode(Construct):
    """A zip file, copied into the output beside the stack's JSON.

    Its path is relative to the stack, so the output is the same on every machine and can be applied from any machine.

    Parameters
    ----------
    bundle
        The zip file.
    digest
        Its SHA-256 in base64, the format of Lambda.
    handler
        The handler that Lambda calls.

    Attributes
    ----------
    path
        Path of the zip file, relative to the stack's folder.
    hash, handler
        What it was made with.

    See https://developer.hashicorp.com/terraform/cdktf/concepts/assets
    """

    def __init__(self, scope: Construct, id_: str, *, bundle: Path, digest: str, handler: str) -> None:
        super().__init__(scope, id_)
        self.path = TerraformAsset(self, "Resource", path=str(bundle), type=AssetType.FILE).path
        self.hash, self.handler = digest, handler
