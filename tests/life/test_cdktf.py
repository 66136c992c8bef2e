"""The cdktf command line, as users run it: against the embedded AWS, in a shell that `make local-env` has set up."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import yaml

from policies.gate import judge
from policies.scan import Framework
from tests.support.cdktf import run, vpc_count
from tests.support.lives import SMALL, Applied, new_life
from tests.support.neighbours import CIDR, held_by
from tests.support.part import only
from tests.support.region_sets import settings_of, write_settings
from tools.bootstrap import bootstrap
from tools.paths import ROOT
from tools.plan import changes
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


@pytest.fixture(scope="module")
def second_copy(deployed: Applied, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Applied]:
    """A part of a second environment in the account: `stage`, whose hosted zone is in another account."""
    first, (peer,) = yaml.safe_load(deployed.settings.read_text()), vpcs_of_others(deployed)
    life = new_life(
        tmp_path_factory.mktemp("second"),
        first
        | {
            "environment": "stage",
            "domain": "stage.example.com",
            "account": first["account"] | {"session_manager": "existing"},
            "entry": first["entry"] | {"zone_name": "example.com", "zone_role_arn": ZONE_ROLE},
            "network": first["network"]
            | {
                "cidr": "172.16.0.0/12",
                "reserved_cidrs": ["10.0.0.0/8", "172.31.0.0/16", CIDR],
                "peers": {SMALL: [{"vpc_id": peer, "cidrs": [CIDR]}]},
            },
        },
    )
    synthesize(life.paths, environ=life.environ)
    applied = Applied(life, deployed.emulator, life.target(deployed.emulator))
    bootstrap(applied.target)
    before = held_by(deployed)
    with pytest.MonkeyPatch.context() as monkeypatch:
        only(monkeypatch, *KINDS)
        life.apply(applied.target)
        assert before - held_by(deployed) == set()
        yield applied
        life.destroy(applied.target)
    after = held_by(deployed)
    assert before - after == set()
    assert {json.loads(line)[1] for line in after - before} == {"key", "key policy"}


def vpcs_of_others(life: Applied) -> list[str]:
    found = life.client("ec2", SMALL).describe_vpcs(Filters=[{"Name": "cidr", "Values": [CIDR]}])["Vpcs"]
    return [one["VpcId"] for one in found]


def test_a_second_environment_stands_beside_the_first_and_its_next_plan_is_empty(second_copy: Applied) -> None:
    state = second_copy.target.state("platform")
    assert state
    assert {one["type"] for one in state["resources"]} >= KINDS
    # The zone of that name in the platform's account got none of its records.
    records = [json.loads(line)[2] for line in held_by(second_copy) if json.loads(line)[1] == "record"]
    assert records
    assert not [one for _, _, one in records if "stage" in one["Name"]]
    ec2 = second_copy.client("ec2", SMALL)
    (connection,) = [
        one["instances"][0]["attributes"] for one in state["resources"] if one["type"] == "aws_vpc_peering_connection"
    ]
    assert connection["accept_status"] == "pending-acceptance"
    ec2.accept_vpc_peering_connection(VpcPeeringConnectionId=connection["id"])
    assert not second_copy.target.plan("platform")[0]


def test_a_change_of_what_stands_passes_the_gate_after_a_refresh(deployed: Applied, tmp_path: Path) -> None:
    """The state then holds all that AWS says of each resource; waivers and choices cover it as they did before."""
    settings = yaml.safe_load(deployed.settings.read_text())
    life = new_life(tmp_path, settings | {"logs": {"retention_days": 400}})
    synthesize(life.paths, environ=life.environ)
    target = life.target(deployed.emulator)
    workspace = target.workspace("platform")
    workspace.prepare()
    target.terraform("platform").init(target.backend_arguments())
    subprocess.run(
        ["terraform", "apply", "-refresh-only", "-auto-approve", "-input=false", "-no-color"],
        cwd=workspace.directory,
        env=dict(target.environment),
        capture_output=True,
        check=True,
    )
    changed, plan = target.plan("platform")
    assert changed
    assert {line.partition(" ")[0] for line in changes(plan)} == {"update"}
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
