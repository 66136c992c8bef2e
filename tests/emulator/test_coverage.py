from pathlib import Path

import pytest

from tools.emulator import rules
from tools.emulator.call import model_of
from tools.emulator.coverage import main

LOG = """
07:29:14 200 ec2 eu-central-1 DescribeVpcs
07:29:15 200 cloudtrail us-east-1 CreateTrail
07:29:15 200 access-analyzer us-east-1 PUT /analyzer CreateAnalyzer
07:29:16 400 cloudtrail us-east-1 CreateTrail
07:29:17 200 lambda us-east-1 POST /x unjudged
"""


def test_what_no_rule_looks_at_is_listed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    log = tmp_path / "emulator.log"
    log.write_text(LOG)
    main([str(log)])
    *listed, total = capsys.readouterr().out.splitlines()
    assert [line.split(":")[0].split() for line in listed] == [
        ["2", "cloudtrail", "CreateTrail"],
        ["1", "accessanalyzer", "CreateAnalyzer"],
    ]
    assert "bucket_admits_the_trail" in listed[0]
    assert listed[1].endswith("model only")
    assert total == "rules look at 1 of 2 operations, 2 of 3 calls"


def test_every_rule_is_of_an_operation_that_there_is_and_names_its_page() -> None:
    rules.load()
    for (service, operation), judges in rules.RULES.items():
        model = model_of(service)
        assert model is not None
        assert operation in model.operation_names
        for judge in judges:
            assert "https://docs.aws.amazon.com/" in (judge.__doc__ or ""), judge
