"""What metrics, spans and log records cost: CPU of the process per request, of variants that take turns.

    python benches/observability.py [--seconds 0.1] [--rounds 40] [--only VARIANT …] [--json FILE]

Each variant runs for a short time, then the next, round after round, so that what else the machine does befalls all of them alike. The figure is
the median over the rounds of a variant's CPU per request divided by that of "off" in the same round. The embedded server runs in a process of its
own. The noise is what "off" against itself, "off again", shows.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import logging
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import contextmanager
from pathlib import Path

import aerospike_py
from aerospike_py import _tracing

SERVER = """
import sys
from aerospike_py.devserver import DevServer
with DevServer() as server:
    print(server.hosts[0][1], flush=True)
    sys.stdin.read()
"""
KEYS = [("test", "cost", number) for number in range(1000)]
IN_FLIGHT = 64


class Nowhere:
    """An exporter that throws spans away: what they cost here, and not what sending them costs."""

    def export(self, spans):
        from opentelemetry.sdk.trace.export import SpanExportResult

        return SpanExportResult.SUCCESS

    def shutdown(self):
        pass

    def force_flush(self, timeout_millis=0):
        return True


def provider(sampler=None):
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    made = TracerProvider(sampler=sampler)
    made.add_span_processor(BatchSpanProcessor(Nowhere()))
    return made


def variants() -> dict[str, tuple[Callable[[], None], Callable[[], None]]]:
    """Name → how to switch it on, and off again."""
    from opentelemetry.sdk.trace.sampling import ALWAYS_OFF, ParentBased, TraceIdRatioBased

    def metrics(on):
        return lambda: aerospike_py.set_metrics_enabled(on)

    def nothing():
        pass

    def traced(made):
        return lambda: _tracing.use(made), lambda: _tracing.use(None)

    def logged(level):
        return lambda: aerospike_py.set_log_level(level), lambda: aerospike_py.set_log_level(aerospike_py.LOG_LEVEL_WARN)

    def stages():
        aerospike_py.set_metrics_enabled(True)
        aerospike_py.set_internal_stage_metrics_enabled(True)

    def no_stages():
        aerospike_py.set_metrics_enabled(False)
        aerospike_py.set_internal_stage_metrics_enabled(False)

    return {
        "off": (nothing, nothing),
        "off again": (nothing, nothing),
        "metrics": (metrics(True), metrics(False)),
        "metrics and stages": (stages, no_stages),
        "spans, none sampled": traced(provider(ALWAYS_OFF)),
        "spans, 1 % sampled": traced(provider(ParentBased(TraceIdRatioBased(0.01)))),
        "spans, all exported": traced(provider()),
        "log level INFO": logged(aerospike_py.LOG_LEVEL_INFO),
        "log level DEBUG": logged(aerospike_py.LOG_LEVEL_DEBUG),
    }


def run_sync(client, seconds):
    """CPU seconds per request of one caller."""
    end, requests, began = time.perf_counter() + seconds, 0, time.process_time()
    while time.perf_counter() < end:
        for key in KEYS[:100]:
            client.get(key)
        requests += 100
    return (time.process_time() - began) / requests


async def run_async(client, call, seconds):
    """CPU seconds per request of many tasks."""
    end, requests, began = time.perf_counter() + seconds, 0, time.process_time()

    async def caller(number):
        nonlocal requests
        while time.perf_counter() < end:
            await call(client, KEYS[(number + requests) % len(KEYS)])
            requests += 1

    await asyncio.gather(*(caller(number) for number in range(IN_FLIGHT)))
    return (time.process_time() - began) / requests


@contextmanager
def server():
    process = subprocess.Popen([sys.executable, "-c", SERVER], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        yield [("127.0.0.1", int(process.stdout.readline()))]
    finally:
        process.stdin.close()
        process.wait(timeout=10)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=0.1)
    parser.add_argument("--rounds", type=int, default=40)
    parser.add_argument("--only", nargs="+", help="of the variants, beside off")
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    logging.getLogger("aerospike_py").addHandler(logging.NullHandler())
    aerospike_py.set_metrics_enabled(False)
    figures = {}
    with server() as hosts:
        loop = asyncio.new_event_loop()
        sync = aerospike_py.client({"hosts": hosts}).connect()
        for key in KEYS:
            sync.put(key, {"a": 1, "b": "text"})
        client = loop.run_until_complete(aerospike_py.async_client({"hosts": hosts}).connect())
        workloads = {
            "sync get, 1 caller": lambda: run_sync(sync, options.seconds),
            f"async get, {IN_FLIGHT} in flight": lambda: loop.run_until_complete(
                run_async(client, lambda c, key: c.get(key), options.seconds)
            ),
            f"async put, {IN_FLIGHT} in flight": lambda: loop.run_until_complete(
                run_async(client, lambda c, key: c.put(key, {"a": 1}), options.seconds)
            ),
        }
        for name, work in workloads.items():
            figures[name] = measure(work, options.rounds, options.only)
            show(name, figures[name])
        loop.run_until_complete(client.close())
        sync.close()
    if options.json:
        options.json.parent.mkdir(parents=True, exist_ok=True)
        options.json.write_text(json.dumps(figures, indent=1))


def measure(work, rounds, only):
    """Variant → CPU per request in µs, and by how many per cent that is more than off."""
    ways = {name: way for name, way in variants().items() if not only or name == "off" or name in only}
    seen = {name: [] for name in ways}
    work()
    for number in range(rounds):
        # Each round begins elsewhere, so that nobody always follows the same neighbour.
        names = list(ways)
        names = names[number % len(names) :] + names[: number % len(names)]
        for name in names:
            on, off = ways[name]
            on()
            seen[name].append(work())
            off()
    more = {name: [100 * (mine / base - 1) for mine, base in zip(seen[name], seen["off"])] for name in seen}
    return {name: {"us": 1e6 * statistics.median(seen[name]), "more": statistics.median(more[name])} for name in seen}


def show(workload, figures):
    print(workload)
    for name, figure in figures.items():
        print(f"  {name:22} {figure['us']:7.2f} µs {figure['more']:+6.1f} %", flush=True)


if __name__ == "__main__":
    main()
