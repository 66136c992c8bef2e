"""The cdktf command line, as users run it: against the embedded AWS, in a shell that `make local-env` has set up."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml

from policies.gate import judge
from policies.scan import Framework
from tests.support.cdktf import run, vpc_count
from tests.support.lives import SMALL, Applied, new_life
from tests.support.neighbours import CIDR, held_by, kinds_of
from tests.support.part import only
from tests.support.plans import BY_RETENTION, set_anew
from tests.support.region_sets import settings_of, write_settings
from tools.bootstrap import bootstrap
from tools.paths import ROOT
from tools.plan import changes
from tools.saved_plan import SavedPlan
from tools.synth import synthesize

pytestmark = pytest.mark.emulator


#: What two copies could have in common by name, and what leads to others; with what these need.
KINDS = {
    "aws_cloudtrail",
    "aws_cloudwatch_log_resource_policy",
    "aws_kms_alias",
    "aws_route",
    "aws_route53_record",
    "aws_sns_topic_policy",
    "aws_vpc_peering_connection",
}
ZONE_ROLE = "arn:aws:iam::999999999999:role/dns"


def test_cdktf_deploys_the_platform(deployed: Applied) -> None:
    assert vpc_count(deployed) == 1


def test_what_others_have_in_the_account_is_as_it_was(deployed: Applied, of_others: set[str]) -> None:
    assert of_others - held_by(deployed) == set()


def test_a_second_environment_stands_beside_the_first_and_goes_without_it(deployed: Applied, tmp_path: Path) -> None:
    second = second_environment(deployed, tmp_path)
    bootstrap(second.target)
    before = held_by(deployed)
    with pytest.MonkeyPatch.context() as monkeypatch:
        only(monkeypatch, *KINDS)
        second.life.apply(second.target)
        between = held_by(deployed)
        assert before - between == set()
        # Its records are in the other account; this one has a zone of the same name.
        assert kinds_of(between - before).isdisjoint({"record"})
        made = {one["type"]: one["instances"][0]["attributes"] for one in resources_of(second)}
        assert made.keys() >= KINDS
        connection = made["aws_vpc_peering_connection"]
        assert connection["accept_status"] == "pending-acceptance"
        ec2 = deployed.client("ec2", SMALL)
        ec2.accept_vpc_peering_connection(VpcPeeringConnectionId=connection["id"])
        assert not second.target.plan("platform")[0]
        second.life.destroy(second.target)
    assert resources_of(second) == []
    after = held_by(deployed)
    assert before - after == set()
    # That no plan of the first would change anything because of it, the test after this one shows.
    assert kinds_of(after - before) == {"key", "key policy"}


def second_environment(first: Applied, folder: Path) -> Applied:
    """`stage` in the account of `prod`: its hosted zone is in another account, and others have what there is once."""
    settings = yaml.safe_load(first.settings.read_text())
    vpcs = first.client("ec2", SMALL).describe_vpcs(Filters=[{"Name": "cidr", "Values": [CIDR]}])["Vpcs"]
    settings |= {
        "environment": "stage",
        "domain": "stage.example.com",
        "account": settings["account"] | {"session_manager": "existing"},
        "entry": settings["entry"] | {"zone_name": "example.com", "zone_role_arn": ZONE_ROLE},
        "network": settings["network"]
        | {
            "cidr": "172.16.0.0/12",
            "reserved_cidrs": ["10.0.0.0/8", "172.31.0.0/16"],
            "peers": {SMALL: [{"vpc_id": one["VpcId"], "cidrs": [CIDR]} for one in vpcs]},
        },
    }
    life = new_life(folder, settings)
    synthesize(life.paths, environ=life.environ)
    return Applied(life, first.emulator, life.target(first.emulator))


def resources_of(life: Applied) -> list[dict[str, Any]]:
    state = life.target.state("platform")
    assert state
    return [one for one in state["resources"] if one["mode"] == "managed"]


def test_a_change_of_what_stands_is_all_that_is_planned_and_passes_the_gate(deployed: Applied, tmp_path: Path) -> None:
    """After a refresh the state holds all that AWS says of each resource; waivers and choices cover it as before.

    The plan is of that state, since nothing is left to be read.
    """
    settings = yaml.safe_load(deployed.settings.read_text())
    life = new_life(tmp_path, settings | {"logs": {"retention_days": 400}})
    synthesize(life.paths, environ=life.environ)
    target = life.target(deployed.emulator)
    workspace = target.workspace("platform")
    workspace.prepare()
    terraform = target.terraform("platform")
    terraform.init(target.backend_arguments())
    terraform.refresh()
    file = target.plan_file("platform")
    saved = SavedPlan.make(terraform, file=file, json_file=life.paths.plan_json("platform"), refresh=False)
    assert {line.partition(" ")[0] for line in changes(saved.content)} == {"update"}
    assert set_anew(saved.content) == BY_RETENTION
    verdict = judge(
        names=("platform",),
        stacks_dir=life.paths.out / "stacks",
        plans_dir=life.paths.build,
        waivers_path=ROOT / "policies" / "waivers.yaml",
        today=datetime.now(tz=UTC).date(),
        frameworks=(Framework.PLAN,),
    )
    assert (verdict.errors, verdict.waiver_faults, verdict.findings) == ((), (), [])
    assert "CKV_AWS_293" in {outcome.check for outcome in verdict.waived}


def test_cdktf_synthesizes_both_stacks(tmp_path: Path) -> None:
    settings = write_settings(tmp_path, settings_of("eu-west-1", "eu-central-1"))
    ended = run("synth", settings=settings, out=tmp_path / "out")
    assert ended.returncode == 0, ended.stdout + ended.stderr
    for stack in ("platform", "state-backend"):
        assert (tmp_path / "out" / "stacks" / stack / "cdk.tf.json").is_file()


def test_cdktf_rejects_faulty_settings_line_by_line_and_leaves_no_output(tmp_path: Path) -> None:
    settings = write_settings(tmp_path, settings_of("eu-west-1", "eu-wets-2", owner="a${b}"))
    ended = run("synth", settings=settings, out=tmp_path / "out")
    told = ended.stdout + ended.stderr
    assert ended.returncode != 0
    assert "regions[1]: unknown AWS region (did you mean 'eu-west-2'?), got 'eu-wets-2', allowed: " in told
    assert "owner: Terraform would interpolate it, got 'a${b}'" in told
    assert "Traceback" not in told
    assert list(tmp_path.glob("out/stacks/*")) == []
