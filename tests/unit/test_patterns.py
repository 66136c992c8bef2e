"""No text in a settings file keeps a pattern busy: a forgotten tag of an image once hung for ever."""

import re
import signal
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from pkgutil import walk_packages
from time import thread_time
from typing import Annotated, Any, NoReturn, get_args, get_origin

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import AfterValidator, ValidationError

import modules.settings
from modules.settings.alerts import ENDPOINTS
from modules.settings.container import ContainerSettings
from modules.settings.types import Allowed, Matching, Section
from modules.settings.windows import TIME

#: What ten thousand characters may take, in seconds. A pattern that goes over a text once takes a tenth of it.
LONGEST = 0.001
#: A pattern that doubles its work with each character shows it in few; one that squares it needs many.
LENGTHS = (16, 400, 10_000)
#: Seconds for all texts of a pattern, on a machine with much else to do.
MOST = 90
ENDINGS = ("", "\n", " ", "!", "@", "-")


@pytest.fixture(autouse=True)
def in_the_end() -> Iterator[None]:
    """End a match that hangs, which looks at signals now and then."""

    def give_up(*_: object) -> NoReturn:
        raise AssertionError("the pattern does not come to an end")

    before = signal.signal(signal.SIGALRM, give_up)
    signal.alarm(MOST)
    yield
    signal.alarm(0)
    signal.signal(signal.SIGALRM, before)


def settings_modules() -> list[Any]:
    package = modules.settings
    return [import_module(found.name) for found in walk_packages(package.__path__, f"{package.__name__}.")]


def patterns_of(annotation: Any) -> Iterator[str]:
    """Yield the patterns of a type's validators, however deep."""
    if isinstance(annotation, AfterValidator) and isinstance(annotation.func, Matching):
        yield annotation.func.pattern
    for part in get_args(annotation):
        yield from patterns_of(part)
    # Those of `Allowed` are for editors; nothing here runs them.
    for part in getattr(annotation, "metadata", ()):
        if not isinstance(part, Allowed):
            yield from patterns_of(part)


def in_use() -> dict[str, str]:
    """Map each pattern of the settings to where it was found."""
    found = {expression: f"endpoint of {protocol}" for protocol, (expression, _) in ENDPOINTS.items()}
    found[TIME] = "windows.TIME"
    for module in settings_modules():
        for name, value in vars(module).items():
            if isinstance(value, re.Pattern):
                found.setdefault(value.pattern, f"{module.__name__}.{name}")
            if get_origin(value) is Annotated:
                found |= dict.fromkeys(patterns_of(value), f"{module.__name__}.{name}")
            if isinstance(value, type) and issubclass(value, Section):
                for key, field in value.model_fields.items():
                    for pattern in (*patterns_of(field.annotation), *patterns_of(field)):
                        found.setdefault(pattern, f"{value.__name__}.{key}")
    return found


PATTERNS = in_use()


def seconds(pattern: re.Pattern[str], text: str) -> float:
    """Return what a match takes of this processor; the least of several, because the machine has other things to do."""
    times = []
    for _ in range(7):
        began = thread_time()
        pattern.fullmatch(text)
        times.append(thread_time() - began)
        if times[-1] < LONGEST:
            break
    return min(times)


def pumped(text: str) -> Iterator[tuple[str, str, str]]:
    """Yield beginnings, what is repeated, and ends of a text that matches."""
    for start in range(len(text)):
        for length in (1, 2, 3):
            yield text[:start], text[start : start + length], text[start + length :]


def test_every_pattern_of_the_settings_is_looked_at() -> None:
    folder = Path(modules.settings.__file__ or "").parent
    sources = [path.read_text(encoding="utf-8") for path in folder.rglob("*.py")]
    written = sum(len(re.findall(r"\bmatching\(\s*(?:#.*\s*)*rf?\"", source)) for source in sources)
    compiled = sum(source.count("re.compile(") for source in sources)
    assert len(PATTERNS) == written + compiled + len(ENDPOINTS) + len(["TIME"])


@pytest.mark.parametrize("pattern", PATTERNS, ids=PATTERNS.values())
def test_no_text_keeps_a_pattern_busy(pattern: str) -> None:
    compiled = re.compile(pattern)
    # Texts are made of what the pattern takes, not of what it looks ahead or back for.
    consumed = re.compile(re.sub(r"\(\?(=|!|<!)[^)]*\)", "", pattern))

    @settings(max_examples=3, deadline=None, derandomize=True, database=None)
    @given(st.from_regex(consumed, fullmatch=True))
    def look(text: str) -> None:
        for length in LENGTHS:
            for before, repeated, after in pumped(text[:50]):
                for ending in ENDINGS:
                    long = before + repeated * (length // len(repeated)) + after + ending
                    taken = seconds(compiled, long)
                    assert taken < LONGEST, f"{taken:.4f} s for {before!r} + {repeated!r} * n + {after + ending!r}"

    look()


@pytest.mark.parametrize("pattern", PATTERNS, ids=PATTERNS.values())
def test_no_letter_repeated_keeps_a_pattern_busy(pattern: str) -> None:
    compiled = re.compile(pattern)
    for length in LENGTHS:
        for letter in {*pattern, *"aZ0-._/:@ \n\x00é"}:
            for ending in ENDINGS:
                assert seconds(compiled, letter * length + ending) < LONGEST


@pytest.mark.parametrize(
    "image",
    [
        "123456789012.dkr.ecr.us-east-1.amazonaws.com/web:1.4",
        "123456789012.dkr.ecr.{region}.amazonaws.com/team/web@sha256:" + "0" * 64,
        "registry.example.com:5000/a/b_c:v1",
        "{region}.example.com/web:1",
    ],
)
def test_images_with_a_tag_or_a_digest_are_taken(image: str) -> None:
    assert ContainerSettings(image=image).image == image


@pytest.mark.parametrize(
    "image",
    [
        "123456789012.dkr.ecr.us-east-1.amazonaws.com/web",
        "-v/x:y",
        "--privileged/x:y",
        "registry.example.com/-v:y",
        "registry.example.com/x:-y",
        "/x:y",
        f"{'a' * 600}/web:1",
    ],
)
def test_rejects_images_without_a_tag_and_options_of_docker(image: str) -> None:
    with pytest.raises(ValidationError, match="not a container image"):
        ContainerSettings(image=image)
