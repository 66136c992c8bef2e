"""Statements of least policies, grouped so that a person can read them."""

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from modules.settings import Settings
from modules.settings.regions import METRICS_OF_ROUTE_53, chatbot_region
from tools.emulator.iam import reference
from tools.emulator.iam.question import Question
from tools.permissions.patterns import JOURNALS, Patterns

Statement = dict[str, Any]
Condition = tuple[str, str, tuple[str, ...]]

#: Their calls go to one region whatever the platform's are, or are held to a name that holds the region:
#: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_examples_aws_deny-requested-region.html
GLOBAL = ("budgets:*", "ce:*", "chatbot:*", "iam:*", "route53:*", "s3:*", "sts:*")
LOOKS = {"List", "Read"}
TITLES = {
    "autoscaling": "AutoScaling",
    "ce": "CostExplorer",
    "cloudtrail": "CloudTrail",
    "cloudwatch": "CloudWatch",
    "dynamodb": "DynamoDb",
    "elasticloadbalancing": "ElasticLoadBalancing",
    "events": "EventBridge",
    "guardduty": "GuardDuty",
    "secretsmanager": "SecretsManager",
    "securityhub": "SecurityHub",
}
#: Actions that bear a permissions boundary in their request or on the role that they change:
#: https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsidentityandaccessmanagementiam.html
BOUNDED = {"iam:AttachRolePolicy", "iam:CreateRole", "iam:PutRolePermissionsBoundary", "iam:PutRolePolicy"}
PROJECT = "aws:RequestTag/Project"


@dataclass(frozen=True, kw_only=True)
class _Group:
    """What goes into one statement."""

    service: str
    kind: str
    conditions: frozenset[Condition]
    exact: tuple[str, ...] = ()


def statements(
    questions: Iterable[Question],
    *,
    settings: Settings,
    patterns: Patterns,
    hold_to_aliases: bool = False,
    looks: Mapping[str, Collection[str]] | None = None,
) -> list[Statement]:
    """Return statements that allow the questions and, by the platform's naming, as little as possible besides.

    Parameters
    ----------
    questions : iterable of Question
        What was asked.
    settings : Settings
        Whose regions, project and permissions boundary the conditions name.
    patterns : Patterns
        What stands for the resources.
    hold_to_aliases : bool
        Whether keys are held to their aliases, which whoever makes a key cannot be. No by default.
    looks : mapping, optional
        Actions that only read and may read anything, by the name of their statement. By default none.
    """
    looks = looks or {}
    anywhere = {action for its_actions in looks.values() for action in its_actions}
    asked: dict[str, list[Question]] = defaultdict(list)
    for question in questions:
        if question.action not in anywhere:
            asked[question.action].append(question)
    actions: dict[_Group, set[str]] = defaultdict(set)
    resources: dict[_Group, set[str]] = defaultdict(set)
    writer = _Writer(settings, patterns, hold_to_aliases=hold_to_aliases)
    for action, its_questions in sorted(asked.items()):
        by_conditions = writer.by_conditions(action, _without_covered_uses(its_questions))
        for conditions, some in by_conditions.items():
            found = {patterns.of_question(question) for question in some}
            # What is made bears the project's tag; what it is made in or from is allowed in a statement of its own.
            within = any(map(_is_for_project, by_conditions)) and not _is_for_project(conditions)
            group = _group(action, conditions, found, within=within)
            actions[group].add(action)
            resources[group] |= found
    groups = sorted(actions, key=lambda group: (group.service, group.kind, sorted(actions[group])))
    made = [_statement(group, actions[group], resources[group]) for group in groups]
    made += [_look(sid, its_actions) for sid, its_actions in looks.items()]
    return _numbered([*made, stay_in_regions(settings)])


def _look(sid: str, actions: Collection[str]) -> Statement:
    return {"Sid": sid, "Effect": "Allow", "Action": sorted(actions), "Resource": "*"}


def stay_in_regions(settings: Settings) -> Statement:
    """Return the statement that refuses every region but the platform's."""
    return {
        "Sid": "DenyOtherRegions",
        "Effect": "Deny",
        "NotAction": list(GLOBAL),
        "Resource": "*",
        "Condition": {"StringNotEquals": {"aws:RequestedRegion": list(regions_of(settings))}},
    }


def regions_of(settings: Settings) -> tuple[str, ...]:
    """Return every region that the platform or its state has anything in.

    Alarms on health checks, and what they tell, are in one region whatever the settings' are. So is the API of
    chats, which deletes the last channel too.
    """
    chats = chatbot_region(settings.home, lost=settings.lost_regions)
    found = {*settings.regions, *settings.retired_regions, METRICS_OF_ROUTE_53, chats}
    if settings.state.replica_region:
        found.add(settings.state.replica_region)
    return tuple(sorted(found))


