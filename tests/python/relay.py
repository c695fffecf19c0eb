"""A relay between a client and one node: what the client sends is seen, what the node answers can be changed, held back or cut off."""

from __future__ import annotations

import asyncio
import contextlib
import struct
import threading
from collections import defaultdict
from typing import NamedTuple

INFO, MESSAGE, COMPRESSED = 1, 3, 4
HEADER = struct.Struct(">BBBBBBIIIHH")


class Op(NamedTuple):
    code: int
    type: int
    name: str
    value: bytes


class Message(NamedTuple):
    """A request as it was sent. Of a batch, `fields[41]` holds the rows."""

    info1: int
    info2: int
    info3: int
    info4: int
    generation: int
    ttl: int
    timeout: int
    fields: dict[int, list[bytes]]
    ops: list[Op]

    @classmethod
    def parse(cls, body):
        size, info1, info2, info3, info4, _, generation, ttl, timeout, n_fields, n_ops = HEADER.unpack_from(body)
        at, fields, ops = size, defaultdict(list), []
        for _ in range(n_fields):
            length, kind = struct.unpack_from(">IB", body, at)
            fields[kind].append(bytes(body[at + 5 : at + 4 + length]))
            at += 4 + length
        for _ in range(n_ops):
            length, code, kind, _, name = struct.unpack_from(">IBBBB", body, at)
            start = at + 8 + name
            ops.append(Op(code, kind, body[at + 8 : start].decode(), bytes(body[start : at + 4 + length])))
            at += 4 + length
        assert at == len(body)
        return cls(info1, info2, info3, info4, generation, ttl, timeout, dict(fields), ops)


class Relay:
    """Listens on a port of its own and passes everything on to `host`.

    Attributes:
        requests: The bodies of all messages that clients sent; compressed ones are in `compressed`.
        infos: The info commands they sent.
        connections: How many connections they made; `live` are there now.
        answer: Called with each answer to a message, a bytearray with its 8-byte head; what it returns is passed on, None cuts
            the connection.
        pause: Seconds between the bytes of what is passed on to clients; 0 for all at once.
    """

    def __init__(self, host):
        self.target = host
        self.requests, self.compressed, self.infos = [], [], []
        self.connections = self.live = 0
        self.answer = lambda frame: frame
        self.pause = 0
        self.open = threading.Event()
        self.open.set()

    @property
    def messages(self):
        return [Message.parse(body) for body in self.requests]

    @property
    def message(self):
        """The only message that was sent."""
        (message,) = self.messages
        return message

    def clear(self):
        self.requests.clear()
        self.compressed.clear()
        self.infos.clear()

    def __enter__(self):
        self.loop = asyncio.new_event_loop()
        self.server = self.loop.run_until_complete(asyncio.start_server(self._serve, "127.0.0.1", 0))
        self.hosts = [self.server.sockets[0].getsockname()[:2]]
        self.ends = []
        self.thread = threading.Thread(target=self.loop.run_forever)
        self.thread.start()
        return self

    def __exit__(self, *error):
        self.open.set()
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join()
        self.server.close()
        for task in asyncio.all_tasks(self.loop):
            task.cancel()
        self.loop.run_until_complete(self._drain())
        self.loop.close()

    async def _drain(self):
        others = asyncio.all_tasks() - {asyncio.current_task()}
        await asyncio.gather(*others, return_exceptions=True)
        # Also those that still had something to send to nobody.
        for end in self.ends:
            end.transport.abort()
        # A transport closes its socket in its loop's next turn.
        await asyncio.sleep(0)

    async def _serve(self, reader, writer):
        self.connections += 1
        self.live += 1
        self.ends.append(writer)
        node_reader, node_writer = await asyncio.open_connection(*self.target)
        self.ends.append(node_writer)
        ways = [asyncio.ensure_future(self._pass(*way)) for way in ((reader, node_writer, self._note), (node_reader, writer, self._change))]
        try:
            with contextlib.suppress(asyncio.CancelledError):
                await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for way in ways:
                way.cancel()
            for end in (writer, node_writer):
                end.close()
            self.live -= 1

    async def _pass(self, reader, writer, look):
        with contextlib.suppress(asyncio.IncompleteReadError, OSError):
            while True:
                head = await reader.readexactly(8)
                frame = bytearray(head + await reader.readexactly(int.from_bytes(head[2:], "big")))
                frame = await look(frame)
                if frame is None:
                    return
                if self.pause and look == self._change:
                    for byte in frame:
                        writer.write(bytes([byte]))
                        await asyncio.sleep(self.pause)
                    continue
                writer.write(frame)
                await writer.drain()

    async def _note(self, frame):
        body = bytes(frame[8:])
        if frame[1] == INFO:
            self.infos.extend(body.decode().splitlines())
        elif frame[1] == MESSAGE:
            self.requests.append(body)
        elif frame[1] == COMPRESSED:
            self.compressed.append(body)
        return frame

    async def _change(self, frame):
        if frame[1] != MESSAGE:
            return frame
        while not self.open.is_set():
            await asyncio.sleep(0.001)
        return self.answer(frame)
