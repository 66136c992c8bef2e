"""`terraform init`, run once for what it was run with: again it reads 700 MB of provider and changes nothing.

It takes half a second of the processor, before every plan. What it does with a directory depends on its arguments, the
environment, the backend and the providers of the configuration, and the lock file; and on what it left there itself.
That the tools run it before they plan is shown by `tests/tools`.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest

from tools.paths import PROVIDER_LOCK
from tools.terraform import Terraform

#: What `init` leaves: the backend, and the links to the providers.
_BACKEND, _PROVIDERS = Path(".terraform/terraform.tfstate"), Path(".terraform/providers")


@contextmanager
def once() -> Iterator[None]:
    """Have `Terraform.init` do nothing where it would do again what it did last in the directory."""
    original, done = Terraform.init, dict[Path, Any]()

    def init(terraform: Terraform, backend_arguments: Sequence[str] = ()) -> None:
        asked = [*backend_arguments], terraform._environment, *_read(terraform.directory)
        if done.get(terraform.directory) == (asked, _left(terraform.directory)):
            return
        done.pop(terraform.directory, None)
        original(terraform, backend_arguments)
        done[terraform.directory] = (asked, _left(terraform.directory))

    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.setattr(Terraform, "init", init)
        yield


def _read(directory: Path) -> Iterator[Any]:
    """What `init` reads: of each file the backend and versions of providers, and whose resources it has."""
    yield (directory / PROVIDER_LOCK.name).read_bytes()
    for file in sorted(directory.glob("*.tf.json")):
        document = json.loads(file.read_text(encoding="utf-8"))
        kinds = {kind.partition("_")[0] for section in ("resource", "data") for kind in document.get(section, {})}
        yield file.name, document.get("terraform"), kinds


def _left(directory: Path) -> tuple[bytes, bool]:
    backend = b""
    with suppress(FileNotFoundError):
        backend = (directory / _BACKEND).read_bytes()
    return backend, (directory / _PROVIDERS).is_dir()
