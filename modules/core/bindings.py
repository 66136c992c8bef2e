"""Load the AWS bindings quickly.

``import cdktf_cdktf_provider_aws.vpc`` runs the package's ``__init__``, which imports all of its 2,137 submodules,
and has the Node side read a 120 MB assembly and require every one of them. This program uses a few dozen. So five
things are cut:

* on the Python side, the package's ``__init__`` is replaced by an empty one, of which a submodule needs only the path;
* there too, what versions of packages are installed is looked up once; every submodule asks for typeguard's;
* an attribute that Terraform knows later, such as an ARN, is asked of the Node side once for each resource, and not at
  each use: its token stays the same;
* there too, the types of a constructor's arguments are read once, and not at each call; arguments are checked against
  them as before, but for those that are not given and need not be, which are most;
* on the Node side, the jsii tarball is replaced by one that holds only the submodules that ``FOLDERS`` import, and
  no source maps. It is made once and kept under ``build/cache``, named by the original's size and time, the submodules
  in it and this file.

Type checkers and editors read the real package; the synthesized output is the same to the byte.
``MERIDIAN_FAST_BINDINGS=0`` switches all of it off.
"""

from __future__ import annotations

import functools
import hashlib
import importlib.abc
import importlib.machinery
import importlib.metadata
import io
import json
import os
import re
import sys
import tarfile
import typing
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from types import ModuleType

PACKAGE = "cdktf_cdktf_provider_aws"
ASSEMBLY = "@cdktf/provider-aws"
ROOT = Path(__file__).parents[2]
#: Folders of the constructs: of the platform, of the team that runs it, and of the examples.
FOLDERS = ("modules", "extensions", "examples")
CACHE = ROOT / "build" / "cache"
REQUIRE = re.compile(r"require\(['\"]\./([\w-]+)['\"]\)")


def install() -> None:
    """Make the next import of the AWS bindings a fast one; do nothing if they are loaded or if it is switched off."""
    # jsii warns about Node 20 over twelve lines of stderr, where the faults of a settings file should stand alone.
    os.environ.setdefault("JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION", "20")
    if os.environ.get("MERIDIAN_FAST_BINDINGS") == "0" or PACKAGE in sys.modules:
        return
    if not any(isinstance(finder, _BindingsFinder) for finder in sys.meta_path):
        sys.meta_path.insert(0, _BindingsFinder())


def submodules_in_use() -> list[str]:
    """Names of the binding submodules that the files in ``FOLDERS`` import, sorted."""
    pattern = re.compile(rf"^\s*from {PACKAGE}\.(\w+) import", re.MULTILINE)
    files = [file for folder in FOLDERS for file in (ROOT / folder).rglob("*.py")]
    return sorted({name for file in files for name in pattern.findall(file.read_text())})


class _BindingsFinder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Finds the bindings' top package, and nothing else, and loads an empty module in its place."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        if fullname != PACKAGE:
            return None
        real = importlib.machinery.PathFinder.find_spec(fullname, path, target)
        if real is None or real.submodule_search_locations is None:
            return None
        spec = importlib.machinery.ModuleSpec(fullname, self, origin=real.origin, is_package=True)
        spec.submodule_search_locations = list(real.submodule_search_locations)
        return spec

    def exec_module(self, module: ModuleType) -> None:
        importlib.metadata.version = functools.cache(importlib.metadata.version)
        typing.get_type_hints = _of_stubs_once(typing.get_type_hints)

        import jsii  # noqa: PLC0415 - it starts Node, and only who builds constructs needs that
        import typeguard  # noqa: PLC0415 - jsii's, for the bindings
        from jsii._runtime import kernel  # noqa: PLC0415

        typeguard.check_type = _but_for_absent(typeguard.check_type)
        jsii.get = _once(jsii.get)

        tarball = next(Path(module.__path__[0], "_jsii").glob("*.jsii.tgz"))
        load = kernel.load

        def load_slim(name: str, version: str, file: str) -> Any:  # noqa: ANN401 - what jsii declares
            return load(name, version, str(_slim(tarball, submodules_in_use())) if name == ASSEMBLY else file)

        kernel.load = load_slim  # type: ignore[method-assign, assignment]


