"""The embedded server: it speaks the real wire protocol on loopback, so that programs and tests run without a cluster.

    with DevServer(nodes=3) as server, aerospike_py.client({"hosts": server.hosts}) as client:
        client.put(("test", "demo", "k"), {"n": 1})

For development and tests only: it keeps everything in memory and forgets it when it stops. What it does not implement it refuses with
result code 16.
"""

from __future__ import annotations

from collections.abc import Iterable
from types import TracebackType

from . import _aerospike


class DevServer:
    """An embedded server of one or more nodes, all in this process. It starts with `start`, or on entering its context.

    Args:
        nodes: How many nodes, from 1 to 16. Default: 1.
        namespaces: Their namespaces. Default: ``("test", "bar")``.
        default_ttl: Seconds a record lives if its write does not say; 0 means for ever. Default: 0.
        host: The address to listen on. Default: ``"127.0.0.1"``.
        port: The port of the first node, the others follow; 0 takes free ones. Default: 0.
        cluster_name: The name of the cluster. Default: None, no name.

    Raises:
        ValueError: An argument is out of its range.
    """

    __slots__ = ("_native",)

    def __init__(
        self,
        nodes: int = 1,
        namespaces: Iterable[str] = ("test", "bar"),
        default_ttl: int = 0,
        host: str = "127.0.0.1",
        port: int = 0,
        cluster_name: str | None = None,
    ) -> None:
        if isinstance(namespaces, str):
            raise TypeError(f"namespaces is a sequence of names, not the one name {namespaces!r}")
        self._native = _aerospike.DevServer(nodes, list(namespaces), default_ttl, host, port, cluster_name)

    @property
    def hosts(self) -> list[tuple[str, int]]:
        """The nodes' addresses, ready for ``config["hosts"]``; empty while it does not run."""
        return self._native.hosts

    def start(self) -> DevServer:
        """Start listening, with an empty store. Starting what runs changes nothing.

        Returns:
            The server itself.

        Raises:
            OSError: An address cannot be listened on: the text names it.
        """
        self._native.start()
        return self

    def stop(self) -> None:
        """Close every connection, stop listening and forget the records. Stopping what does not run changes nothing."""
        self._native.stop()

    def advance(self, seconds: float) -> None:
        """Move the server's clock forward, so that records expire without waiting for them.

        Args:
            seconds: How far; not negative.
        """
        self._native.advance(seconds)

    def __enter__(self) -> DevServer:
        return self.start()

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None) -> None:
        self.stop()

    def __repr__(self) -> str:
        where = ", ".join(f"{host}:{port}" for host, port in self.hosts)
        return f"<DevServer on {where}>" if where else "<DevServer, not running>"


__all__ = ["DevServer"]
