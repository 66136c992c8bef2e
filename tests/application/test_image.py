"""What the image of the sample application is made of."""

import re
from pathlib import Path

FOLDER = Path(__file__).parents[2] / "examples/application"


def pins(lock: Path) -> dict[str, frozenset[str]]:
    """The hashes of each pinned package."""
    blocks = re.findall(r"^(\S+==\S+) \\\n((?:    --hash=\S+(?: \\)?\n)+)", lock.read_text(), re.MULTILINE)
    return {name: frozenset(re.findall(r"sha256:\w+", hashes)) for name, hashes in blocks}


def test_image_installs_what_the_tests_run_it_with(root: Path) -> None:
    image, tested = pins(FOLDER / "requirements.lock"), pins(root / "requirements/project.lock")
    assert {name.partition("==")[0] for name in image} >= {"boto3", "pg8000"}
    assert image.items() <= tested.items()


def test_image_fits_the_container_that_the_platform_runs() -> None:
    lines = (FOLDER / "Dockerfile").read_text().splitlines()
    assert "USER 10001:10001" in lines
    assert 'CMD ["python", "/application/app.py"]' in lines
    assert any("--require-hashes" in line for line in lines)
