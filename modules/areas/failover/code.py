"""The code of the failover functions, with the platform's names beside it."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING

from modules.areas.failover import runtime
from modules.areas.failover.description import describe
from modules.blocks.functions.archive import package, write_archive
from modules.blocks.functions.code import CACHE, FunctionCode

if TYPE_CHECKING:
    from constructs import Construct

    from modules.settings import Settings

PACKAGE = "failover"
RUNTIME = Path(runtime.__file__).parent


class FailoverCode(FunctionCode):
    """The zip file of one of the functions: the runtime, and the names in ``platform.json``.

    The names are a file because environment variables have 4 KB together, and a region takes half of one.

    Parameters
    ----------
    settings
        The platform's settings.
    entry
        The function of ``handler.py`` that Lambda calls.
    """

    def __init__(self, scope: Construct, id_: str, *, settings: Settings, entry: str) -> None:
        text = describe(settings).dump()
        # Of its own content, since syntheses of other settings may run at the same time.
        folder = CACHE / f"failover-{hashlib.sha256(text.encode()).hexdigest()[:16]}"
        folder.mkdir(parents=True, exist_ok=True)
        names = folder / "platform.json"
        names.write_text(text, encoding="utf-8")
        bundle = folder / "failover.zip"
        digest = write_archive(bundle, [*package(PACKAGE, RUNTIME), (f"{PACKAGE}/{names.name}", names)])
        super().__init__(scope, id_, bundle=bundle, digest=digest, handler=f"{PACKAGE}.handler.{entry}")