def _of_stubs_once(get_type_hints: Callable[..., dict[str, Any]]) -> Callable[..., dict[str, Any]]:
    """`get_type_hints` that keeps those of jsii's stubs, functions with the types of a call's arguments."""
    kept: dict[Any, dict[str, Any]] = {}

    @functools.wraps(get_type_hints)
    def get_once(of: Any, *arguments: Any, **more: Any) -> dict[str, Any]:  # noqa: ANN401 - what typing declares
        if not getattr(of, "__name__", "").startswith("_typecheckingstub__"):
            return get_type_hints(of, *arguments, **more)
        if of not in kept:
            kept[of] = get_type_hints(of, *arguments, **more)
        return kept[of]

    return get_once


def _but_for_absent(check_type: Callable[..., Any]) -> Callable[..., Any]:
    """`check_type` that does not look at an argument that is not given and need not be."""

    def check(argname: str, value: object, expected_type: object, *arguments: Any, **more: Any) -> Any:  # noqa: ANN401
        if value is None and getattr(expected_type, "__args__", ())[-1:] == (type(None),):
            return None
        return check_type(argname, value, expected_type, *arguments, **more)

    return check


def _once(get: Callable[[Any, str], Any]) -> Callable[[Any, str], Any]:
    """`get` of a property of an object, which keeps what it returns if that is a token of an attribute."""
    kept: dict[tuple[str, str], str] = {}

    def get_once(of: Any, name: str) -> Any:  # noqa: ANN401 - what jsii declares
        key = (of.__jsii_ref__.ref, name)
        if key not in kept:
            value = get(of, name)
            # What a resource was given can be set anew, and is read as `nameInput`.
            if not isinstance(value, str) or not value.startswith("${TfToken[") or name.endswith("Input"):
                return value
            kept[key] = value
        return kept[key]

    return get_once


def _slim(tarball: Path, submodules: list[str]) -> Path:
    """Path of the tarball cut down to ``submodules``, which is made if it is not there yet."""
    stat = tarball.stat()
    made_of = [tarball.name, stat.st_size, stat.st_mtime_ns, submodules, Path(__file__).read_text()]
    key = hashlib.sha256(json.dumps(made_of).encode()).hexdigest()
    target = CACHE / f"provider-aws-{key[:16]}.jsii.tgz"
    if not target.exists():
        CACHE.mkdir(parents=True, exist_ok=True)
        partial = target.with_suffix(f".{os.getpid()}")
        with tarfile.open(tarball) as whole, tarfile.open(partial, "w:gz", compresslevel=1) as cut:
            for member in whole:
                file = whole.extractfile(member)
                body = file and _cut(member.name, file.read(), set(submodules))
                if body:
                    member.size = len(body)
                    cut.addfile(member, io.BytesIO(body))
        # jsii refuses a tarball that changes while it is read: whichever process was first keeps its own.
        with suppress(FileExistsError):
            target.hardlink_to(partial)
        partial.unlink()
    return target


def _cut(name: str, body: bytes, submodules: set[str]) -> bytes:
    """What is left of one file of the tarball; nothing if no submodule in use needs it."""
    if name == "package/.jsii":
        keep = {re.sub(r"_(\w)", lambda match: match[1].upper(), submodule) for submodule in submodules}
        assembly = json.loads(body)
        for part in ("types", "submodules"):
            assembly[part] = {key: value for key, value in assembly[part].items() if key.split(".")[1] in keep}
        return json.dumps(assembly).encode()
    if name == "package/lib/index.js":
        lines = body.decode().splitlines(keepends=True)
        return "".join(
            line for line in lines if not (m := REQUIRE.search(line)) or m[1].replace("-", "_") in submodules
        ).encode()
    folder = name.removeprefix("package/lib/").partition("/")[0] if name.startswith("package/lib/") else ""
    if folder and "." not in folder and folder.replace("-", "_") not in submodules:
        return b""
    return body.partition(b"//# sourceMappingURL=")[0] if name.endswith(".js") else body
