"""Requests that no client makes, written by hand."""

from __future__ import annotations

import socket
import struct


def frame(body):
    """A message with its head."""
    return struct.pack(">Q", 2 << 56 | 3 << 48 | len(body)) + body


def raw_op(code, kind, name, value):
    return struct.pack(">IBBBB", 4 + len(name) + len(value), code, kind, 0, len(name)) + name.encode() + value


def answer_with(name, kind, value):
    """The answer to a read: one bin of any particle type and any bytes."""
    return frame(struct.pack(">BBBBBBIIIHH", 22, 0, 0, 0, 0, 0, 1, 0, 0, 0, 1) + raw_op(1, kind, name, value))


def write_raw(hosts, key, kind, value, name="v"):
    """Puts a bin of any particle type and any bytes; the key is that of a record, with its digest."""

    def field(number, data):
        return struct.pack(">IB", len(data) + 1, number) + data

    fields = field(0, key.namespace.encode()) + field(1, key.set_name.encode()) + field(4, key.digest)
    body = struct.pack(">BBBBBBIIIHH", 22, 0, 1, 0, 0, 0, 0, 0, 1000, 3, 1) + fields + raw_op(2, kind, name, value)
    with socket.create_connection(hosts[0], timeout=5) as node:
        node.sendall(frame(body))
        answer = node.recv(30)
    assert answer[13] == 0, f"the server answered {answer[13]}"
