import pytest
from botocore.exceptions import ClientError

from tools.emulator import Emulator

pytestmark = pytest.mark.emulator

ALL = ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets")


def test_the_public_access_block_of_the_account_lives_its_whole_life(emulator: Emulator) -> None:
    control = emulator.client("s3control", "eu-central-1")
    account = {"AccountId": "123456789012"}
    block = dict.fromkeys(ALL, True)
    control.put_public_access_block(**account, PublicAccessBlockConfiguration=block)
    assert control.get_public_access_block(**account)["PublicAccessBlockConfiguration"] == block
    control.delete_public_access_block(**account)
    with pytest.raises(ClientError, match="NoSuchPublicAccessBlockConfiguration"):
        control.get_public_access_block(**account)


def test_commands_reach_it_by_their_environment(emulator: Emulator) -> None:
    environment = emulator.environment()
    assert environment["HTTP_PROXY"] == environment["http_proxy"] == emulator.endpoint
    assert not {name for name in environment if name.upper() in {"HTTPS_PROXY", "ALL_PROXY"}}
