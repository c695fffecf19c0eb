"""The HTTP server that Prometheus asks."""

from __future__ import annotations

import os
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socket import AF_INET6

from ._aerospike import get_metrics

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"


class _Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        if self.path.partition("?")[0] != "/metrics":
            self.send_error(404, "There is /metrics")
            return
        text = get_metrics().encode()
        self.send_response(200)
        self.send_header("Content-Type", CONTENT_TYPE)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing of requests: they come every few seconds."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, host: str, port: int) -> None:
        if ":" in host:
            self.address_family = AF_INET6
        self.asked = (host, port)
        self.process = os.getpid()
        super().__init__((host, port), _Handler)
        threading.Thread(target=self.serve_forever, name="aerospike-metrics", daemon=True).start()

    @property
    def port(self) -> int:
        return int(self.server_address[1])

    def end(self) -> None:
        if self.process == os.getpid():
            self.shutdown()
        # In the child of a fork there is no thread to stop, and the parent goes on listening.
        self.server_close()


_lock = threading.Lock()
_running: _Server | None = None


def start(host: str, port: int) -> int:
    """Serve from now on, instead of what was served before; returns the port."""
    global _running  # noqa: PLW0603
    with _lock:
        before = _running
        if before is not None and before.asked == (host, port) and before.process == os.getpid():
            return before.port
        if before is not None and before.process != os.getpid():
            # Ours by inheritance only: the address must be free of our own copy, if not of the parent.
            before.end()
            before = _running = None
        _running = _Server(host, port)
        if before is not None:
            before.end()
        return _running.port


def stop() -> None:
    """Serve no more."""
    global _running
    with _lock:
        server, _running = _running, None
    if server is not None:
        server.end()


def _after_fork() -> None:
    global _lock  # noqa: PLW0603 (a thread of the parent may have held it)
    _lock = threading.Lock()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)
