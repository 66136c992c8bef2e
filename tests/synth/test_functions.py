import pytest

from tests.support.region_sets import FIVE, ONE, THREE, TWO
from tests.support.synthesized import platform


@pytest.mark.parametrize("regions", [ONE, TWO, THREE, FIVE], ids=len)
def test_plan_fails_where_a_function_runs_code_of_somebody_else_and_says_how_to_put_ours_back(
    regions: tuple[str, ...],
) -> None:
    for function in platform(*regions).resources("aws_lambda_function"):
        (condition,) = function.body["lifecycle"]["postcondition"]
        # Unknown while the plan puts code there itself, or every new version would be refused.
        assert condition["condition"] == '${self.last_modified == "" || self.code_sha256 == self.source_code_hash}'
        name, zipped = function.body["function_name"], function.body["filename"]
        assert condition["error_message"].startswith(f"{name} runs code that was not deployed from here")
        assert condition["error_message"].endswith(
            f"aws lambda update-function-code --region {function.region} --function-name {name} "
            f"--zip-file fileb://cdktf.out/stacks/platform/{zipped}"
        )
