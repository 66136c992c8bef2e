"""What each step takes for shown, and what not."""

from __future__ import annotations

from datetime import UTC, datetime
from http.client import BadStatusLine
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from botocore.exceptions import ClientError

from modules.settings import load_settings
from tests.support.proof import HOME, OTHER, answering, context, paging, resource
from tools.errors import ToolError
from tools.prove import STEPS, Context, Unproven, alerts, audit, backups, life, secret, storage, web
from tools.prove.settings import write
from tools.restore.part import Restored


def test_names_of_steps_are_different() -> None:
    assert len({step.name for step in STEPS}) == len(STEPS)


def test_what_cleans_up_comes_last_and_is_run_always() -> None:
    assert [step.name for step in STEPS if step.always] == [step.name for step in STEPS[-3:]]
    assert STEPS[-3].run is life.destroy


def rotating(tmp_path: Path, *current: str) -> Context:
    answers = [{"VersionIdsToStages": {version: ["AWSCURRENT"], "older": ["AWSPREVIOUS"]}} for version in current]
    client = answering(describe_secret=answers, rotate_secret={})
    return context(
        tmp_path,
        resource("aws_secretsmanager_secret", HOME, arn="arn:master", name="PROD-secret-test-database-here"),
        resource("aws_secretsmanager_secret", HOME, arn="arn:application", name="PROD-secret-test-application-here"),
        clients={("secretsmanager", HOME): client},
    )


def test_a_rotation_moves_the_current_version_of_every_secret(tmp_path: Path) -> None:
    assert "another version" in secret.rotation(rotating(tmp_path, "one", "one", "two", "three", "three", "four"))


def test_a_rotation_of_the_second_secret_that_does_not_end_is_not_shown(tmp_path: Path) -> None:
    with pytest.raises(Unproven, match="AWSCURRENT on another version"):
        secret.rotation(rotating(tmp_path, "one", "two", "three"))


def test_a_rotation_that_does_not_end_is_not_shown(tmp_path: Path) -> None:
    with pytest.raises(Unproven, match="AWSCURRENT on another version: not within 10 minutes"):
        secret.rotation(rotating(tmp_path, "one"))


def trailing(tmp_path: Path, **status: Any) -> Context:
    return context(
        tmp_path,
        resource("aws_cloudtrail", HOME, arn="arn", name="trail", s3_bucket_name="bucket"),
        clients={
            ("cloudtrail", HOME): answering(get_trail_status=status),
            ("s3", HOME): answering(list_objects_v2={"Contents": [{"Key": "file"}]}),
        },
    )


def test_a_trail_delivers_to_bucket_and_log_group(tmp_path: Path) -> None:
    here = trailing(tmp_path, LatestDeliveryTime="now", LatestCloudWatchLogsDeliveryTime="now")
    assert "no error" in audit.trail(here)


def test_a_trail_without_digests_is_not_shown(tmp_path: Path) -> None:
    with pytest.raises(Unproven, match="AccessDenied"):
        audit.digest(trailing(tmp_path, LatestDigestDeliveryError="AccessDenied"))
    with pytest.raises(Unproven, match="not within 120 minutes"):
        audit.digest(trailing(tmp_path, LatestDeliveryTime="now"))


def backing_up(tmp_path: Path, job: dict[str, str], copy: dict[str, str]) -> Context:
    client = answering(
        start_backup_job={"BackupJobId": "1"},
        describe_backup_job=job,
        start_copy_job={"CopyJobId": "2"},
        describe_copy_job={"CopyJob": copy},
    )
    return context(
        tmp_path,
        resource("aws_backup_vault", HOME, name="vault", arn="home"),
        resource("aws_backup_vault", OTHER, name="vault", arn="other"),
        resource("aws_dynamodb_table", HOME, name="sessions", arn="table"),
        resource("aws_backup_selection", HOME, name="selection", iam_role_arn="role"),
        clients={("backup", HOME): client},
    )


def test_a_backup_and_its_copy_end_as_completed(tmp_path: Path) -> None:
    done = {"State": "COMPLETED", "RecoveryPointArn": "point"}
    assert "both COMPLETED" in backups.backup(backing_up(tmp_path, done, done))


def test_a_copy_that_fails_is_told_with_its_reason(tmp_path: Path) -> None:
    done, failed = {"State": "COMPLETED", "RecoveryPointArn": "point"}, {"State": "FAILED", "StatusMessage": "no key"}
    with pytest.raises(Unproven, match="FAILED: no key"):
        backups.backup(backing_up(tmp_path, done, failed))


def test_https_needs_every_region_and_the_domain(tmp_path: Path) -> None:
    here = context(tmp_path)
    here.fetch = lambda host, _path: (200, host)
    assert web.https(here).count("200") == 3
    here.fetch = lambda host, _path: (200 if host != "example.com" else 503, host)
    with pytest.raises(Unproven, match=r"https://example\.com/health"):
        web.https(here)


