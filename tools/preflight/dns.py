"""One question to DNS, in the standard library: the name servers of a domain, asked from the system's resolver.

The format is that of RFC 1035, sections 4.1 and 4.2: https://www.rfc-editor.org/rfc/rfc1035
"""

import secrets
import socket
import struct
from collections.abc import Iterator
from pathlib import Path

RESOLVERS = Path("/etc/resolv.conf")
PORT = 53
SECONDS = 3.0
_NS, _IN = 2, 1
_HEADER = struct.Struct("!HHHHHH")
_RECORD = struct.Struct("!HHIH")
_RECURSION_DESIRED, _TRUNCATED, _CODE = 0x0100, 0x0200, 0x000F
_NO_SUCH_NAME = 3
_POINTER = 0xC0
_MOST_LABELS = 128


def name_servers(
    domain: str, *, resolvers: tuple[tuple[str, int], ...] | None = None, seconds: float = SECONDS
) -> frozenset[str]:
    """Return the name servers of a domain, in lower case and without a dot at the end; none if it has none.

    Parameters
    ----------
    domain : str
        The domain.
    resolvers : tuple of address and port, optional
        Who is asked, one after the other until one answers. By default those of `/etc/resolv.conf`.
    seconds : float
        How long each is waited for.

    Raises
    ------
    OSError
        When nobody answers, or with something else than an answer.
    """
    last: OSError = OSError(f"{RESOLVERS} names no resolver")
    for address in _system() if resolvers is None else resolvers:
        question, number = _question(domain)
        try:
            answer = _by_datagram(question, address, seconds)
            if _HEADER.unpack_from(answer)[1] & _TRUNCATED:
                answer = _by_stream(question, address, seconds)
            return frozenset(_read(answer, number))
        except OSError as error:
            last = error
        except (IndexError, UnicodeDecodeError, struct.error) as error:
            last = OSError(f"{address[0]} answers with something else than DNS: {error}")
    raise last


def _system() -> tuple[tuple[str, int], ...]:
    lines = [line.split() for line in RESOLVERS.read_text(encoding="utf-8").splitlines()]
    return tuple((line[1], PORT) for line in lines if len(line) > 1 and line[0] == "nameserver")


def _question(domain: str) -> tuple[bytes, int]:
    number = secrets.randbelow(1 << 16)
    labels = b"".join(bytes([len(label)]) + label.encode("ascii") for label in domain.rstrip(".").split("."))
    header = _HEADER.pack(number, _RECURSION_DESIRED, 1, 0, 0, 0)
    return header + labels + b"\0" + struct.pack("!HH", _NS, _IN), number


def _family(address: tuple[str, int]) -> socket.AddressFamily:
    return socket.AF_INET6 if ":" in address[0] else socket.AF_INET


def _by_datagram(question: bytes, address: tuple[str, int], seconds: float) -> bytes:
    with socket.socket(_family(address), socket.SOCK_DGRAM) as connection:
        connection.settimeout(seconds)
        # Connected, it takes datagrams from nobody else.
        connection.connect(address)
        connection.send(question)
        return connection.recv(4096)


def _by_stream(question: bytes, address: tuple[str, int], seconds: float) -> bytes:
    with socket.create_connection(address, timeout=seconds) as connection, connection.makefile("rb") as answer:
        connection.sendall(struct.pack("!H", len(question)) + question)
        (length,) = struct.unpack("!H", answer.read(2))
        return answer.read(int(length))


def _read(answer: bytes, number: int) -> Iterator[str]:
    found, flags, questions, answers, _, _ = _HEADER.unpack_from(answer)
    if found != number:
        raise OSError("an answer to another question")
    if flags & _CODE not in {0, _NO_SUCH_NAME}:
        raise OSError(f"the resolver answers with code {flags & _CODE}")
    position = _HEADER.size
    for _ in range(questions):
        _, position = _name(answer, position)
        position += 4
    for _ in range(answers):
        _, position = _name(answer, position)
        kind, _, _, length = _RECORD.unpack_from(answer, position)
        position += _RECORD.size
        if kind == _NS:
            yield _name(answer, position)[0].lower()
        position += length


def _name(message: bytes, position: int) -> tuple[str, int]:
    """Return a name, and where what follows it begins: a pointer may lead to labels that stand further in front."""
    labels: list[str] = []
    end = 0
    for _ in range(_MOST_LABELS):
        length = message[position]
        if length & _POINTER == _POINTER:
            end = end or position + 2
            position = (length & ~_POINTER) << 8 | message[position + 1]
        elif length:
            labels.append(message[position + 1 : position + 1 + length].decode("ascii"))
            position += 1 + length
        else:
            return ".".join(labels), end or position + 1
    raise OSError("a name without an end")
