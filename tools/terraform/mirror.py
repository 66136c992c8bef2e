"""Where this machine keeps providers, so that no `init` has to download 700 MB.

Terraform's layout of a mirror is described at
https://developer.hashicorp.com/terraform/cli/config/config-file#provider-installation. It checks no signature of what a
mirror holds, only the hashes of the lock file.
"""

import os
import stat
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from tools.errors import ToolError

AWS = Path("registry.terraform.io/hashicorp/aws")
VARIABLE = "MERIDIAN_PROVIDER_MIRROR"
SHALLOW_ROOTS = tuple(Path(root) for root in ("/opt", "/usr/local", "/usr/share", "/srv", "/var/lib"))
_DEPTH = 3
_MOST_DIRECTORIES = 5_000  # a container store under /var/lib must not turn a look into a search


def find_mirror(
    *,
    environ: Mapping[str, str],
    binary: Path,
    version: str | None = None,
    discover: bool = True,
    roots: Iterable[Path] = SHALLOW_ROOTS,
) -> Path | None:
    """Find a directory that holds the AWS provider.

    Parameters
    ----------
    environ : mapping
        `MERIDIAN_PROVIDER_MIRROR` in it wins; `HOME`, `XDG_DATA_HOME` and `XDG_DATA_DIRS` say where else to look.
    binary : Path
        The terraform program: mirrors are also sought beside it.
    version : str, optional
        The provider version that is needed. By default any will do.
    discover : bool
        Whether to look further than at what is named. Directories that others can write are passed over. True by
        default.
    roots : iterable of Path, optional
        Directories to search three levels deep. By default those where software is usually installed.

    Returns
    -------
    Path or None
        None where there is no mirror: then Terraform looks in its own places, or in the registry.

    Raises
    ------
    ToolError
        When `MERIDIAN_PROVIDER_MIRROR` names a directory without the provider.
    """
    if named := environ.get(VARIABLE):
        if holds_aws(Path(named), version=version):
            return Path(named).absolute()
        raise ToolError(
            f"{VARIABLE}={named} holds no {AWS}/{version or '<version>'}",
            advice=f"name a directory that holds it, or unset {VARIABLE}",
        )
    if not discover:
        return None
    places = (*_conventional(environ, binary), *(place for root in roots for place in _shallow(root)))
    # Without links: what is looked at is what Terraform reads later.
    found = (place.resolve() for place in places if holds_aws(place, version=version))
    return next((mirror for mirror in found if only_ours(mirror)), None)


def holds_aws(directory: Path, *, version: str | None = None) -> bool:
    """Tell whether `directory` is a mirror with the AWS provider, unpacked or packed, in this (or any) version."""
    base = directory / AWS
    try:
        if version is None:
            return any(base.iterdir())
        return (base / version).is_dir() or any(base.glob(f"terraform-provider-aws_{version}_*.zip"))
    except OSError:
        return False


def only_ours(mirror: Path) -> bool:
    """Tell whether nobody but root and this user can change what a mirror holds of the AWS provider.

    Directories above may be open to all if they are sticky, as `/tmp` is: there only its owner renames an entry.
    """
    above = mirror.parents
    below = [mirror / part for part in (*AWS.parents, AWS)]
    try:
        return all(_kept(path, sticky=True) for path in above) and all(
            _kept(path) for path in (*below, *(mirror / AWS).rglob("*"))
        )
    except OSError:
        return False


def _kept(path: Path, *, sticky: bool = False) -> bool:
    found = path.lstat()
    if stat.S_ISLNK(found.st_mode) or found.st_uid not in {0, os.getuid()}:
        return False
    return not found.st_mode & (stat.S_IWGRP | stat.S_IWOTH) or (sticky and bool(found.st_mode & stat.S_ISVTX))


def _conventional(environ: Mapping[str, str], binary: Path) -> Iterator[Path]:
    home = Path(environ["HOME"]) if environ.get("HOME") else Path.home()
    yield home / ".terraform.d/plugins"
    yield Path(environ.get("XDG_DATA_HOME") or home / ".local/share") / "terraform/plugins"
    for directory in (environ.get("XDG_DATA_DIRS") or "/usr/local/share:/usr/share").split(":"):
        yield Path(directory) / "terraform/plugins"
    for beside in {binary.parent, binary.resolve().parent}:
        yield from (beside, beside / "plugins", beside / "terraform.d/plugins", beside / "terraform-plugins")


def _shallow(root: Path) -> Iterator[Path]:
    waiting = deque([(root, 0)])
    seen = 0
    while waiting and seen < _MOST_DIRECTORIES:
        directory, depth = waiting.popleft()
        seen += 1
        yield directory
        if depth == _DEPTH:
            continue
        try:
            below = sorted(entry for entry in directory.iterdir() if entry.is_dir() and not entry.is_symlink())
        except OSError:
            continue
        waiting.extend((entry, depth + 1) for entry in below)
