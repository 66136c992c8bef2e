import pytest

from tests.support.refusals import REGION, allows, fresh_name, policy, refused, role
from tools.emulator import Emulator

pytestmark = pytest.mark.emulator


def test_inline_policies_of_a_role_fit_into_it_together(emulator: Emulator) -> None:
    iam = emulator.client("iam", REGION)
    name = role(emulator, service="ec2.amazonaws.com").rpartition("/")[2]

    def put(policy_name: str, characters: int) -> None:
        bucket = fresh_name("bucket")
        text = policy(allows("s3:GetObject", f"arn:aws:s3:::{bucket}/"))
        longer = characters - len(text.replace(" ", ""))
        document = text.replace(f"{bucket}/", f"{bucket}/{'x' * longer}").replace(",", ",\n      ")
        iam.put_role_policy(RoleName=name, PolicyName=policy_name, PolicyDocument=document)

    put("one", 10_000)
    put("other", 240)
    with refused("LimitExceeded"):
        put("other", 241)
    put("one", 9_000)
    put("other", 1_240)
    with refused("LimitExceeded"):
        put("third", 200)
