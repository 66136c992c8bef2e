"""The steps of the proof that the emulator can show, against the applied platform; the others say that they cannot."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from tests.support.lives import Applied
from tools.paths import Paths
from tools.prove import STEPS, Context, prove

pytestmark = pytest.mark.emulator
#: These make, change or destroy the platform, which other tests are to find as it is.
LIFE = {"preflight", "bootstrap", "plan", "deploy", "second-plan", "promotion", "destroy"}


@pytest.fixture(scope="module")
def report(life: Applied, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Verdict by step."""
    folder = tmp_path_factory.mktemp("prove")
    account = SimpleNamespace(
        paths=Paths(settings=life.settings, build=folder / "build" / "aws", out=folder), reporter=life.life.reporter
    )
    context = Context(account=account, target=life.target, on_emulator=True, mark="test")  # type: ignore[arg-type]
    steps = [step for step in STEPS if step.name not in LIFE]
    outcomes = prove(context, steps, approve=lambda _what: None)
    assert context.undoing == []
    assert (folder / "build" / "proof.md").is_file()
    return {one.step.name: one.verdict for one in outcomes}


@pytest.mark.parametrize("name", ["instances", "session", "topic", "alarm", "restore-drill"])
def test_what_the_emulator_can_show_is_shown(report: dict[str, str], name: str) -> None:
    assert report[name] == "shown"


@pytest.mark.parametrize(
    "step", [step for step in STEPS if step.only_on_aws and step.name not in LIFE], ids=lambda step: step.name
)
def test_what_it_cannot_show_is_not_passed(report: dict[str, str], step: object) -> None:
    assert report[step.name] == "not shown here"  # type: ignore[attr-defined]


def test_the_queue_and_its_subscription_are_gone(life: Applied, report: dict[str, str]) -> None:
    assert report
    home = life.target.settings.home
    assert life.client("sqs", home).list_queues(QueueNamePrefix="prove-").get("QueueUrls", []) == []
    subscriptions = life.client("sns", home).list_subscriptions()["Subscriptions"]
    assert [one for one in subscriptions if "prove-" in one["Endpoint"]] == []
