"""What somebody has changed outside of Terraform, told apart from what is usual, pending, or a failover's own."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from modules.areas.failover.description import describe
from modules.areas.failover.runtime.journal import CLOSED, DONE, REFUSED, RUNNING, Run
from modules.settings import Settings
from tests.support.region_sets import settings_of
from tools import __main__ as command_line
from tools.console import Reporter
from tools.drift import told_if_unknown
from tools.drift.compare import Compared, compare
from tools.drift.failover import Doings
from tools.drift.report import CODES, Report
from tools.errors import ToolError
from tools.paths import Paths

OURS = "123456789012"
HOME, WEST = "us-east-1", "us-west-2"
POLICY = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Action": "sns:Publish", "Principal": {"Service": "events.amazonaws.com"}}],
}
WIDER = {**POLICY, "Statement": [*POLICY["Statement"], {"Effect": "Allow", "Action": "sns:*", "Principal": "*"}]}


class Made:
    """A plan and its configuration, resource by resource."""

    def __init__(self) -> None:
        self.drift: list[dict[str, Any]] = []
        self.changes: list[dict[str, Any]] = []
        self.standing: list[dict[str, Any]] = []
        self.referring: list[dict[str, Any]] = []
        self.resources: dict[str, Any] = {}

    def configure(self, address: str, region: str = HOME, **body: Any) -> None:
        kind, name = address.split(".")
        path = f"platform/{region}/network/{name}"
        known = {"//": {"metadata": {"path": path}}, "provider": f"aws.{region}"}
        self.resources.setdefault(kind, {})[name] = {**known, **body}

    def refer(self, address: str, to: str) -> None:
        self.configure(address, of=f"${{{to}.id}}")
        self.referring.append(
            {
                "address": address,
                "type": address.split(".", maxsplit=1)[0],
                "expressions": {"of": {"references": [f"{to}.id", to]}},
            }
        )

    def drifted(
        self, address: str, before: Any, after: Any, *, put_back: Any = (), region: str = HOME, **more: Any
    ) -> None:
        """A change outside of Terraform, of which the next deployment puts some attributes back."""
        kind = kind_of(address)
        if address.split(".")[1] not in self.resources.get(kind, {}):
            self.configure(address, region, **dict.fromkeys(put_back, "stated"))
        one = {"address": address, "mode": "managed", "type": kind}
        actions = ["update"] if after is not None else ["delete"]
        self.drift.append({**one, "change": {"actions": actions, "before": before, "after": after, **more}})
        planned = {**(after or {}), **{name: before[name] for name in put_back}} if after is not None else before
        action = "create" if after is None else "update" if put_back else "no-op"
        self.changes.append({**one, "change": {"actions": [action], "before": after, "after": planned}})

    def planned(self, address: str, actions: list[str], before: Any, after: Any, **more: Any) -> None:
        kind, name = address.split(".")
        if name not in self.resources.get(kind, {}):
            self.configure(address)
        what = {"actions": actions, "before": before, "after": after, **more}
        self.changes.append({"address": address, "mode": "managed", "type": kind, "change": what})

    def stands(self, address: str, **values: Any) -> None:
        self.standing.append(
            {"address": address, "mode": "managed", "type": address.split(".", maxsplit=1)[0], "values": values}
        )

    @property
    def plan(self) -> dict[str, Any]:
        return {
            "resource_drift": self.drift,
            "resource_changes": self.changes,
            "configuration": {"root_module": {"resources": self.referring}},
            "prior_state": {"values": {"root_module": {"resources": self.standing}}},
        }

    def compare(self) -> Compared:
        return compare(self.plan, {"resource": self.resources}, account_id=OURS)

    def only(self) -> Any:
        (found,) = self.compare().findings
        return found


def kind_of(address: str) -> str:
    return address.partition(".")[0]


@pytest.fixture
def made() -> Made:
    return Made()


def test_nothing_is_told_of_what_is_only_empty_in_another_way_or_in_another_order(made: Made) -> None:
    made.drifted(
        "aws_lb.a",
        {"tags": None, "list": ["x", "y"], "in": [{"n": None}]},
        {"tags": {}, "list": ["y", "x"], "in": [{}]},
    )
    assert made.compare() == Compared(noted={})


def test_what_a_resource_beside_it_says_is_no_drift_of_a_bucket(made: Made) -> None:
    made.refer("aws_s3_bucket_policy.a", to="aws_s3_bucket.a")
    made.drifted("aws_s3_bucket.a", {"policy": ""}, {"policy": json.dumps(POLICY)})
    assert made.compare().findings == ()


def test_a_policy_that_no_resource_beside_it_explains_is_told(made: Made) -> None:
    made.drifted("aws_s3_bucket.a", {"policy": ""}, {"policy": json.dumps(WIDER)})
    found = made.only()
    assert found.reasons == ("policies",)
    assert not found.undone
    assert "lets anybody in, without a condition" in found.changes


def test_what_the_provider_takes_for_the_same_is_no_drift(made: Made) -> None:
    made.configure("aws_network_acl.a", ingress=[])
    made.drifted("aws_network_acl.a", {"ingress": [{"protocol": "tcp"}]}, {"ingress": [{"protocol": "6"}]})
    assert made.compare().findings == ()


def test_what_terraform_is_told_to_ignore_is_told_all_the_same(made: Made) -> None:
    made.configure("aws_db_instance.a", username="app", lifecycle={"ignore_changes": ["username"]})
    made.drifted("aws_db_instance.a", {"username": "app"}, {"username": "stranger"})
    assert made.only().changes == ('username: "app" -> "stranger"',)


def test_what_aws_alone_chooses_is_noted_and_no_drift(made: Made) -> None:
    made.drifted("aws_db_instance.a", {"latest_restorable_time": "1"}, {"latest_restorable_time": "2"})
    assert made.compare() == Compared(noted={"aws_db_instance.a": ("latest_restorable_time",)})


def block(port: int, *blocks: str) -> dict[str, Any]:
    return {"protocol": "tcp", "from_port": port, "to_port": port, "cidr_blocks": [*blocks], "security_groups": []}


def rule(port: int, **other: str) -> dict[str, Any]:
    return {"ip_protocol": "tcp", "from_port": port, "to_port": port, "security_group_id": "sg-1", **other}


def test_rules_of_resources_beside_a_security_group_are_its_own_and_others_are_a_stranger_s(made: Made) -> None:
    made.stands("aws_vpc_security_group_ingress_rule.a", **rule(443, cidr_ipv4="10.0.0.0/8"))
    made.stands("aws_vpc_security_group_ingress_rule.b", **rule(5432, referenced_security_group_id="sg-2"))
    own = [block(443, "10.0.0.0/8"), {**block(5432), "security_groups": ["sg-2"]}]
    made.drifted("aws_security_group.a", {"id": "sg-1", "ingress": []}, {"id": "sg-1", "ingress": own})
    assert made.compare().findings == ()
    made.drift.clear()
    more = [block(443, "10.0.0.0/8", "0.0.0.0/0"), own[1], block(22, "203.0.113.1/32")]
    made.drifted("aws_security_group.a", {"id": "sg-1", "ingress": []}, {"id": "sg-1", "ingress": more})
    found = made.only()
    assert found.reasons == ("network",)
    assert found.changes == (
        "opens port 443 to 0.0.0.0/0",
        "ingress: tcp 22 from 203.0.113.1/32",
        "ingress: tcp 443 from 0.0.0.0/0",
    )


def test_a_route_that_no_resource_made_is_a_way_out(made: Made) -> None:
    made.stands("aws_route.a", route_table_id="rtb-1", destination_cidr_block="0.0.0.0/0", nat_gateway_id="nat-1")
    ours = {"cidr_block": "0.0.0.0/0", "nat_gateway_id": "nat-1"}
    other = {"cidr_block": "203.0.113.0/24", "gateway_id": "igw-1"}
    made.drifted("aws_route_table.a", {"id": "rtb-1", "route": []}, {"id": "rtb-1", "route": [ours, other]})
    found = made.only()
    assert found.reasons == ("network",)
    assert found.changes == ("route: a route to 203.0.113.0/24 by igw-1",)


def test_a_replica_that_nobody_configured_is_a_copy_of_the_data(made: Made) -> None:
    made.stands("aws_db_instance.b", arn="arn:aws:rds:us-west-2:1:db:ours", identifier="ours")
    replicas = ["arn:aws:rds:us-west-2:1:db:ours", "stolen"]
    made.drifted("aws_db_instance.a", {"replicas": []}, {"replicas": replicas})
    found = made.only()
    assert found.reasons == ("protection",)
    assert found.changes == ("replicas: a replica stolen",)


def test_inline_policies_of_a_role_are_ours_by_their_resources(made: Made) -> None:
    made.stands("aws_iam_role_policy.a", role="application", name="ours")
    before, ours = {"id": "application", "inline_policy": []}, {"name": "ours", "policy": "{}"}
    made.drifted("aws_iam_role.a", before, {**before, "inline_policy": [ours]})
    assert made.compare().findings == ()
    made.drift.clear()
    made.drifted("aws_iam_role.a", before, {**before, "inline_policy": [ours, {"name": "stranger", "policy": "{}"}]})
    found = made.only()
    assert (found.reasons, found.changes) == (("policies",), ("inline_policy: a policy stranger",))


def test_what_was_deleted_comes_first(made: Made) -> None:
    made.drifted("aws_lb.b", {"idle_timeout": 60}, {"idle_timeout": 61}, put_back=["idle_timeout"])
    made.drifted("aws_cloudwatch_metric_alarm.a", {"alarm_name": "cpu"}, None)
    shown = report(made.compare())
    assert [each.address for each in shown.strange] == ["aws_cloudwatch_metric_alarm.a", "aws_lb.b"]
    first = shown.strange[0]
    assert (first.gone, first.reasons, first.undone, first.name) == (True, ("deleted",), True, "cpu")
    assert (first.region, first.area) == (HOME, "network")


@pytest.mark.parametrize(
    ("address", "name", "before", "after", "reason"),
    [
        ("aws_cloudwatch_metric_alarm.a", "actions_enabled", True, False, "watching"),
        ("aws_cloudwatch_metric_alarm.a", "threshold", 80, 100, "watching"),
        ("aws_cloudwatch_event_rule.a", "state", "ENABLED", "DISABLED", "watching"),
        ("aws_cloudwatch_log_group.a", "retention_in_days", 365, 1, "watching"),
        ("aws_cloudwatch_log_group.a", "retention_in_days", 0, 1, "watching"),
        ("aws_cloudwatch_log_group.a", "retention_in_days", 1, 365, None),
        ("aws_cloudtrail.a", "enable_logging", True, False, "watching"),
        ("aws_guardduty_detector.a", "enable", True, False, "watching"),
        ("aws_db_instance.a", "deletion_protection", True, False, "protection"),
        ("aws_db_instance.a", "publicly_accessible", False, True, "protection"),
        ("aws_db_instance.a", "backup_window", "01:00-02:00", "05:00-06:00", None),
        ("aws_kms_key.a", "is_enabled", True, False, "protection"),
        ("aws_s3_bucket_public_access_block.a", "block_public_policy", True, False, "protection"),
        ("aws_s3_bucket_versioning.a", "versioning_configuration", [{"s": 1}], [{"s": 2}], "protection"),
        ("aws_iam_role_policy_attachments_exclusive.a", "policy_arns", [], ["admin"], "policies"),
        ("aws_iam_role.a", "assume_role_policy", json.dumps(POLICY), json.dumps(WIDER), "policies"),
        ("aws_network_acl.a", "ingress", [], [{"rule_no": 1}], "network"),
        ("aws_lambda_function.a", "layers", [], ["arn"], "code"),
        ("aws_autoscaling_group.a", "desired_capacity", 2, 3, None),
    ],
)
def test_what_matters_has_a_reason(
    made: Made, address: str, name: str, before: Any, after: Any, reason: str | None
) -> None:
    made.drifted(address, {name: before}, {name: after}, put_back=[name])
    assert made.only().reasons == ((reason,) if reason else ())


def test_a_widened_policy_is_told_by_its_statements(made: Made) -> None:
    made.drifted(
        "aws_sns_topic_policy.a", {"policy": json.dumps(POLICY)}, {"policy": json.dumps(WIDER)}, put_back=["policy"]
    )
    assert made.only().changes == ("lets anybody in, without a condition", "policy: now allows sns:* to *")


def test_the_same_policy_in_another_order_says_nothing_of_statements(made: Made) -> None:
    turned = {**POLICY, "Statement": [{**POLICY["Statement"][0], "Action": ["sns:Publish"]}]}
    made.drifted(
        "aws_sns_topic_policy.a", {"policy": json.dumps(POLICY)}, {"policy": json.dumps(turned)}, put_back=["policy"]
    )
    assert all("now allows" not in line for line in made.only().changes)


def test_what_is_sensitive_is_not_shown(made: Made) -> None:
    made.drifted(
        "aws_lambda_function.a",
        {"environment": [{"variables": {"KEY": "secret"}}]},
        {"environment": [{"variables": {"KEY": "other"}}]},
        put_back=["environment"],
        after_sensitive={"environment": [{"variables": True}]},
        before_sensitive={},
    )
    told = report(made.compare())
    assert made.only().changes == ("environment has changed, and is not shown",)
    assert "other" not in told.as_json() + told.as_markdown() + "".join(told.lines())


def test_settings_that_are_not_deployed_are_no_drift(made: Made) -> None:
    made.planned("aws_cloudwatch_log_group.a", ["update"], {"retention_in_days": 365}, {"retention_in_days": 400})
    made.planned("aws_sqs_queue.a", ["create"], None, {"name": "new"})
    found = made.compare()
    assert found.findings == ()
    assert found.pending == ("update aws_cloudwatch_log_group.a (retention_in_days)", "create aws_sqs_queue.a")
    told = report(found)
    assert (told.outcome, told.summary()) == ("none", "none")
    assert "changed in the settings and not deployed yet, which is no drift:" in [*told.lines()]


def test_both_at_one_resource_are_told_apart(made: Made) -> None:
    made.drifted(
        "aws_lb.a", {"idle_timeout": 60, "name": "a"}, {"idle_timeout": 61, "name": "a"}, put_back=["idle_timeout"]
    )
    made.changes[-1]["change"]["after"]["name"] = "b"
    found = made.compare()
    assert [each.changes for each in found.findings] == [("idle_timeout: 60 -> 61",)]
    assert found.pending == ("update aws_lb.a (name)",)


def test_what_only_follows_from_a_deletion_is_neither(made: Made) -> None:
    made.drifted("aws_sqs_queue.a", {"name": "a"}, None)
    made.configure("aws_sqs_queue_policy.a", queue_url="${aws_sqs_queue.a.id}")
    made.planned("aws_sqs_queue_policy.a", ["update"], {"queue_url": "x"}, {}, after_unknown={"queue_url": True})
    made.planned("aws_sns_topic.b", ["update"], {"name": "x"}, {}, after_unknown={"name": True})
    assert made.compare().pending == ("update aws_sns_topic.b (name)",)


def test_what_is_made_anew_has_drifted_only_where_somebody_has_configured_it(made: Made) -> None:
    before = {"engine": "a", "latest_restorable_time": "1"}
    made.configure("aws_db_instance.a", engine="b")
    made.drifted("aws_db_instance.a", before, {**before, "latest_restorable_time": "2"})
    what = {"actions": ["delete", "create"], "before": before, "after": {"engine": "b"}}
    made.changes[-1]["change"] = {**what, "after_unknown": {"latest_restorable_time": True}}
    found = made.compare()
    assert found.findings == ()
    assert found.pending == ("delete/create aws_db_instance.a",)


def test_what_leaves_the_settings_is_pending_and_its_own_values_are_no_drift(made: Made) -> None:
    made.drifted("aws_db_instance.a", {"latest_restorable_time": "1"}, {"latest_restorable_time": "2"})
    made.changes[-1]["change"] = {"actions": ["delete"], "before": {"latest_restorable_time": "2"}, "after": None}
    found = made.compare()
    assert found.findings == ()
    assert found.pending == ("delete aws_db_instance.a",)


# A failover -----------------------------------------------------------------------------------------------------------

PLATFORM = describe(Settings.model_validate(settings_of(HOME, WEST)))
FENCE = {"rule_no": 1, "action": "deny", "protocol": "6", "cidr_block": "0.0.0.0/0", "from_port": 5432, "to_port": 5432}
RULE = {
    "rule_no": 100,
    "action": "allow",
    "protocol": "tcp",
    "cidr_block": "10.0.0.0/8",
    "from_port": 5432,
    "to_port": 5432,
}
BY_NUMBER = {**RULE, "protocol": "6", "icmp_code": 0, "icmp_type": 0}
RUN = Run(
    id="run",
    source="arn",
    origin=HOME,
    target=WEST,
    region=WEST,
    state=DONE,
    moved=1000,
    steps={"fence": {}, "promote": {}, "rotation": {}, "scale": {}},
)
SOURCE = {"replicate_source_db": "arn:aws:rds:us-east-1:1:db:a"}
DID: dict[str, tuple[str, str, Any, Any]] = {
    "fence": ("aws_network_acl.a", HOME, {"ingress": [RULE]}, {"ingress": [{**RULE, "protocol": "6"}, FENCE]}),
    "promoted": ("aws_db_instance.a", WEST, SOURCE, {"replicate_source_db": ""}),
    "rotation cancelled": (
        "aws_secretsmanager_secret_rotation.a",
        HOME,
        {"rotation_enabled": True},
        {"rotation_enabled": False},
    ),
    "secret": ("aws_secretsmanager_secret.a", HOME, {"replica": [{"region": WEST}]}, {"replica": []}),
    "scaled": ("aws_autoscaling_group.a", WEST, {"desired_capacity": 2}, {"desired_capacity": 6}),
}


def explained(made: Made, run: Run, *, written: float = 0) -> list[str]:
    doings = Doings(records=[run], platform=PLATFORM, written=written)
    return [each.failover for each in doings.explain(made.compare().findings, made.plan)]


def drift_of(made: Made, step: str, *, region: str = "", after: Any = None) -> None:
    address, where, before, found = DID[step]
    known = dict.fromkeys(after or found) | before
    made.drifted(address, known, after or found, put_back=[*known], region=region or where)


@pytest.mark.parametrize("step", DID)
@pytest.mark.parametrize("state", [RUNNING, DONE, CLOSED])
def test_what_a_failover_has_done_is_its_own(made: Made, step: str, state: str) -> None:
    drift_of(made, step)
    assert explained(made, replace(RUN, state=state)) == [f"run ({state}): {step}"]


@pytest.mark.parametrize("step", DID)
def test_the_same_in_another_region_is_not(made: Made, step: str) -> None:
    drift_of(made, step, region="ap-south-1")
    assert explained(made, RUN) == [""]


@pytest.mark.parametrize("step", DID)
def test_a_failover_that_was_refused_explains_nothing(made: Made, step: str) -> None:
    drift_of(made, step)
    assert explained(made, replace(RUN, state=REFUSED)) == [""]


@pytest.mark.parametrize("step", DID)
def test_a_closed_one_explains_nothing_that_came_after_a_deployment(made: Made, step: str) -> None:
    drift_of(made, step)
    assert explained(made, replace(RUN, state=CLOSED), written=2000) == [""]


def test_a_fence_is_a_failover_s_although_terraform_has_not_looked_since_its_apply(made: Made) -> None:
    """The state has names of protocols then, and AWS tells numbers, in what nobody has touched too."""
    made.configure("aws_network_acl.a", HOME, ingress="stated", egress="stated")
    before, after = {"ingress": [RULE], "egress": [RULE]}, {"ingress": [BY_NUMBER, FENCE], "egress": [BY_NUMBER]}
    made.drifted("aws_network_acl.a", before, after, put_back=["ingress"])
    assert explained(made, RUN) == ["run (done): fence"]
    (line,) = made.only().changes
    assert line.startswith('ingress: + {"rule_no": 1')
    assert "-" not in line


def test_a_secret_s_replicas_are_a_failover_s_although_its_policy_stands_beside_it(made: Made) -> None:
    made.refer("aws_secretsmanager_secret_policy.a", to="aws_secretsmanager_secret.a")
    before = {"replica": [{"region": WEST}], "policy": ""}
    after = {"replica": [], "policy": json.dumps(POLICY)}
    made.drifted("aws_secretsmanager_secret.a", before, after, put_back=["replica"])
    assert explained(made, RUN) == ["run (done): secret"]


@pytest.mark.parametrize(
    ("step", "after"),
    [
        ("fence", {"ingress": [RULE, FENCE, {**RULE, "rule_no": 2, "cidr_block": "0.0.0.0/0"}]}),
        ("fence", {"ingress": [FENCE]}),
        ("fence", {"ingress": [RULE, {**FENCE, "action": "allow"}]}),
        ("promoted", {"replicate_source_db": "", "publicly_accessible": True}),
        ("promoted", {"replicate_source_db": "", "backup_retention_period": 0}),
        ("secret", {"replica": [], "policy": json.dumps(WIDER)}),
        ("scaled", {"desired_capacity": 1}),
    ],
)
def test_what_was_done_besides_is_no_failover_s(made: Made, step: str, after: Any) -> None:
    drift_of(made, step, after=after)
    assert explained(made, RUN) == [""]


def test_a_failover_is_told_as_such_and_is_no_drift(made: Made) -> None:
    drift_of(made, "fence")
    found = made.compare()
    doings = Doings(records=[RUN], platform=PLATFORM, written=0)
    told = report(replace(found, findings=tuple(doings.explain(found.findings, made.plan))))
    assert told.outcome == "none"
    assert any(line.startswith("  run (done): fence: us-east-1, network: aws_network_acl.a") for line in told.lines())
    assert "| run (done): fence | `aws_network_acl.a` |" in told.as_markdown()
    assert [each["failover"] for each in json.loads(told.as_json())["failover"]] == ["run (done): fence"]


# The report -----------------------------------------------------------------------------------------------------------


def report(compared: Compared) -> Report:
    return Report(account_id=OURS, platform="PROD main", looked="2026-11-30T12:00:00Z", compared=compared)


def test_what_matters_is_on_top_and_the_rest_below_by_place(made: Made) -> None:
    made.drifted("aws_lb.b", {"idle_timeout": 60}, {"idle_timeout": 61}, put_back=["idle_timeout"])
    made.drifted(
        "aws_db_instance.a",
        {"deletion_protection": True},
        {"deletion_protection": False},
        put_back=["deletion_protection"],
    )
    told = report(made.compare())
    assert [*told.lines()] == [
        f"drift of PROD main in account {OURS}, 2026-11-30T12:00:00Z: 2 resources changed by hand, 1 of them matters",
        "! encryption, protection or the block of public access is off",
        "!   us-east-1, network: aws_db_instance.a",
        "!     deletion_protection: true -> false",
        "us-east-1, network",
        "  aws_lb.b",
        "    idle_timeout: 60 -> 61",
    ]
    assert (told.outcome, CODES[told.outcome]) == ("drift", 2)
    content = json.loads(told.as_json())
    assert [each["matters"] for each in content["drift"]] == [True, False]


def test_markdown_holds_what_anybody_writes(made: Made) -> None:
    made.drifted("aws_lb.b", {"name": "a"}, {"name": "<b>|x"}, put_back=["name"])
    assert '| name: "a" -> "&lt;b>\\|x" |' in report(made.compare()).as_markdown()


def test_nobody_takes_an_older_look_for_this_one(tmp_path: Path) -> None:
    paths = Paths(settings=tmp_path / "s.yaml", build=tmp_path / "build" / "aws", out=tmp_path / "out")
    (tmp_path / "build").mkdir()
    (tmp_path / "build" / "drift.md").write_text("old")
    with pytest.raises(ToolError), told_if_unknown(paths):
        raise ToolError("no region answers")
    content = json.loads((tmp_path / "build" / "drift.json").read_text())
    assert (content["outcome"], content["error"]) == ("unknown", "no region answers")
    assert not (tmp_path / "build" / "drift.md").exists()


@pytest.mark.parametrize("code", [0, 2])
def test_the_command_ends_with_what_it_has_found(monkeypatch: pytest.MonkeyPatch, code: int) -> None:
    ended = 0
    monkeypatch.setattr(command_line.LocalPlatform, "drift", lambda _: code)
    monkeypatch.setattr(command_line, "raise_on_signals", lambda: None)
    try:
        ended = command_line.main(["local-drift"])
    except SystemExit as end:
        ended = int(str(end.code))
    assert ended == code


def test_names_that_look_like_emoji_are_printed_as_they_are() -> None:
    text = io.StringIO()
    Reporter(Console(file=text)).say("arn:aws:secretsmanager:us-east-1:1:secret:a")
    assert text.getvalue() == "arn:aws:secretsmanager:us-east-1:1:secret:a\n"