class _Writer:
    """Which conditions questions can be held to."""

    def __init__(self, settings: Settings, patterns: Patterns, *, hold_to_aliases: bool) -> None:
        self._settings = settings
        self._patterns = patterns
        self._hold_to_aliases = hold_to_aliases

    def by_conditions(self, action: str, questions: list[Question]) -> Mapping[frozenset[Condition], list[Question]]:
        """Return the questions of an action by the conditions of their statement."""
        for its_action, key in (
            ("iam:PassRole", "iam:PassedToService"),
            ("iam:CreateServiceLinkedRole", "iam:AWSServiceName"),
        ):
            if action == its_action:
                return {frozenset({("StringEquals", key, _values(questions, key))}): questions}
        everything = {self._patterns.of_question(each) for each in questions}
        untagged = {self._patterns.of_question(each) for each in questions if PROJECT not in each.keys}
        if any(self._patterns.name(pattern) for pattern in everything):
            # The name that is asked for holds the action to the platform's already.
            untagged = everything
        found: dict[frozenset[Condition], list[Question]] = defaultdict(list)
        for question in questions:
            found[frozenset(self._conditions(question, untagged))].append(question)
        return found

    def _conditions(self, question: Question, untagged: set[str]) -> Iterable[Condition]:
        pattern = self._patterns.of_question(question)
        if via := question.keys.get("kms:ViaService"):
            yield ("StringLike", "kms:ViaService", (f"{via[0].partition('.')[0]}.*.amazonaws.com",))
            if self._hold_to_aliases:
                aliases = tuple(self._patterns.alias(alias) for alias in question.keys.get("kms:ResourceAliases", ()))
                yield ("ForAnyValue:StringLike", "kms:ResourceAliases", aliases)
            else:
                yield ("BoolIfExists", "kms:GrantIsForAWSResource", ("true",))
        elif reference.access_level(question.action) == "Tagging":
            if _makes_tags(question.action):
                yield ("StringEqualsIfExists", PROJECT, (self._settings.project,))
        elif pattern not in untagged:
            yield ("StringEquals", PROJECT, (self._settings.project,))
        boundary = self._settings.identity.permissions_boundary
        if boundary and question.action in BOUNDED:
            yield ("StringEquals", "iam:PermissionsBoundary", (boundary,))


def _without_covered_uses(questions: list[Question]) -> list[Question]:
    """Return the questions but for uses of keys by services, where the caller needs the same of keys itself."""
    plain = [each for each in questions if "kms:ViaService" not in each.keys]
    return plain if plain and questions[0].action.startswith("kms:") else questions


def _is_for_project(conditions: frozenset[Condition]) -> bool:
    return any(operator == "StringEquals" and key == PROJECT for operator, key, _ in conditions)


def _makes_tags(action: str) -> bool:
    name = action.partition(":")[2]
    return not name.startswith(("Untag", "Remove", "Delete"))


def _group(action: str, conditions: frozenset[Condition], found: set[str], *, within: bool) -> _Group:
    service, _, name = action.partition(":")
    if through := next((values[0] for _, key, values in conditions if key == "kms:ViaService"), None):
        kind = f"Through{through.partition('.')[0].capitalize()}"
        return _Group(service=service, kind=kind, conditions=conditions)
    level = reference.access_level(action)
    kind = "Look" if level in LOOKS else "Tag" if level == "Tagging" else "Change"
    if name in {"PassRole", "CreateServiceLinkedRole"}:
        kind = name
    if found == {"*"}:
        return _Group(service=service, kind=f"{kind}Any", conditions=conditions, exact=("*",))
    if within:
        return _Group(service=service, kind="MakeWithin", conditions=conditions, exact=tuple(sorted(found)))
    if _is_for_project(conditions):
        kind = "Make"
    if all(f"{JOURNALS}*" in pattern for pattern in found):
        return _Group(service=service, kind="LookIntoJournals", conditions=conditions)
    if service == "s3":
        # An action on objects must not reach the objects of every bucket that an action on buckets names.
        objects = tuple(sorted(found)) if any("/" in pattern for pattern in found) else ()
        return _Group(service=service, kind=f"{kind}Objects" if objects else kind, conditions=conditions, exact=objects)
    return _Group(service=service, kind=kind, conditions=conditions)


def _statement(group: _Group, actions: set[str], resources: set[str]) -> Statement:
    title = TITLES.get(group.service) or "".join(word.capitalize() for word in re.split(r"[^a-z0-9]", group.service))
    made: Statement = {
        "Sid": f"{title}{group.kind}",
        "Effect": "Allow",
        "Action": sorted(actions),
        "Resource": "*" if resources == {"*"} else sorted(_without_covered(resources - {"*"})),
    }
    if group.conditions:
        made["Condition"] = {}
        for operator, key, values in sorted(group.conditions):
            made["Condition"].setdefault(operator, {})[key] = values[0] if len(values) == 1 else list(values)
    return made


def _without_covered(resources: set[str]) -> set[str]:
    """Return the patterns that no other one covers."""
    return {
        one
        for one in resources
        if not any(other != one and re.fullmatch(re.escape(other).replace(r"\*", ".*"), one) for other in resources)
    }


def _numbered(found: list[Statement]) -> list[Statement]:
    seen: dict[str, int] = defaultdict(int)
    for statement in found:
        seen[statement["Sid"]] += 1
        if seen[statement["Sid"]] > 1:
            statement["Sid"] += str(seen[statement["Sid"]])
    return found


def _values(questions: list[Question], key: str) -> tuple[str, ...]:
    return tuple(sorted({value for question in questions for value in question.keys.get(key, ())}))
