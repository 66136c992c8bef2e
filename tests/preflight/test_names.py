import socket
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any

import pytest

from tests.support.aws_answers import ask, held, refusal, settings, stack
from tools.preflight import Severity
from tools.preflight.dns import name_servers

NAME = "example.com"
ZONE = {"Id": "/hostedzone/Z1", "Name": f"{NAME}.", "CallerReference": "x", "Config": {"PrivateZone": False}}
PRIVATE = ZONE | {"Id": "/hostedzone/Z2", "Config": {"PrivateZone": True}}
OTHER = ZONE | {"Id": "/hostedzone/Z3", "Name": "example.com.evil."}
OURS = ("ns-1.awsdns-01.org", "ns-2.awsdns-02.com")


def zones(*found: dict[str, Any]) -> dict[str, Any]:
    return {
        "route53.list_hosted_zones_by_name": {"HostedZones": list(found)},
        "route53.get_hosted_zone": {"DelegationSet": {"NameServers": [OURS[0].upper(), f"{OURS[1]}."]}},
    }


def test_the_hosted_zone_that_is_said_to_exist_has_to() -> None:
    assert ask("hosted zone", zones(ZONE, PRIVATE, OTHER)) == []
    (finding,) = ask("hosted zone", zones(PRIVATE, OTHER))
    assert finding.severity is Severity.STOPS
    assert "entry: {hosted_zone: managed}" in finding.paste


def test_two_hosted_zones_of_one_name_cannot_be_told_apart() -> None:
    (finding,) = ask("hosted zone", zones(ZONE, ZONE | {"Id": "/hostedzone/Z4"}))
    assert finding.severity is Severity.STOPS
    assert "aws route53 delete-hosted-zone --id Z4" in finding.paste


def test_the_zone_of_a_parent_is_looked_for_under_its_name() -> None:
    said = settings(domain="app.example.com", entry={"zone_name": NAME})
    assert ask("hosted zone", zones(ZONE), settings=said) == []


def test_a_zone_with_an_id_is_the_one_that_is_looked_at() -> None:
    said = settings(entry={"zone_id": "Z1"})
    both = zones(ZONE, ZONE | {"Id": "/hostedzone/Z4"})
    assert ask("hosted zone", both | {"route53.get_hosted_zone": {"HostedZone": ZONE}}, settings=said) == []
    missing = {"route53.get_hosted_zone": refusal("NoSuchHostedZone")}
    for answers in (missing, {"route53.get_hosted_zone": {"HostedZone": PRIVATE}}):
        (finding,) = ask("hosted zone", answers, settings=said)
        assert finding.severity is Severity.STOPS
        assert "Z1" in finding.what


def test_a_zone_of_another_account_is_not_looked_at_and_that_is_told() -> None:
    said = settings(entry={"zone_role_arn": "arn:aws:iam::999999999999:role/dns"})
    (finding,) = ask("hosted zone", {}, settings=said)
    assert finding.severity is Severity.UNSEEN
    assert "999999999999" in finding.what
    assert (
        ask("records of the domain", {}, stack(aws_route53_record=[{"name": NAME, "type": "A"}]), settings=said) == []
    )
    assert ask("delegation of the domain", {}, settings=said, name_servers=lambda _: frozenset()) == []


def test_a_hosted_zone_that_is_to_be_made_waits_for_its_delegation() -> None:
    said, made = settings(entry={"hosted_zone": "managed"}), stack(aws_route53_zone=1)
    (finding,) = ask("hosted zone", zones(), made, settings=said)
    assert finding.severity is Severity.WARNS
    assert "delegate" in finding.advice
    (second,) = ask("hosted zone", zones(ZONE), made, settings=said)
    assert "a second one" in second.what
    assert ask("hosted zone", zones(ZONE), made, settings=said, held=held(made)) == []


@pytest.mark.parametrize(
    ("answered", "severity"),
    [
        ({OURS[0]}, None),
        (set(OURS), None),
        ({"ns1.registrar.net"}, Severity.STOPS),
        (set(), Severity.STOPS),
        ({*OURS, "ns1.registrar.net"}, Severity.WARNS),
        (OSError("nobody answers"), Severity.UNSEEN),
    ],
)
def test_dns_has_to_lead_to_the_hosted_zone(answered: set[str] | OSError, severity: Severity | None) -> None:
    def resolve(domain: str) -> frozenset[str]:
        assert domain == NAME
        if isinstance(answered, OSError):
            raise answered
        return frozenset(answered)

    findings = ask("delegation of the domain", zones(ZONE), name_servers=resolve)
    assert [one.severity for one in findings] == ([severity] if severity else [])
    if severity is Severity.STOPS:
        assert findings[0].paste == OURS


def test_dns_is_not_asked_where_it_has_nothing_to_say() -> None:
    assert ask("delegation of the domain", zones(ZONE), name_servers=None) == []


