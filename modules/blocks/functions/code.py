"""A function's code, as the output carries it."""

from __future__ import annotations

from pathlib import Path

from cdktf import AssetType, TerraformAsset
from constructs import Construct

ROOT = Path(__file__).parents[3]
#: Where zips are built before they are put into the output.
CACHE = ROOT / "build" / "cache"


class FunctionCode(Construct):
    """A zip, put into the output beside the JSON that refers to it.

    Its path is relative to the stack, so the output is the same on every machine and can be applied from any of them.

    Parameters
    ----------
    bundle
        The zip.
    digest
        Its SHA-256 in base64, as Lambda states it too.
    handler
        What Lambda calls in it.

    Attributes
    ----------
    path
        The zip, relative to the stack's folder.
    hash, handler
        What it was made with.

    See https://developer.hashicorp.com/terraform/cdktf/concepts/assets
    """

    def __init__(self, scope: Construct, id_: str, *, bundle: Path, digest: str, handler: str) -> None:
        super().__init__(scope, id_)
        self.path = TerraformAsset(self, "Resource", path=str(bundle), type=AssetType.FILE).path
        self.hash, self.handler = digest, handler