@pytest.mark.parametrize("error", [OSError("certificate verify failed"), BadStatusLine("")], ids=repr)
def test_a_certificate_that_does_not_hold_or_a_line_that_is_not_http_is_no_answer(
    tmp_path: Path, error: Exception
) -> None:
    here = context(tmp_path)

    def refused(_host: str, _path: str) -> tuple[int, str]:
        raise error

    here.fetch = refused
    with pytest.raises(Unproven, match="not within"):
        web.https(here)


def test_the_test_file_of_a_load_balancer_is_no_access_log(tmp_path: Path) -> None:
    log = {"bucket": "logs", "prefix": "access"}
    balancer = resource("aws_lb", HOME, name="alb", access_logs=[log])
    only = {"Contents": [{"Key": "access/AWSLogs/1/ELBAccessLogTestFile"}]}
    here = context(tmp_path, balancer, clients={("s3", HOME): answering(list_objects_v2=only)})
    with pytest.raises(Unproven, match="an access log"):
        web.access_log(here)


@pytest.mark.parametrize(
    ("destination", "service"),
    [("arn:aws:logs:us-east-1:1:log-group:flow:*", "logs"), ("arn:aws:s3:::bucket/flow", "s3")],
)
def test_a_flow_log_is_looked_for_where_it_goes(tmp_path: Path, destination: str, service: str) -> None:
    flows = [resource("aws_flow_log", region, id=region, log_destination=destination) for region in (HOME, OTHER)]
    client = answering(filter_log_events={"events": [1]}, list_objects_v2={"Contents": [1]})
    clients = {(service, region): client for region in (HOME, OTHER)}
    assert web.flow_log(context(tmp_path, *flows, clients=clients)) == "lines in us-east-1, us-west-2"


def test_an_object_that_is_not_copied_is_not_shown(tmp_path: Path) -> None:
    def missing(**_arguments: Any) -> None:
        raise ClientError({"Error": {"Code": "404", "Message": "Not Found"}}, "HeadObject")

    buckets = [resource("aws_s3_bucket", region, bucket=f"proof-data-{region}") for region in (HOME, OTHER)]
    here = context(
        tmp_path,
        *buckets,
        clients={
            ("s3", HOME): answering(put_object={"VersionId": "1"}, delete_object={}),
            ("s3", OTHER): SimpleNamespace(head_object=missing),
        },
    )
    with pytest.raises(Unproven, match="the copy of application/prove-abc-us-east-1 in us-west-2"):
        storage.replication(here)
    assert here.undo() == []


def reached(*states: str) -> Any:
    found = [{"InstanceId": str(number), "PingStatus": state} for number, state in enumerate(states)]
    return answering(describe_instance_information={"InstanceInformationList": found})


def test_session_manager_has_to_reach_an_instance_in_every_region(tmp_path: Path) -> None:
    groups = [resource("aws_autoscaling_group", region, name="web") for region in (HOME, OTHER)]
    clients = {("ssm", HOME): reached("Online", "Online"), ("ssm", OTHER): reached("Online", "ConnectionLost")}
    told = web.session_manager(context(tmp_path, *groups, clients=clients))
    assert told == "us-east-1: 2 online; us-west-2: 1 online"
    clients["ssm", OTHER] = reached("ConnectionLost")
    with pytest.raises(Unproven, match="reaches in us-west-2: not within 15 minutes"):
        web.session_manager(context(tmp_path, *groups, clients=clients))


def judging(tmp_path: Path, **status: Any) -> Context:
    rules = [resource("aws_config_config_rule", region, name="ours") for region in (HOME, OTHER)]
    others = {"ConfigRuleName": "other", "LastErrorCode": "Denied", "LastSuccessfulEvaluationTime": "now"}
    page = {"ConfigRulesEvaluationStatus": [{"ConfigRuleName": "ours", **status}, others]}
    return context(tmp_path, *rules, clients={("config", region): paging(page) for region in (HOME, OTHER)})


def test_rules_of_the_platform_have_judged_without_an_error(tmp_path: Path) -> None:
    assert audit.config_rules(judging(tmp_path, LastSuccessfulEvaluationTime="now")).count("1 of 1 rules") == 2
    with pytest.raises(Unproven, match="ours: NoRole"):
        audit.config_rules(judging(tmp_path, LastErrorCode="NoRole"))
    with pytest.raises(Unproven, match="has judged in us-east-1: not within"):
        audit.config_rules(judging(tmp_path))


def restoring(tmp_path: Path, job: dict[str, str], *points: dict[str, Any]) -> Context:
    backup = answering(
        list_recovery_points_by_backup_vault={"RecoveryPoints": list(points)},
        get_recovery_point_restore_metadata={"RestoreMetadata": {}},
        start_restore_job={"RestoreJobId": "1"},
        describe_restore_job=job,
    )
    iam = answering(create_role={"Role": {"Arn": "role"}}, attach_role_policy={}, detach_role_policy={}, delete_role={})
    table = answering(describe_table={"Table": {"TableStatus": "ACTIVE"}}, delete_table={})
    return context(
        tmp_path,
        resource("aws_backup_vault", HOME, name="vault", arn="home"),
        resource("aws_dynamodb_table", HOME, name="sessions", arn="table"),
        clients={("backup", HOME): backup, ("iam", HOME): iam, ("dynamodb", HOME): table},
    )


