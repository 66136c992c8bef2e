from __future__ import annotations

from itertools import groupby
from operator import attrgetter
from typing import TYPE_CHECKING
from xml.etree.ElementTree import Element, SubElement

if TYPE_CHECKING:
    from collections.abc import Iterable

    from policies.gate import Verdict
    from policies.outcomes import Outcome


def junit(verdict: Verdict) -> Element:
    """Return the outcomes as JUnit XML: a suite for each stack, a case for each check and resource.

    Parameters
    ----------
    verdict
        What the gate found.

    Returns
    -------
    Element
        `testsuites`. Waived findings are skipped cases with the reason; faulty waivers are failed cases, and what kept
        the gate from its job are errors, of suites of their own.
    """
    root = Element("testsuites", name="policies")
    for stack, outcomes in groupby(verdict.outcomes, key=attrgetter("stack")):
        suite = SubElement(root, "testsuite", name=stack)
        for outcome in outcomes:
            _case(suite=suite, outcome=outcome, verdict=verdict)
    _faults(root=root, name="waivers", tag="failure", faults=verdict.waiver_faults)
    _faults(root=root, name="gate", tag="error", faults=verdict.errors)
    for suite in root:
        _count(suite)
    _count(root)
    return root


def _case(*, suite: Element, outcome: Outcome, verdict: Verdict) -> None:
    case = SubElement(suite, "testcase", classname=f"{outcome.stack}.{outcome.check}", name=outcome.address)
    if outcome in verdict.waived:
        SubElement(case, "skipped", message=verdict.waived[outcome].justification)
    elif outcome.failed:
        failure = SubElement(case, "failure", type=outcome.check, message=outcome.title)
        failure.text = outcome.guideline or None


def _faults(*, root: Element, name: str, tag: str, faults: Iterable[str]) -> None:
    suite: Element | None = None
    for fault in faults:
        suite = SubElement(root, "testsuite", name=name) if suite is None else suite
        place, _, what = fault.partition(": ")
        case = SubElement(suite, "testcase", classname=name, name=place)
        SubElement(case, tag, type=name, message=what)


def _count(element: Element) -> None:
    element.set("tests", str(len(list(element.iter("testcase")))))
    for attribute, tag in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
        element.set(attribute, str(len(list(element.iter(tag)))))
