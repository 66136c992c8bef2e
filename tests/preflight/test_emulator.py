"""The whole preflight against the emulator, for one region, of which nothing is applied."""

import json
import os
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from modules.settings import load_settings
from tests.support.neighbours import EXISTING, move_in
from tests.support.region_sets import ONE, settings_of, write_settings
from tests.support.synthesized import stacks
from tools.bootstrap import make_roles
from tools.emulator import Emulator
from tools.paths import Paths
from tools.preflight import Finding, Report, Severity, look_at, subject_of
from tools.preflight.checks import CHECKS
from tools.target import Clients, Target

pytestmark = pytest.mark.emulator

(REGION,) = ONE
TOLD = {Severity.STOPS, Severity.WARNS}


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Emulator]:
    with Emulator.start(directory=tmp_path_factory.mktemp("emulator")) as emulator:
        yield emulator


@pytest.fixture(scope="module")
def clients(running: Emulator) -> Clients:
    """Clients that are made once, which takes longer than what is asked with them."""
    return cache(running.client)


@pytest.fixture
def emulator(running: Emulator) -> Emulator:
    """An account in which nothing was done."""
    running.reset()
    return running


@pytest.fixture
def target(emulator: Emulator, clients: Clients, tmp_path: Path) -> Target:
    for name, stack in stacks(*ONE).items():
        folder = tmp_path / "out/stacks" / name
        folder.mkdir(parents=True)
        (folder / "cdk.tf.json").write_text(json.dumps(stack.json))
    settings = write_settings(tmp_path, settings_of(*ONE))
    return Target(
        paths=Paths(settings=settings, build=tmp_path / "build", out=tmp_path / "out"),
        settings=load_settings(settings, {}),
        environment={},
        clients=clients,
        account_id=emulator.account_id,
        local=True,
    )


def look(target: Target) -> Report:
    return look_at(subject_of(target, environ=os.environ))


def found(report: Report, check: str) -> list[Finding]:
    return [one for one in report.findings if one.check == check]


def prepare(target: Target) -> None:
    """The hosted zone and the service-linked roles, which a fresh account lacks."""
    target.clients("route53", REGION).create_hosted_zone(Name=target.settings.domain, CallerReference="one")
    assert make_roles(target, tell=lambda _: None)


def test_an_account_in_which_nothing_was_done_lacks_a_hosted_zone_and_roles(target: Target) -> None:
    report = look(target)
    (zone,) = report.stopping
    assert zone.check == "hosted zone"
    assert {one.check for one in report.findings if one.severity is Severity.WARNS} == {"service-linked roles"}
    assert report.checks == len(CHECKS)


def record(target: Target) -> None:
    """Somebody else has AWS Config record."""
    trust = {"Effect": "Allow", "Principal": {"Service": "config.amazonaws.com"}, "Action": "sts:AssumeRole"}
    role = target.clients("iam", REGION).create_role(
        RoleName="recorder", AssumeRolePolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [trust]})
    )["Role"]["Arn"]
    recorder = {"name": "default", "roleARN": role}
    target.clients("config", REGION).put_configuration_recorder(ConfigurationRecorder=recorder)


def test_a_prepared_account_stops_nothing_and_needs_no_further_role(target: Target) -> None:
    prepare(target)
    assert [one for one in look(target).findings if one.severity is not Severity.UNSEEN] == []
    assert make_roles(target, tell=lambda _: None) == []


def test_what_is_in_the_way_is_told_with_the_lines_that_help(target: Target) -> None:
    prepare(target)
    account = target.account_id
    record(target)
    target.clients("iam", REGION).update_account_password_policy(MinimumPasswordLength=20)
    bucket = f"prod-s3-test-data-{account}-{REGION}"
    place = {"LocationConstraint": REGION}
    target.clients("s3", REGION).create_bucket(Bucket=bucket, CreateBucketConfiguration=place)
    secrets = target.clients("secretsmanager", REGION)
    secret = f"PROD-secret-test-database-{REGION}"
    secrets.create_secret(Name=secret, SecretString="x")
    secrets.delete_secret(SecretId=secret)
    group = f"PROD-logs-test-web-{REGION}"
    target.clients("logs", REGION).create_log_group(logGroupName=group)
    report = look(target)
    told = {one.check: one for one in report.stopping}
    assert told.keys() == {"recorder of AWS Config", "names of buckets", "names of secrets", "log groups"}
    assert told["recorder of AWS Config"].paste == ("configuration: {recorder: existing}",)
    assert bucket in told["names of buckets"].what
    assert "scheduled for deletion" in told["names of secrets"].what
    assert group in told["log groups"].what
    (policy,) = found(report, "password policy")
    assert policy.severity is Severity.WARNS
    assert policy.paste == ("account: {password_policy: existing}",)


def test_the_lines_to_paste_are_settings_for_an_account_that_others_use(target: Target) -> None:
    prepare(target)
    move_in(target.clients, target.account_id, REGION)
    more: dict[str, Any] = {}
    for finding in look(target).findings:
        for section, keys in yaml.safe_load(finding.paste[0]).items() if finding.severity in TOLD else ():
            more.setdefault(section, {}).update(keys)
    # Of several regions there would be aggregators as well.
    assert more == {
        section: {key: choice for key, choice in keys.items() if key not in {"aggregator", "private_documents"}}
        for section, keys in EXISTING.items()
    }
    settings = write_settings(target.paths.settings.parent, settings_of(*ONE) | more)
    made = stacks(*ONE, more=json.dumps(more))["platform"]
    (target.paths.stack_output("platform") / "cdk.tf.json").write_text(json.dumps(made.json))
    changed = replace(target, settings=load_settings(settings, {}))
    assert [one for one in look(changed).findings if one.severity in TOLD] == []
