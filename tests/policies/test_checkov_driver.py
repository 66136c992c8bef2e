"""The driver's results are those of checkov's own program, and it does not run with a checkov that it does not know."""

from __future__ import annotations

import json
import subprocess
from typing import TYPE_CHECKING, Any

import pytest

from policies.scan import CHECKOV_PYTHON, CHECKS_DIR, DRIVER, Framework, Report, Scan, run_checkov
from tests.policies.test_checks import DOCUMENT

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

pytestmark = pytest.mark.emulator

REFERENCES: dict[str, Any] = {
    "aws_kms_key": {"key_us-east-1_K1": {"enable_key_rotation": True, "policy": '{"Statement": []}'}},
    "aws_sns_topic": {
        "encrypted_us-east-1_N1": {"kms_master_key_id": "${aws_kms_key.key_us-east-1_K1.arn}"},
        "plain_us-east-1_N2": {"name": "true", "tags": {"version": "1e3", "on": "off", "text": "á\n\t#: -"}},
    },
    "aws_s3_bucket_versioning": {
        "versions_us-east-1_V1": {
            "bucket": "${aws_s3_bucket.good_us-east-1_A1.id}",
            "versioning_configuration": {"status": "Enabled"},
        }
    },
    "aws_instance": {"instance_us-east-1_I1": {"user_data": "export PASSWORD=no", "metadata_options": None}},
}


def run_program(scan: Scan, *, home: Path) -> Report:
    """Scan with checkov's own program."""
    done = subprocess.run(
        [
            *(str(CHECKOV_PYTHON), "-I", "-B", "-m", "checkov.main"),
            *("--file", str(scan.path)),
            *("--framework", scan.framework),
            *("--external-checks-dir", str(CHECKS_DIR)),
            *("--output", "json"),
            *("--skip-download", "--compact"),
        ],
        cwd=home,
        env={"HOME": str(home), "CKV_SKIP_PACKAGE_UPDATE_CHECK": "true"},
        capture_output=True,
        text=True,
        check=False,
    )
    report: Report = json.loads(done.stdout)
    return report


def results_of(report: Report) -> dict[str, list[tuple[str, ...]]]:
    """All that the gate reads of a report."""
    return {
        kind: sorted(
            (
                entry["check_id"],
                entry["resource"],
                entry["check_name"],
                str(entry["guideline"]),
                *sorted(map(str, entry["check_result"]["evaluated_keys"])),
            )
            for entry in report["results"][kind]
        )
        for kind in ("passed_checks", "failed_checks", "skipped_checks")
    }


@pytest.fixture(scope="module")
def scans(tmp_path_factory: pytest.TempPathFactory, write_stack: Callable[..., None]) -> list[Scan]:
    root = tmp_path_factory.mktemp("driver")
    write_stack(root=root, name="platform", document=DOCUMENT | {"resource": DOCUMENT["resource"] | REFERENCES})
    return [
        Scan(path=root / "stacks" / "platform" / "cdk.tf.json", framework=Framework.JSON),
        Scan(path=root / "plans" / "platform" / "plan.json", framework=Framework.PLAN),
    ]


def test_the_results_are_those_of_checkovs_program(scans: list[Scan], tmp_path: Path) -> None:
    for scan, report in zip(scans, run_checkov(scans), strict=True):
        results = results_of(report)
        assert results == results_of(run_program(scan, home=tmp_path))
        assert len(results["passed_checks"]) > 50
        assert len(results["failed_checks"]) > 20


def drive(*scans: Scan, output: Path, before: str = "", after: str = "") -> subprocess.CompletedProcess[str]:
    """Run the driver for these scans, with changes before and after it has imported checkov."""
    arguments = (str(CHECKS_DIR), str(output), *(f"{scan.framework}={scan.path}" for scan in scans))
    code = f"""
import os, socket, sys
{before}
sys.path.insert(0, {str(DRIVER.parent)!r})
import checkov_driver as driver
{after}
sys.exit(driver.main(*{arguments!r}))
"""
    return subprocess.run([str(CHECKOV_PYTHON), "-I", "-B", "-c", code], capture_output=True, text=True, check=False)


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ("del driver.loader.loads", "AttributeError"),
        ("del driver.cfn_yaml.MAX_IAC_FILE_SIZE", "AttributeError"),
        ("del driver.ply.yacc.yacc", "AttributeError"),
        ("driver.load_json = driver.loader.loads", "checkov has parsed the file in another way"),
        ("driver.report_on = lambda *_: os.kill(os.getpid(), 9)", ""),
    ],
)
def test_ends_with_an_error_where_checkov_is_another_or_a_scan_dies(
    scans: list[Scan], tmp_path: Path, change: str, error: str
) -> None:
    done = drive(scans[0], output=tmp_path, after=change)
    assert done.returncode == 1
    assert error in done.stderr
    assert not list(tmp_path.iterdir())


def test_does_not_use_the_network(scans: list[Scan], tmp_path: Path) -> None:
    used = "socket.getaddrinfo = socket.socket.connect = lambda *_, **__: os._exit(9)"
    done = drive(*scans, output=tmp_path, before=used)
    assert (done.returncode, {file.name for file in tmp_path.iterdir()}) == (0, {"0.json", "1.json"})
