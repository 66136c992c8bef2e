import pytest

from modules.settings.connections import max_connections, nearly_all


@pytest.mark.parametrize(
    ("instance_class", "most"),
    [
        ("db.t4g.micro", 112),
        ("db.t3.medium", 450),
        ("db.m7g.large", 901),
        ("db.m7g.xlarge", 1802),
        ("db.r6g.large", 1802),
        ("db.r7i.2xlarge", 5000),
        ("db.x2iedn.xlarge", 5000),
    ],
)
def test_connections_follow_from_the_memory_of_the_class(instance_class: str, most: int) -> None:
    assert max_connections(instance_class) == most
    assert nearly_all(instance_class) == most * 3 // 4
