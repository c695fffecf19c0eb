"""One address, looked at with nothing but a socket: does its name resolve, does anybody listen, is it a node, does TLS work.

The client itself says only whether all of this worked. Every step ends within a time that is given.
"""

from __future__ import annotations

import contextlib
import socket
import ssl
import struct
import threading
from collections.abc import Iterator, Sequence
from queue import Empty, SimpleQueue
from time import monotonic
from typing import cast

from ..connection import DEFAULT_PORT, Seed
from .report import Change, Trouble

HEADER = struct.Struct(">Q")
#: Version 2 of the protocol, and its kind info.
INFO = 2 << 56 | 1 << 48
LONGEST_ANSWER = 1 << 20

#: How the answers of others begin, and who they are.
OTHERS = ((b"HTTP/", "an HTTP server"), (b"SSH-", "an SSH server"), (b"-ERR", "a Redis server"), (b"220", "a mail or FTP server"))
#: How one who speaks TLS complains to one who does not: an alert, of version 3.x.
ALERT = b"\x15\x03"

#: OpenSSL's reasons why a certificate is not accepted.
NOT_FOR_THIS_NAME = {62, 64}
NOT_TRUSTED = {2, 7, 18, 19, 20, 21}
NOT_YET_VALID, EXPIRED = 9, 10


class Silence(Trouble):
    """The other side accepted the connection and says nothing."""


class Deadline:
    """A point in time, for several steps."""

    def __init__(self, seconds: float) -> None:
        self._end = monotonic() + seconds
        self.seconds = seconds

    def left(self) -> float:
        """Seconds that are left; never 0, which would mean not to wait at all.

        Raises:
            TimeoutError: None are left.
        """
        left = self._end - monotonic()
        if left <= 0:
            raise TimeoutError
        return left


def resolve(seed: Seed, seconds: float) -> list[str]:
    """The addresses behind a name.

    Raises:
        Trouble: There are none, or nobody says so in time.
    """
    found: SimpleQueue[list[str] | OSError | UnicodeError] = SimpleQueue()

    def look_up() -> None:
        try:
            found.put(sorted({str(entry[4][0]) for entry in socket.getaddrinfo(seed.host, seed.port, type=socket.SOCK_STREAM)}))
        # A label may be empty or too long: that is a UnicodeError.
        except (OSError, UnicodeError) as error:
            found.put(error)

    # On a thread, since a look-up has no time limit, and nothing ends it.
    threading.Thread(target=look_up, daemon=True).start()
    try:
        answer = found.get(timeout=seconds)
    except Empty:
        raise Trouble(f"the name {seed.host!r} is not resolved within {seconds:g} s: ask who runs the name server") from None
    if not isinstance(answer, list):
        reason = (isinstance(answer, OSError) and answer.strerror) or answer
        raise Trouble(
            f"the name {seed.host!r} does not resolve: {reason}", Change("hosts", [("a name or an address that exists", seed.port)])
        )
    return answer


@contextlib.contextmanager
def reach(seed: Seed, deadline: Deadline) -> Iterator[socket.socket]:
    """A connection.

    Raises:
        Trouble: Nobody listens, or nothing gets through.
    """
    try:
        stream = socket.create_connection((seed.host, seed.port), timeout=deadline.left())
    except ConnectionRefusedError:
        raise Trouble(f"nobody listens on {seed}: the server does not run, or has another port", _other_port(seed)) from None
    except TimeoutError:
        raise Trouble(
            f"nothing gets through to {seed} within {deadline.seconds:g} s: a firewall, or an address that cannot be reached from here",
            Change("hosts", [("an address that can be reached from here", seed.port)]),
        ) from None
    except OSError as error:
        raise Trouble(
            f"{seed} cannot be reached: {error.strerror or error}",
            Change("hosts", [("an address that can be reached from here", seed.port)]),
        ) from None
    with stream:
        yield stream


def ask(seed: Seed, commands: Sequence[str], seconds: float, tls: ssl.SSLContext | None = None) -> dict[str, str]:
    """Send info commands.

    Args:
        seed: Whom to ask.
        commands: What to ask.
        seconds: How long all of it may take.
        tls: How to speak TLS. Default: None, not at all.

    Returns:
        The answers by command.

    Raises:
        Trouble: It does not answer as a node does.
    """
    deadline = Deadline(seconds)
    with reach(seed, deadline) as plain:
        if tls is None:
            return _converse(seed, plain, commands, deadline)
        try:
            with _shake_hands(seed, plain, tls, deadline) as stream:
                return _converse(seed, stream, commands, deadline)
        except ssl.SSLError as error:
            raise _client_certificate(seed, error) from None


def _shake_hands(seed: Seed, plain: socket.socket, tls: ssl.SSLContext, deadline: Deadline) -> ssl.SSLSocket:
    name = seed.tls_name or seed.host
    try:
        plain.settimeout(deadline.left())
        return tls.wrap_socket(plain, server_hostname=name)
    except ssl.SSLCertVerificationError as error:
        raise _certificate(seed, name, error, tls, deadline.seconds) from None
    except OSError as error:
        if _answers_in_clear(seed, deadline.seconds):
            raise Trouble(f"{seed} answers without TLS: it is the clear port", Change("tls", None)) from None
        if isinstance(error, TimeoutError):
            raise Silence(
                f"{seed} accepts connections and does not shake hands within {deadline.seconds:g} s: the node hangs, or this is no port of a node",
                _other_node(seed),
            ) from None
        if isinstance(error, ssl.SSLError) and "CERTIFICATE_REQUIRED" in str(error).upper():
            raise _client_certificate(seed, error) from None
        raise Trouble(f"{seed} does not speak TLS: {_reason(error)}", Change("hosts", [(seed.host, "the node's port for TLS")])) from None