POINT = {"RecoveryPointArn": "point", "CreationDate": datetime(2026, 1, 1, tzinfo=UTC)}


def test_a_backup_comes_back_as_a_table_that_goes_with_its_role(tmp_path: Path) -> None:
    here = restoring(tmp_path, {"Status": "COMPLETED"}, POINT)
    assert "the table is back as prove-abc: ACTIVE" in backups.restore(here)
    assert [what.split()[0] for what, _ in here.undoing] == ["role", "policy", "table"]
    assert here.undo() == []


class Tried:
    """A part of a drill."""

    name = "sessions"

    def __init__(self, *, same: bool = True, left: bool = False) -> None:
        self.same, self.stays, self.removed = same, left, False

    def left(self) -> list[str]:
        return []

    def own(self) -> list[str]:
        return ["table"]

    def remove(self, _: str) -> None:
        if self.stays:
            raise ToolError("it does not go")
        self.removed = True

    def restore(self) -> Restored:
        differences = () if self.same else ("keys: they differ",)
        return Restored(source="a", restored_as="b", reaches="now", seconds=7, differences=differences)


def test_a_drill_is_shown_with_its_times_and_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    part = Tried()
    monkeypatch.setattr(backups, "drill_parts", lambda _: [part])
    assert backups.drill(context(tmp_path)) == "sessions in 7 s"
    assert part.removed


@pytest.mark.parametrize(("part", "why"), [(Tried(same=False), "keys: they differ"), (Tried(left=True), "left behind")])
def test_a_drill_with_a_difference_or_leftovers_is_not_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, part: Tried, why: str
) -> None:
    monkeypatch.setattr(backups, "drill_parts", lambda _: [part])
    with pytest.raises(Unproven, match=why):
        backups.drill(context(tmp_path))


def test_a_restore_that_fails_or_has_nothing_to_restore_is_not_shown(tmp_path: Path) -> None:
    with pytest.raises(Unproven, match="FAILED: no key"):
        backups.restore(restoring(tmp_path, {"Status": "FAILED", "StatusMessage": "no key"}, POINT))
    with pytest.raises(Unproven, match="holds no backup of the table"):
        backups.restore(restoring(tmp_path, {"Status": "COMPLETED"}))


def test_a_listener_is_made_once_and_goes_with_its_subscription(tmp_path: Path) -> None:
    sqs = answering(
        create_queue={"QueueUrl": "url"},
        get_queue_attributes={"Attributes": {"QueueArn": "queue"}},
        set_queue_attributes={},
        receive_message={"Messages": [{"Body": "proof abc"}]},
        delete_queue={},
    )
    sns = answering(publish={}, subscribe={"SubscriptionArn": "subscription"}, unsubscribe={})
    topic = resource("aws_sns_topic", HOME, name="PROOF-sns-prove-ticket-us-east-1", arn="arn")
    here = context(tmp_path, topic, clients={("sqs", HOME): sqs, ("sns", HOME): sns})
    alerts.topic(here)
    alerts.topic(here)
    assert [what for what, _ in here.undoing] == ["queue prove-abc", "subscription of prove-abc"]


def test_the_settings_of_the_proof_are_valid_and_apart_from_production(root: Path, tmp_path: Path) -> None:
    file = tmp_path / "settings.yaml"
    write(root / "config" / "prove.yaml", to=file, environ={"PROVE_DOMAIN": "proof.example.com"})
    proof, production = load_settings(file, {}), load_settings(root / "config" / "prod.yaml", {})
    assert len(proof.regions) == 2
    assert proof.environment != production.environment
    assert proof.environment_suffix != production.environment_suffix
    assert proof.project != production.project
    assert proof.storage.force_destroy
    assert proof.account.ebs_encryption == "existing"


def test_further_settings_are_put_into_their_section(root: Path, tmp_path: Path) -> None:
    file = tmp_path / "settings.yaml"
    instances = {"us-west-2": {"role": "writer"}, "us-east-1": {"role": "detached"}}
    write(
        root / "config" / "prove.yaml",
        to=file,
        environ={"PROVE_DOMAIN": "proof.example.com"},
        more={"database": {"instances": instances}},
    )
    database = load_settings(file, {}).database
    assert database.instances["us-west-2"].role == "writer"
    assert database.instance_class == "db.t4g.medium"


def test_rejects_a_proof_without_a_domain(root: Path, tmp_path: Path) -> None:
    with pytest.raises(ToolError, match="PROVE_DOMAIN names no domain"):
        write(root / "config" / "prove.yaml", to=tmp_path / "settings.yaml", environ={})
