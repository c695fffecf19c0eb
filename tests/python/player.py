"""Plays recordings as the player beside them does, but knows a query that a server refused when it sees one.

    player.py REPLAY.py HOST:PORT FILE.jsonl.gz... [-v]

A server answers a query that it refuses with a single message, which is not marked as the last one. The player waits 10 seconds for what
never comes and counts a difference, whatever the server is.
"""

from __future__ import annotations

import runpy
import struct
import sys

HEADER = 8
BATCH = 41
PARTITION_DONE = 4


def is_refusal(message):
    """Whether a message is all that there is: an error, and not that of a partition."""
    return message["res"] != 0 and not message["fields"] and not message["ops"] and not message["i3"] & PARTITION_DONE


def main():
    replay = sys.argv.pop(1)
    player = runpy.run_path(replay)
    names = player["main"].__globals__
    recv_exact, messages, read_reply = names["recv_exact"], names["messages"], names["read_reply"]

    def read_frame(sock):
        head = recv_exact(sock, HEADER)
        return head + recv_exact(sock, struct.unpack(">Q", head)[0] & ((1 << 48) - 1))

    def read(sock, request):
        query = next(messages(request[HEADER:]), None) if request[1:2] == b"\x03" else None
        if query is None or BATCH in query["fields"]:
            return read_reply(sock, request)
        frame = read_frame(sock)
        if any(map(is_refusal, messages(frame[HEADER:]))):
            return frame
        return read_reply(Ahead(sock, frame), request)

    names["read_reply"] = read
    player["main"]()


class Ahead:
    """A socket of which something was read already."""

    def __init__(self, sock, data):
        self.sock = sock
        self.data = data

    def recv(self, size):
        if not self.data:
            return self.sock.recv(size)
        data, self.data = self.data[:size], self.data[size:]
        return data


if __name__ == "__main__":
    main()
