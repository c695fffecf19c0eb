"""The embedded server: it speaks the real wire protocol on loopback, so that programs and tests run without a cluster.

    with DevServer(nodes=3) as server, aerospike_py.client({"hosts": server.hosts}) as client:
        client.put(("test", "demo", "k"), {"n": 1})

For development and tests only: it keeps everything in memory and forgets it when it stops. What it does not implement it refuses with
result code 16.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Literal

from . import _aerospike
from ._aerospike import Fault


class DevServer:
    """An embedded server of one or more nodes, all in this process. It starts with `start`, or on entering its context.

    Args:
        nodes: How many nodes, from 1 to 16. Default: 1.
        namespaces: Their namespaces. Default: ``("test", "bar")``.
        default_ttl: Seconds a record lives if its write does not say; 0 means for ever. Default: 0.
        host: The address to listen on. Default: ``"127.0.0.1"``.
        port: The port of the first node, the others follow; 0 takes free ones. Default: 0.
        cluster_name: The name of the cluster. Default: None, no name.
        replication_factor: On how many nodes a partition is, its master included; at most as many as there are nodes. Default: 2.
        enterprise: Whether it claims to be of the Enterprise edition, which has durable deletes, compression and racks. Each of the
            arguments below implies it. Default: False.
        users: The users by name, each with a password and the names of predefined roles: ``{"admin": ("secret", ["user-admin"])}``.
            A password of None is for one who logs in by certificate. With any, clients have to log in. Default: None, no users.
        session_ttl: Seconds a login holds, from 120 to 864,000. Default: 86,400.
        tls: Whether it also listens with TLS: True, or ``"mutual"`` if clients must present a certificate. Default: False.
        tls_port: The port with TLS of the first node, the others follow; 0 takes free ones. Default: 0.
        strong_consistency: Whether the namespaces are strongly consistent, which transactions need. Deletes must then be durable.
            Default: False.
        racks: The racks of the nodes, in their order; nodes without one are in rack 0. Default: None.

    Raises:
        ValueError: An argument is out of its range.
    """

    __slots__ = ("_files", "_native")

    def __init__(
        self,
        nodes: int = 1,
        namespaces: Iterable[str] = ("test", "bar"),
        default_ttl: int = 0,
        host: str = "127.0.0.1",
        port: int = 0,
        cluster_name: str | None = None,
        *,
        replication_factor: int = 2,
        enterprise: bool = False,
        users: Mapping[str, tuple[str | None, Iterable[str]]] | None = None,
        session_ttl: int = 86_400,
        tls: bool | Literal["mutual"] = False,
        tls_port: int = 0,
        strong_consistency: bool = False,
        racks: Sequence[int] | None = None,
    ) -> None:
        if isinstance(namespaces, str):
            raise TypeError(f"namespaces is a sequence of names, not the one name {namespaces!r}")
        if tls not in (True, False, "mutual"):
            raise ValueError(f'tls is True, False or "mutual", not {tls!r}')
        settings = {
            "users": [(name, password, _roles(name, roles)) for name, (password, roles) in (users or {}).items()],
            "session_ttl": session_ttl,
            "mutual_tls": tls == "mutual" if tls else None,
            "tls_port": tls_port,
            "strong_consistency": strong_consistency,
            "racks": list(racks or ()),
        }
        implied = enterprise or users or tls or strong_consistency or racks
        self._native = _aerospike.DevServer(
            nodes, replication_factor, list(namespaces), default_ttl, host, port, cluster_name, settings if implied else None
        )
        self._files: tempfile.TemporaryDirectory[str] | None = None

    @property
    def hosts(self) -> list[tuple[str, int]]:
        """The nodes' addresses, those of nodes that are down too, ready for ``config["hosts"]``; empty while it does not run."""
        return self._native.hosts

    @property
    def tls_hosts(self) -> list[tuple[str, int, str]]:
        """The nodes' addresses with TLS, each with the name in its certificate, ready for ``config["hosts"]``; empty without TLS."""
        return self._native.tls_hosts

    @property
    def ca_pem(self) -> str | None:
        """The certificate of the authority behind the nodes' certificates, as PEM; None without TLS and while it does not run."""
        return self._native.ca_pem

    @property
    def ca_file(self) -> str | None:
        """The path of a file that holds `ca_pem`. It is removed when the server stops."""
        text = self.ca_pem
        return None if text is None else self._write("ca.pem", text)

    def client_certificate(self, name: str) -> tuple[str, str]:
        """Issue a certificate to a client.

        Args:
            name: Its common name: the user who logs in by it.

        Returns:
            The paths of the certificate and of its key, both as PEM. They are removed when the server stops.

        Raises:
            OSError: The server does not run, or has no TLS.
        """
        certificate, key = self._native.client_certificate(name)
        files = Path(tempfile.mkdtemp(dir=self._directory()))
        for file, text in (("client.pem", certificate), ("client.key", key)):
            (files / file).write_text(text, encoding="ascii")
        return str(files / "client.pem"), str(files / "client.key")

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
        if self._files is not None:
            self._files.cleanup()
            self._files = None

    def inject(
        self,
        *,
        op: Literal["read", "write", "delete", "udf", "batch", "query", "info", "admin"] | None = None,
        namespace: str | None = None,
        set: str | None = None,
        node: int | None = None,
        percent: float = 100,
        seed: int = 0,
        after: int = 0,
        times: int | None = None,
        delay: int = 0,
        drop: Literal["before", "after"] | None = None,
        code: int | None = None,
        truncate: int | None = None,
        corrupt: bool = False,
        silence: bool = False,
    ) -> Fault:
        """Let something go wrong.

        A request meets the faults in their order: delays add up until one says what becomes of it, and those after that do not meet it.

            with server.inject(op="write", times=1, drop="after") as fault:
                client.put(key, bins)  # raises: it was written, but nobody said so
            assert fault.hits == 1

        Args:
            op: Which requests: what they ask for. Default: None, all but ``"info"``, by which clients keep to the cluster, and
                ``"admin"``, their logins: these must be named.
            namespace: Those about a namespace; of batches it is not looked at. Default: None, all.
            set: Those about a set; of batches it is not looked at. Default: None, all.
            node: Those sent to a node, from 0. Default: None, all.
            percent: How many of them, by chance. Default: 100.
            seed: What chance begins with: the same seed, the same faults. Default: 0.
            after: How many are spared first. Default: 0.
            times: How many are hit at most. Default: None, no limit.
            delay: Milliseconds that they wait before anything else. Default: 0.
            drop: Whether the connection closes before anything is done, or after, instead of an answer. Default: None.
            code: A result code that answers instead. Default: None.
            truncate: How many bytes of the answer are sent before the connection closes. Default: None.
            corrupt: Whether some bytes of the answer are others. Default: False.
            silence: Whether nothing more on the connection is done or answered until the client closes it. Default: False.

        Returns:
            The `Fault`: `hits` counts, `remove()` ends it, and so does leaving it as a context.

        Raises:
            ValueError: A value is out of its range, nothing is to happen, or several things at once.
            OSError: The server does not run.
        """
        rule: dict[str, object] = {"op": op, "namespace": namespace, "set": set, "node": node, "percent": percent, "seed": seed}
        rule |= {"after": after, "times": times, "delay": delay, "drop": drop, "code": code, "truncate": truncate}
        rule |= {"corrupt": "true" if corrupt else None, "silence": "true" if silence else None}
        return self._native.inject([(name, str(value)) for name, value in rule.items() if value is not None])

    def clear_faults(self) -> None:
        """Remove every fault.

        Raises:
            OSError: The server does not run.
        """
        self._native.clear_faults()

    def freeze(self, node: int = 0) -> None:
        """Let a node keep its connections, accept new ones, and answer nothing.

        Args:
            node: Which, from 0. Default: 0.

        Raises:
            ValueError: There is no such node.
            OSError: The server does not run.
        """
        self._native.freeze(node)

    def thaw(self, node: int = 0) -> None:
        """Let a frozen node go on, with what was sent to it meanwhile.

        Args:
            node: Which, from 0. Default: 0.

        Raises:
            ValueError: There is no such node.
            OSError: The server does not run.
        """
        self._native.thaw(node)

    def stop_node(self, node: int) -> None:
        """Let a node leave the cluster in good order.

        The others take its partitions, its connections end, and whoever connects to it is refused. It is over when this returns. Nothing is
        lost, unless it was the last node. What is down already stays so.

        Args:
            node: Which, from 0.

        Raises:
            ValueError: There is no such node.
            OSError: The server does not run.
        """
        self._native.stop_node(node)

    def kill_node(self, node: int) -> None:
        """Let a node die.

        Its connections are reset, and the others take its partitions. Those whose only copy it has are unavailable until it comes back:
        requests for them are answered with result code 11. What is down already stays so.

        Args:
            node: Which, from 0.

        Raises:
            ValueError: There is no such node.
            OSError: The server does not run.
        """
        self._native.kill_node(node)

    def start_node(self, node: int) -> None:
        """Bring a node back that was stopped or killed.

        It has its name, its port and its partitions, and listens when this returns. What is up already stays so.

        Args:
            node: Which, from 0.

        Raises:
            ValueError: There is no such node.
            OSError: It cannot listen, or the server does not run.
        """
        self._native.start_node(node)

    def add_node(self) -> int:
        """Let a new node join the cluster, which takes its share of the partitions.

        Returns:
            Its number; its address is the last of `hosts`.

        Raises:
            ValueError: There are 64 nodes already.
            OSError: It cannot listen, or the server does not run.
        """
        return self._native.add_node()

    def move_partitions(self, partitions: Iterable[int], node: int) -> None:
        """Make a node the master of partitions, as after a rebalance.

        What they hold is there at once; clients learn of it when they next ask. They stay with it while it is up, and come back to it.

        Args:
            partitions: Their numbers, from 0 to 4095.
            node: Which, from 0.

        Raises:
            ValueError: There is no such node or partition.
            OSError: The server does not run.
        """
        self._native.move_partitions(list(partitions), node)

    def set_rack(self, node: int, rack: int) -> None:
        """Put a node into a rack. The copies of a partition are in different racks where there are any.

        Args:
            node: Which, from 0.
            rack: The number of the rack, not negative.

        Raises:
            ValueError: There is no such node, or the server is not of the Enterprise edition, which alone has racks.
            OSError: The server does not run.
        """
        self._native.set_rack(node, rack)

    def advance(self, seconds: float) -> None:
        """Move the server's clock forward, so that records expire without waiting for them.

        Args:
            seconds: How far; not negative.
        """
        self._native.advance(seconds)

    def _directory(self) -> str:
        if self._files is None:
            self._files = tempfile.TemporaryDirectory(prefix="aerospike-devserver-")
        return self._files.name

    def _write(self, name: str, text: str) -> str:
        file = Path(self._directory(), name)
        file.write_text(text, encoding="ascii")
        return str(file)

    def __enter__(self) -> DevServer:
        return self.start()

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None) -> None:
        self.stop()

    def __repr__(self) -> str:
        where = ", ".join(f"{host}:{port}" for host, port in self.hosts)
        return f"<DevServer on {where}>" if where else "<DevServer, not running>"


def _roles(user: str, roles: Iterable[str]) -> list[str]:
    if isinstance(roles, str):
        raise TypeError(f"the roles of user {user!r} are a sequence of names, not the one name {roles!r}")
    return list(roles)


__all__ = ["DevServer", "Fault"]