@pytest.mark.parametrize(
    ("there", "stops"),
    [
        ({"Name": "example.com.", "Type": "A"}, True),
        ({"Name": "example.com.", "Type": "HTTPS"}, True),
        ({"Name": "example.com.", "Type": "MX"}, False),
        ({"Name": "www.example.com.", "Type": "A"}, False),
        ({"Name": "\\052.example.com.", "Type": "A"}, True),
        ({"Name": "\\052.example.com.", "Type": "CNAME"}, True),
    ],
)
def test_a_record_that_is_there_cannot_be_made(*, there: dict[str, Any], stops: bool) -> None:
    made = stack(
        aws_route53_record=[
            {"name": NAME, "type": "A"},
            {"name": NAME, "type": "HTTPS"},
            {"name": f"*.{NAME}", "type": "A"},
            {"name": "${one(aws_acm_certificate.x)}", "type": "CNAME"},
        ]
    )
    answers = zones(ZONE) | {"route53.list_resource_record_sets": {"ResourceRecordSets": [there]}}
    findings = ask("records of the domain", answers, made)
    assert [one.severity for one in findings] == ([Severity.STOPS] if stops else [])
    assert ask("records of the domain", answers, made, held=held(made)) == []


Reply = Callable[[bytes], bytes]


@pytest.fixture
def server() -> Iterator[Callable[[Reply], tuple[str, int]]]:
    """A name server on this machine that answers one question, by datagram and, on the same port, by stream."""
    datagrams, streams = socket.socket(type=socket.SOCK_DGRAM), socket.socket()
    # Ports of streams are scarcer: closed ones wait for a while.
    streams.bind(("127.0.0.1", 0))
    streams.listen()
    datagrams.bind(streams.getsockname())
    threads: list[threading.Thread] = []

    def serve(reply: Reply) -> tuple[str, int]:
        def by_datagram() -> None:
            question, sender = datagrams.recvfrom(512)
            datagrams.sendto(reply(question), sender)

        def by_stream() -> None:
            # Where nobody comes, the end of the test ends the wait.
            with suppress(OSError), streams.accept()[0] as connection:
                message = reply(connection.recv(514)[2:])
                connection.sendall(struct.pack("!H", len(message)) + message)

        threads.extend(threading.Thread(target=each, daemon=True) for each in (by_datagram, by_stream))
        for thread in threads:
            thread.start()
        host, port = datagrams.getsockname()
        return host, port

    yield serve
    with suppress(OSError):
        streams.shutdown(socket.SHUT_RDWR)
    datagrams.close()
    streams.close()


def answer(question: bytes, *servers: bytes, code: int = 0, truncated: bool = False) -> bytes:
    flags = 0x8180 | code | (0x0200 if truncated else 0)
    header = question[:2] + struct.pack("!HHHHH", flags, 1, len(servers), 0, 0)
    # The name of each record is a pointer to that of the question.
    records = [b"\xc0\x0c" + struct.pack("!HHIH", 2, 1, 60, len(each)) + each for each in servers]
    return header + question[12:] + b"".join(records)


def test_name_servers_are_read_from_an_answer(server: Callable[[Reply], tuple[str, int]]) -> None:
    # The second one ends in a pointer to the domain of the question.
    address = server(lambda question: answer(question, b"\x03NS1\x03net\x00", b"\x02ns\xc0\x0c"))
    assert name_servers(NAME, resolvers=(address,)) == {"ns1.net", "ns.example.com"}


def test_an_answer_that_does_not_fit_is_asked_for_again_by_stream(server: Callable[[Reply], tuple[str, int]]) -> None:
    sizes: list[int] = []

    def reply(question: bytes) -> bytes:
        sizes.append(len(question))
        first = len(sizes) == 1
        return answer(question, *(() if first else (b"\x02ns\x03net\x00",)), truncated=first)

    assert name_servers(NAME, resolvers=(server(reply),)) == {"ns.net"}
    assert sizes == [29, 29]


def test_a_name_that_does_not_exist_has_no_name_servers(server: Callable[[Reply], tuple[str, int]]) -> None:
    assert name_servers(NAME, resolvers=(server(lambda question: answer(question, code=3)),)) == frozenset()


@pytest.mark.parametrize(
    "reply",
    [
        lambda question: answer(question, code=2),
        lambda question: b"\xff\xff" + answer(question)[2:],
        lambda _: b"nonsense",
        lambda question: answer(question, b"\xc0\x29"),
    ],
    ids=["a failure", "an answer to another question", "nonsense", "a name that leads to itself"],
)
def test_rejects(server: Callable[[Reply], tuple[str, int]], reply: Reply) -> None:
    with pytest.raises(OSError, match=r"code 2|another question|something else|without an end"):
        name_servers(NAME, resolvers=(server(reply),))


def test_nobody_who_answers_is_told() -> None:
    with socket.socket(type=socket.SOCK_DGRAM) as silent:
        silent.bind(("127.0.0.1", 0))
        with pytest.raises(OSError, match="timed out"):
            name_servers(NAME, resolvers=(silent.getsockname(),), seconds=0.05)
    with pytest.raises(OSError, match="names no resolver"):
        name_servers(NAME, resolvers=())
