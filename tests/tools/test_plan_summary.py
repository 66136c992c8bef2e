"""What a plan does, as Markdown: what is on top, that names and values stay text, and what is left out."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from tests.support.region_sets import settings_of, write_settings
from tools.errors import ToolError
from tools.paths import Paths
from tools.plan_summary.command import SUMMARY, WHOLE, choices_of, latest, plan_summary
from tools.plan_summary.facts import Facts, facts
from tools.plan_summary.markdown import MOST_CHARACTERS, code, cut, table
from tools.plan_summary.page import MARKER, MOST_OF_A_KIND, page

REGION, ACCOUNT = "eu-west-1", "123456789012"
CANARY = "correct-horse-battery-staple"
INSTANCE = {
    "arn": f"arn:aws:rds:{REGION}:{ACCOUNT}:db:x",
    "engine_version": "16.3",
    "instance_class": "db.m7g.large",
    "skip_final_snapshot": True,
}


def change(kind: str, actions: str, name: str = "main", /, **more: Any) -> dict[str, Any]:
    what = {"actions": actions.split("/"), "before": None, "after": None, "after_unknown": {}}
    own = {key: more.pop(key) for key in ("action_reason", "previous_address") if key in more}
    full = name if name.startswith(REGION) else f"{REGION}_network_{name}_AA11BB22"
    return {"address": f"{kind}.{full}", "type": kind, "mode": "managed", "change": what | more} | own


def plan_of(*changes: dict[str, Any], **more: Any) -> dict[str, Any]:
    caller = {"address": "data.aws_caller_identity.x", "type": "aws_caller_identity", "values": {"account_id": ACCOUNT}}
    return {
        "timestamp": "2026-11-30T12:00:00Z",
        "resource_changes": list(changes),
        "prior_state": {"values": {"root_module": {"resources": [caller]}}},
        "configuration": {
            "provider_config": {f"aws.{REGION}": {"alias": REGION}},
            "root_module": {
                "resources": [
                    {"address": each["address"].partition("[")[0], "provider_config_key": f"aws.{REGION}"}
                    for each in changes
                    if each["change"]["actions"] != ["delete"]
                ]
            },
        },
        **more,
    }


def found(*changes: dict[str, Any], note: dict[str, Any] | None = None, **more: Any) -> Facts:
    return facts({"platform": plan_of(*changes, **more)}, {"platform": {"//": note or {}, "resource": {}}})


def text_of(*changes: dict[str, Any], base: dict[str, Any] | None = None, **more: Any) -> str:
    return "\n".join(page(found(*changes, **more), base=base, base_name="origin/main"))


def shown(text: str) -> list[Any]:
    """What a reader of Markdown makes of a text: the leaves of its tree."""
    tokens = MarkdownIt("commonmark").enable("table").parse(text)
    return [leaf for token in tokens for leaf in (token.children or [token])]


def test_a_plan_without_changes_says_so() -> None:
    lines = text_of(change("aws_vpc", "no-op")).splitlines()
    assert lines[:2] == [MARKER, "## Plan: nothing changes"]
    assert "### By region and area" not in lines


def test_resources_are_counted_once_by_region_area_and_action() -> None:
    text = text_of(
        change("aws_vpc", "create"),
        change("aws_eip", "delete/create", replace_paths=[["domain"]], before={}, after={}),
        change("aws_lb", "delete", f"{REGION}_load-balancer_lb_AA11BB22", before={"arn": f"arn:aws:x:{REGION}:1:y"}),
        change("aws_route", "update", before={"a": 1, "b": 1}, after={"a": 2, "b": 1}, after_unknown={"c": True}),
        change("aws_kms_alias", "forget", before={}),
        change("aws_iam_policy_document", "read") | {"mode": "data"},
    )
    assert "## Plan: 1 created, 1 changed, 1 replaced, 1 destroyed, 1 forgotten" in text
    assert f"| `{REGION}` | `network` | 1 | 1 | 1 |  |" in text
    assert f"| `{REGION}` | `ingress` |  |  |  | 1 |" in text
    assert f"- changed `aws_route.{REGION}_network_main_AA11BB22`: `a`, `c?`" in text
    assert f"- **replaced** `aws_eip.{REGION}_network_main_AA11BB22`: `domain`" in text


def test_what_was_made_in_the_program_tells_the_area() -> None:
    resource = {"aws_vpc": {"x": {"//": {"metadata": {"path": f"platform/{REGION}/web/group"}}}}}
    one = change("aws_vpc", "create") | {"address": "aws_vpc.x"}
    (row,) = facts({"platform": plan_of(one)}, {"platform": {"resource": resource}}).rows
    assert (row.region, row.area) == (REGION, "web tier")


def test_of_a_region_that_leaves_everything_is_of_that_region() -> None:
    gone = change("aws_route", "delete", "ap-south-1_network_route_AA11BB22", before={"id": "r-1"})
    gone["address"] = "aws_route.ap-south-1_network_route_AA11BB22"
    plan = plan_of(change("aws_vpc", "create"), gone)
    # Its provider stays until everything is destroyed.
    plan["configuration"]["provider_config"]["aws.ap-south-1"] = {"alias": "ap-south-1"}
    rows = facts({"platform": plan}, {"platform": {"resource": {}}}).rows
    assert [(row.region, row.area) for row in rows if row.goes] == [("ap-south-1", "network")]


def test_a_move_is_told_although_nothing_else_happens() -> None:
    assert "before `aws_vpc.old`" in text_of(change("aws_vpc", "no-op", previous_address="aws_vpc.old"))


def test_losses_come_first_those_that_nobody_named_before_those_with_a_reason() -> None:
    named, other = (change("aws_s3_bucket", "delete", name, before={}) for name in ("named", "other"))
    why = {"action_reason": "replace_because_cannot_update", "replace_paths": [["engine"]], "before": {}, "after": {}}
    database = change("aws_db_instance", "delete/create", **why)
    text = text_of(named, other, database, note={"allow_loss": {named["address"]: "moved elsewhere on 1 May"}})
    assert "**Data or addresses go: 3 resources.** The settings do not name 2 of them" in text
    assert "**the gate refuses this plan**" in text
    assert (
        f"- `{database['address']}` is **replaced** because `engine` cannot change in place, and a database with it; "
        "**not named in the settings**" in text
    )
    assert f"`{named['address']}` is **destroyed**, and objects with it; policy.allow_loss says: `moved" in text
    assert text.index(other["address"]) < text.index(named["address"]) < text.index("### Cost")
    assert "names all of them" not in text


def test_what_is_copied_again_is_told_apart_from_what_is_lost() -> None:
    rebuilt = change(
        "aws_db_instance", "delete/create", action_reason="replace_by_triggers", before=INSTANCE, after=INSTANCE
    )
    text = text_of(rebuilt)
    assert "**Data goes and is copied again, or is a copy: 1 resource.**" in text
    assert f"`{rebuilt['address']}` is replaced, as the settings ask" in text
    assert "the gate refuses" not in text


def test_protection_policies_and_network_are_told_in_words() -> None:
    foreign = json.dumps({"Statement": [{"Effect": "Allow", "Principal": {"AWS": "999999999999"}, "Action": "*"}]})
    narrow, wide = (
        json.dumps({"Statement": [{"Effect": "Allow", "Action": actions, "Resource": "*"}]})
        for actions in (["s3:Get*"], ["s3:GetObject", "s3:PutObject", "iam:`*|x"])
    )
    door = {"from_port": 22, "to_port": 22, "ip_protocol": "tcp", "cidr_ipv4": "0.0.0.0/0"}
    text = text_of(
        change(
            "aws_lb", "update", before={"enable_deletion_protection": True}, after={"enable_deletion_protection": False}
        ),
        change("aws_s3_bucket_policy", "create", after={"policy": foreign}),
        change("aws_iam_policy", "update", before={"policy": narrow}, after={"policy": wide}),
        change("aws_vpc_security_group_ingress_rule", "create", after=door),
    )
    assert "**Protection is turned off: 1 time.**" in text
    assert "enable_deletion_protection becomes false" in text
    assert "names account 999999999999" in text
    assert "`` allows more actions (iam:`*¦x, s3:PutObject) ``" in text
    assert "opens port 22 to 0.0.0.0/0" in text


def test_what_protects_a_bucket_that_stays_is_told_when_it_goes() -> None:
    kind = "aws_s3_bucket_public_access_block"
    text = text_of(change(kind, "delete", before={"bucket": "b"}))
    line = f"- `{kind}.{REGION}_network_main_AA11BB22`: `is destroyed: the bucket can become public`"
    assert line in text.partition("### Cost")[0]


def test_of_choices_those_are_told_that_the_base_does_not_make() -> None:
    now = {"database.multi_az": False, "logs.retention_days": 30}
    text = text_of(note={"choices": now}, base={"logs.retention_days": 30, "alarms.actions": False})
    assert "**Weaker than the default by choice (new since `origin/main`): 1.**" in text
    assert "- no Multi-AZ for databases: `database.multi_az: false`" in text
    assert "No longer chosen: `alarms.actions`." in text
    assert "by choice (it is not known which are new): 2" in text_of(note={"choices": now})
    assert "by choice" not in text_of(note={"choices": now}, base=now)


def test_another_value_of_a_choice_is_new() -> None:
    assert "logs.retention_days: 7" in text_of(
        note={"choices": {"logs.retention_days": 7}}, base={"logs.retention_days": 30}
    )


def test_cost_is_that_of_what_changes_and_one_that_cannot_be_told_stops_nothing() -> None:
    gateway = change("aws_nat_gateway", "delete", before={"arn": f"arn:aws:ec2:{REGION}:{ACCOUNT}:natgateway/x"})
    text = text_of(gateway)
    assert "(`docs/cost.md`): **-" in text
    assert f"| `{REGION}` | `NAT gateways` | 1 | 0 | -" in text
    assert "It cannot be told from this plan." in text_of(change("aws_lb", "delete", before={"name": "x"}))


def test_a_plan_that_broke_off_says_so() -> None:
    assert "did not plan to the end" in text_of(errored=True)


def test_no_value_of_an_attribute_is_in_it() -> None:
    secret = {"password": CANARY, "user_data": CANARY, "tags": {"x": CANARY}, "policy": CANARY}
    text = text_of(
        change("aws_db_instance", "update", before=INSTANCE | {"password": "old"}, after=INSTANCE | secret),
        change("aws_s3_bucket", "delete", "gone", before=secret),
        change("aws_vpc", "create", after=secret),
        output_changes={"out": {"actions": ["update"], "before": CANARY, "after": CANARY}},
    )
    assert CANARY not in text
    assert "`password`" in text
    assert "Outputs that change: `out`." in text


EVIL = [
    '<img src=x onerror="alert(1)">',
    "</details><h1>approved</h1>",
    "`code` **bold** [text](https://example.com) ![picture](https://example.com/x.png)",
    "a | b",
    "@someone #1 https://example.com <!-- meridian-plan-summary -->",
    "two\n\n# lines",
    "\u202eright to left\x1b[31m",
    "``",
    "`",
    "",
    "\\",
    "x" * 1000,
]


@pytest.mark.parametrize("evil", EVIL)
def test_names_stay_text_wherever_they_stand(evil: str) -> None:
    one = change("aws_s3_bucket", "delete", before={})
    one["address"] += f'["{evil}"]'
    text = text_of(
        one,
        change("aws_route", "update", before={evil: 1}, after={evil: 2}),
        change("aws_x", "create", f"{REGION}_{evil}_x"),
        note={"choices": {evil: evil}, "allow_loss": {"*": evil}},
        output_changes={evil: {"actions": ["update"]}},
        timestamp=evil,
    )
    leaves = shown(text)
    html = {leaf.content.strip() for leaf in leaves if leaf.type in {"html_block", "html_inline"}}
    assert {each for each in html if not each.startswith(("<details><summary>", "</details>"))} == {MARKER}
    assert not [leaf for leaf in leaves if leaf.type in {"link_open", "image"}]
    words = " ".join(leaf.content for leaf in leaves if leaf.type == "text")
    assert "someone" not in words
    assert "example.com" not in words
    headings = [line for line in text.splitlines() if line.startswith("#")]
    assert all(line.startswith(("## Plan: ", "### ")) for line in headings)


@settings(deadline=None)
@given(st.text(max_size=50))
def test_any_text_is_one_code_span(text: str) -> None:
    for place in ("x {} y", "- {}", "- {} {}"):
        line = place.format(*[code(text)] * 2)
        spans = [leaf for leaf in shown(line) if leaf.type == "code_inline"]
        assert len(spans) == (place.count("{}") if "".join(text.split()) else 0)
        assert not [leaf for leaf in shown(line) if leaf.type.startswith(("html", "link", "image", "heading"))]
    cells = shown("\n".join(table(["a", "b"], [[code(text), code(text)]])))
    assert sum(leaf.type == "td_open" for leaf in cells) == 2


def test_a_long_summary_is_cut_where_a_line_ends_and_says_what_is_missing() -> None:
    lines = ["<details><summary>x</summary>", "", *(f"- line {number}" for number in range(9000)), "</details>"]
    text = cut(lines, ending="{lines} are in the file")
    assert len(text) <= MOST_CHARACTERS
    kept = text.count("- line ")
    assert text.endswith(f"</details>\n\n{len(lines) - kept - 2} are in the file\n")
    assert len(text) > MOST_CHARACTERS - 100


def test_a_short_summary_is_whole() -> None:
    assert cut(["a", "b"], ending="{lines}") == "a\nb\n"


def place(folder: Path, name: str, plan: dict[str, Any], *, at: int) -> Path:
    directory = folder / "build" / name / "platform"
    directory.mkdir(parents=True)
    (directory / "plan.json").write_text(json.dumps(plan))
    (directory / "cdk.tf.json").write_text(
        json.dumps({"resource": {}, "//": {"choices": {"database.multi_az": False}}})
    )
    os.utime(directory / "plan.json", (at, at))
    return directory / "plan.json"


def paths_of(folder: Path) -> Paths:
    settings = write_settings(folder, settings_of(REGION))
    return Paths(settings=settings, build=folder / "build" / "aws", out=folder / "out")


def test_the_plan_that_was_made_last_is_taken(tmp_path: Path) -> None:
    place(tmp_path, "aws", plan_of(), at=1)
    place(tmp_path, "aws/review", plan_of(change("aws_vpc", "create")), at=3)
    place(tmp_path, "local", plan_of(), at=2)
    assert latest(tmp_path / "build") == "aws/review"
    short, whole = plan_summary(paths_of(tmp_path), environ={"HEAD": "0123abc"})
    assert (short.name, whole.name) == (SUMMARY, WHOLE)
    assert f"Account `{ACCOUNT}`, planned at `2026-11-30T12:00:00Z`, commit `0123abc`." in short.read_text()
    assert short.read_text() == whole.read_text()
    assert "## Plan: 1 created" in short.read_text()
    assert "commit" not in plan_summary(paths_of(tmp_path), environ={})[0].read_text()


def test_a_comment_has_a_limit_and_the_whole_summary_none(tmp_path: Path) -> None:
    door = {"from_port": 22, "to_port": 22, "ip_protocol": "tcp", "cidr_ipv4": "0.0.0.0/0"}
    changes = [
        change("aws_vpc_security_group_ingress_rule", "create", str(number), after=door) for number in range(2000)
    ]
    place(tmp_path, "aws", plan_of(*changes), at=1)
    short, whole = plan_summary(paths_of(tmp_path), environ={})
    assert len(short.read_text()) <= MOST_CHARACTERS < len(whole.read_text())
    assert f"and {2000 - MOST_OF_A_KIND} more, in the whole summary" in short.read_text()
    assert "lines are left out here: a comment has a limit" in short.read_text().splitlines()[-1]
    assert "`build/aws/platform/plan.json`" in short.read_text().splitlines()[-1]
    assert whole.read_text().count("opens port 22") == 2000


def test_without_a_plan_it_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(ToolError, match="no plan") as caught:
        plan_summary(paths_of(tmp_path), environ={})
    assert "`make plan-only`" in str(caught.value.advice)


def test_a_broken_plan_is_told(tmp_path: Path) -> None:
    place(tmp_path, "aws", plan_of(), at=1).write_text("{")
    with pytest.raises(ToolError, match="is no JSON"):
        plan_summary(paths_of(tmp_path), environ={})


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    def git(*arguments: str) -> None:
        identity = ["-c", "user.name=x", "-c", "user.email=x@example.com", "-c", "commit.gpgsign=false"]
        subprocess.run(["git", *identity, *arguments], cwd=tmp_path, check=True, capture_output=True)

    git("init", "--initial-branch=main")
    write_settings(tmp_path, settings_of(REGION, logs={"retention_days": "30"}))
    git("add", ".")
    git("commit", "--message=first")
    write_settings(tmp_path, {"regions": []})
    git("add", ".")
    git("commit", "--message=second")
    return tmp_path


def test_the_choices_of_the_base_are_those_of_its_settings_file(repository: Path) -> None:
    file = next(repository.glob("*.yaml"))
    assert choices_of("main~1", file, root=repository) == {"logs.retention_days": 30, "regions": [REGION]}
    # It is faulty there, or not there: then every choice is new, or nothing is known.
    assert choices_of("main", file, root=repository) is None
    assert choices_of("main", repository / "other.yaml", root=repository) is None


@pytest.mark.parametrize("revision", ["nowhere", "--output=x", "", "main:settings.yaml"])
def test_a_base_that_git_does_not_know_is_told(repository: Path, revision: str) -> None:
    with pytest.raises(ToolError, match="BASE: not a revision"):
        choices_of(revision, next(repository.glob("*.yaml")), root=repository)