def _answers_in_clear(seed: Seed, seconds: float) -> bool:
    try:
        ask(seed, ["node"], min(seconds, 2.0))
    except Trouble:
        return False
    return True


def _certificate(seed: Seed, name: str, error: ssl.SSLCertVerificationError, tls: ssl.SSLContext, seconds: float) -> Trouble:
    if error.verify_code in NOT_FOR_THIS_NAME:
        found = _names_in_certificate(seed, tls, seconds)
        shown = ", ".join(found) or "other names"
        return Trouble(
            f"the certificate of {seed} is not for {name!r}, but for {shown}",
            Change("hosts", [(seed.host, seed.port, found[0] if found else "the name in the certificate")]),
        )
    if error.verify_code in NOT_TRUSTED:
        return Trouble(
            f"the certificate of {seed} is of an authority that is not trusted",
            Change("tls", {"cafile": "a file with the authority of the nodes' certificates"}),
        )
    if error.verify_code in {NOT_YET_VALID, EXPIRED}:
        return Trouble(f"the certificate of {seed} is {error.verify_message}: renew it, or set this machine's clock right")
    return Trouble(f"the certificate of {seed} is not accepted: {error.verify_message}")


def _names_in_certificate(seed: Seed, tls: ssl.SSLContext, seconds: float) -> list[str]:
    """The names of a certificate whose authority is trusted already. Nothing is sent over this connection."""
    tls.check_hostname = False
    try:
        with reach(seed, Deadline(seconds)) as plain, tls.wrap_socket(plain) as stream:
            certificate = stream.getpeercert() or {}
    except (OSError, Trouble):
        return []
    finally:
        tls.check_hostname = True
    names = cast("tuple[tuple[str, str], ...]", certificate.get("subjectAltName", ()))
    return list(dict.fromkeys(value for kind, value in sorted(names) if kind in {"DNS", "IP Address"}))


def _client_certificate(seed: Seed, error: ssl.SSLError) -> Trouble:
    if "CERTIFICATE_REQUIRED" in str(error).upper() or "HANDSHAKE_FAILURE" in str(error).upper():
        return Trouble(
            f"{seed} wants a certificate of the client",
            Change("tls", {"certfile": "the client's certificate", "keyfile": "its key"}),
        )
    return Trouble(f"{seed} ends TLS: {_reason(error)}")


def _converse(seed: Seed, stream: socket.socket, commands: Sequence[str], deadline: Deadline) -> dict[str, str]:
    body = "".join(f"{command}\n" for command in commands).encode()
    answer = b""
    try:
        stream.settimeout(deadline.left())
        stream.sendall(HEADER.pack(INFO | len(body)) + body)
        while not _is_complete(answer):
            stream.settimeout(deadline.left())
            part = stream.recv(65_536)
            if not part:
                break
            answer += part
    except TimeoutError:
        if not answer:
            raise Silence(
                f"{seed} accepts connections and answers nothing within {deadline.seconds:g} s: the node hangs, or this is no port of a node",
                _other_node(seed),
            ) from None
    except ssl.SSLError:
        raise
    except OSError as error:
        if not answer:
            raise _no_node(seed, f"it ends the connection: {_reason(error)}") from None
    return _parse(seed, answer)


def _is_complete(answer: bytes) -> bool:
    """Whether there is no more to read: it is a whole answer, or none."""
    if len(answer) < HEADER.size:
        return answer.startswith(ALERT)
    size = HEADER.unpack_from(answer)[0] - INFO
    return not 0 <= size <= LONGEST_ANSWER or len(answer) >= HEADER.size + size


def _parse(seed: Seed, answer: bytes) -> dict[str, str]:
    if answer.startswith(ALERT):
        raise Trouble(
            f"{seed} speaks TLS: it is the node's port for that",
            Change("tls", {"cafile": "a file with the authority of the nodes' certificates"}),
        )
    size = HEADER.unpack_from(answer)[0] - INFO if len(answer) >= HEADER.size else -1
    if size != len(answer) - HEADER.size:
        raise _no_node(seed, _describe(answer))
    lines = answer[HEADER.size :].decode(errors="replace").splitlines()
    return {command: value for command, _, value in (line.partition("\t") for line in lines)}


def _no_node(seed: Seed, how: str) -> Trouble:
    return Trouble(f"{seed} is no port of an Aerospike node for clients: {how}", _other_port(seed))


def _other_port(seed: Seed) -> Change:
    return Change("hosts", [(seed.host, DEFAULT_PORT if seed.port != DEFAULT_PORT else "the node's port for clients")])


def _other_node(seed: Seed) -> Change:
    return Change("hosts", [("a node that does not hang", seed.port)])


def _describe(answer: bytes) -> str:
    if not answer:
        return "it ends the connection"
    who = next((name for start, name in OTHERS if answer.startswith(start)), None)
    return f"it is {who}" if who else f"it answers {answer[:24]!r}"


def _reason(error: OSError) -> str:
    if isinstance(error, ssl.SSLError):
        return (error.reason or str(error)).replace("_", " ").lower()
    return error.strerror or str(error) or "no reason given"
