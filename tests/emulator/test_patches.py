import json
import re
import subprocess
import sys
from collections import defaultdict
from importlib import import_module
from pathlib import Path
from types import ModuleType, SimpleNamespace

import pytest

from tools.emulator import helpers, patches, rules
from tools.paths import ROOT

#: Applies every patch, last name first, and prints which takes hold of what, and how.
APPLY_ALL = """
import json
from importlib import import_module
from tools.emulator import patches
from tools.emulator.helpers import replacing

taken = []

def heard(how, original):
    def take(owner, name, method):
        taken.append((f"{getattr(owner, '__module__', '')}.{owner.__name__}.{name}", how, patch))
        original(owner, name, method)
    return take

for how in ("replace", "wrap"):
    setattr(replacing, how, heard(how, getattr(replacing, how)))
for patch in reversed(patches.names()):
    import_module(f"{patches.__name__}.{patch}").apply()
print(json.dumps(taken))
"""


def modules(package: ModuleType) -> list[str]:
    """Return the names of the files of a package, and of nothing below it."""
    return sorted(file.stem for file in Path(package.__path__[0]).glob("*.py") if file.stem != "__init__")


@pytest.mark.parametrize("name", modules(patches))
def test_every_module_of_the_folder_is_a_patch_that_says_what_it_is_for(name: str) -> None:
    module = import_module(f"{patches.__name__}.{name}")
    assert callable(module.apply)
    assert module.__doc__


@pytest.mark.parametrize("package", [helpers, rules], ids=["helpers", "rules"])
def test_no_helper_and_no_rule_is_a_patch(package: ModuleType) -> None:
    assert modules(package)
    for name in modules(package):
        module = import_module(f"{package.__name__}.{name}")
        assert module.__doc__
        assert not hasattr(module, "apply")


@pytest.mark.parametrize(("title", "package"), [("Patch", patches), ("Rules", rules)], ids=["patches", "rules"])
def test_the_page_of_the_emulator_lists_every_module_of_the_folder(title: str, package: ModuleType) -> None:
    page = (ROOT / "docs/emulator.md").read_text(encoding="utf-8")
    rows = page.partition(f"| {title} |")[2].partition("\n\n")[0]
    assert re.findall(r"^\| `(\w+)` \|", rows, re.MULTILINE) == modules(package)


def test_applies_every_patch_of_the_folder_but_those_that_are_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    applied: list[str] = []

    def import_(name: str) -> SimpleNamespace:
        return SimpleNamespace(apply=lambda: applied.append(name.rsplit(".", 1)[1]))

    monkeypatch.setattr(patches, "import_module", import_)
    monkeypatch.setenv("MERIDIAN_EMULATOR_WITHOUT", "kms,rds")
    patches.apply()
    assert applied == [name for name in modules(patches) if name not in {"kms", "rds"}]


def test_patches_can_be_applied_in_any_order() -> None:
    ended = subprocess.run([sys.executable, "-c", APPLY_ALL], cwd=ROOT, capture_output=True, check=True, text=True)
    holders = defaultdict(set)
    for what, how, patch in json.loads(ended.stdout):
        holders[what].add((patch, how))
    shared = {what: takers for what, takers in holders.items() if len({patch for patch, _ in takers}) > 1}
    assert len(holders) > 100
    assert not [what for what, takers in shared.items() if any(how == "replace" for _, how in takers)]
