"""Which tests `make mutants` asks first."""

import pytest

from tests.mutants.trial import that_know
from tools.paths import ROOT


@pytest.mark.parametrize(
    ("file", "test"),
    [
        ("modules/areas/network/acl.py", "tests/synth/test_network_acls.py"),
        ("modules/core/naming.py", "tests/unit/test_naming.py"),
        ("modules/settings/database_instances.py", "tests/synth/test_database.py"),
        ("policies/outcomes.py", "tests/policies/test_gate.py"),
    ],
)
def test_tests_that_know_a_file_are_asked_first(file: str, test: str) -> None:
    assert test in that_know(ROOT, file)
    assert "tests/synth/test_budget.py" not in that_know(ROOT, file)
