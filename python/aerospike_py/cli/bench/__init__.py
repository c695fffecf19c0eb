"""`aerospike-py bench`: how fast a cluster answers a mix of requests."""

from __future__ import annotations

import argparse
import contextlib
import json
import signal
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from .. import INTERRUPTED, connection
from ..arguments import number, whole_number
from ..errors import need
from ..progress import print_table, progress
from .workload import EXAMPLES, MOST_BINS, Records, Workload, parse_objects, parse_workload

if TYPE_CHECKING:
    from ..arguments import Commands
    from .live import Display
    from .pace import Pace
    from .recorder import Recorder

IN_FLIGHT = 64
#: Seconds, where neither a duration nor a count is given and the workload has no end.
DURATION = 10.0


def add_to(commands: Commands) -> None:
    """Declare the command and its options."""
    parser = commands.add_parser(
        "bench",
        help="measure how fast a cluster answers",
        description="Send a mix of requests and show their rate and latencies. Without HOST, to an embedded server in this process, which "
        "says more about the client than about any cluster. The records have integer keys from 0 in a set of their own.",
    )
    connection.add_to(parser, required=False)
    _add_work(parser)
    _add_way(parser)
    _add_output(parser)
    parser.set_defaults(run=run)


def _add_work(parser: argparse.ArgumentParser) -> None:
    work = parser.add_argument_group("what is done")
    work.add_argument("--embedded", action="store_true", help="start an embedded server, as without HOST")
    work.add_argument(
        "--workload",
        type=parse_workload,
        default="RU,50",
        metavar="MIX",
        help=f"{EXAMPLES}: write each key once; 80 %% reads, else writes; batches of 100 reads; the same with 80 %% reads "
        "(default: %(default)s)",
    )
    work.add_argument("--namespace", default="test", metavar="NAME", help="(default: %(default)s)")
    work.add_argument("--set", default="bench", metavar="NAME", help="(default: %(default)s)")
    work.add_argument("--keys", type=whole_number(1, 10**12), default=100_000, metavar="N", help="how many records (default: %(default)s)")
    work.add_argument("--bins", type=whole_number(1, MOST_BINS), default=1, metavar="N", help="bins of a record (default: %(default)s)")
    work.add_argument(
        "--object",
        type=parse_objects,
        default="I",
        metavar="KINDS",
        help="what the bins hold, one after the other: I (integer), D (double), S50 (string), B100 (bytes): I,S50 (default: %(default)s)",
    )
    work.add_argument("--load", action="store_true", help="write all records first, in batches; done always in an embedded server")


def _add_way(parser: argparse.ArgumentParser) -> None:
    way = parser.add_argument_group("how it is done")
    mode = way.add_mutually_exclusive_group()
    mode.add_argument(
        "--in-flight", type=whole_number(1, 10_000), metavar="N", help=f"requests at a time of the asyncio client (default: {IN_FLIGHT})"
    )
    mode.add_argument("--threads", type=whole_number(1, 1000), metavar="N", help="use the blocking client, from so many threads")
    way.add_argument(
        "--rate",
        type=number(0.1, 1e7),
        metavar="N",
        help="requests per second in all; latencies count from when a request was due (default: as fast as possible)",
    )
    way.add_argument(
        "--duration",
        type=number(0.1, 1e6),
        metavar="S",
        help=f"seconds (default: {DURATION:g}, of the workload I until all keys are written)",
    )
    way.add_argument("--count", type=whole_number(1, 10**12), metavar="N", help="requests (default: no limit)")
    way.add_argument("--warmup", type=number(0, 1e5), default=0.0, metavar="S", help="seconds that are not counted, before (default: none)")


def _add_output(parser: argparse.ArgumentParser) -> None:
    output = parser.add_argument_group("what comes out")
    output.add_argument(
        "--interval", type=number(0.1, 3600), default=1.0, metavar="S", help="seconds between figures (default: %(default)s)"
    )
    output.add_argument(
        "--quiet", action="store_true", help="show nothing meanwhile: drawing takes the interpreter some milliseconds each time"
    )
    output.add_argument("--json", action="store_true", help="the result as one JSON object, and nothing else")
    output.add_argument("--hdr-log", metavar="FILE", help="write the latencies of each interval as an HdrHistogram log")
    output.add_argument("--plot", metavar="FILE", help="draw rate and latencies as an SVG")


def run(arguments: argparse.Namespace) -> int:
    """Run the benchmark; 1 if every request failed."""
    need("hdrh", "bench")
    if arguments.plot:
        need("pygal", "--plot")
    with contextlib.ExitStack() as stack:
        embedded = arguments.embedded or arguments.host is None
        if embedded:
            stack.enter_context(_embedded(arguments))
        # Before anything is measured: a folder that is not there must not cost a result.
        outputs = {
            path: stack.enter_context(Path(path).open("w", encoding="utf-8")) for path in (arguments.hdr_log, arguments.plot) if path
        }
        records = Records(arguments.namespace, arguments.set, arguments.keys, arguments.bins, arguments.object)
        if arguments.load or (embedded and not arguments.workload.insert):
            _fill(arguments, records)
        recorder, interrupted = _measure(arguments, records)
        title = _title(arguments)
        if arguments.hdr_log:
            from . import hdr_log

            hdr_log.write(recorder, outputs[arguments.hdr_log], title)
        if arguments.plot:
            from . import plot

            outputs[arguments.plot].write(plot.draw(recorder, title))
    _print_result(arguments, recorder, interrupted=interrupted)
    if interrupted:
        return INTERRUPTED
    return 0 if recorder.worked else 1


@contextlib.contextmanager
def _embedded(arguments: argparse.Namespace) -> Iterator[None]:
    from ...devserver import DevServer

    with DevServer(namespaces=[arguments.namespace]) as server:
        ((host, port),) = server.hosts
        arguments.host = f"{host}:{port}"
        yield


def _title(arguments: argparse.Namespace) -> str:
    way = f"{arguments.threads} threads" if arguments.threads else f"{arguments.in_flight or IN_FLIGHT} in flight"
    rate = f", {arguments.rate:g}/s" if arguments.rate else ""
    return f"{arguments.workload.text}, {way}{rate}"


def _fill(arguments: argparse.Namespace, records: Records) -> None:
    from .traffic import fill

    with connection.connect(arguments) as client:
        if arguments.json or arguments.quiet:
            for _ in fill(client, records):
                pass
            return
        with progress() as bar:
            bar.begin("load", records.keys)
            written = 0
            for done in fill(client, records):
                bar.advance(done - written)
                written = done
            bar.finish()


class Phase(NamedTuple):
    """A part of the run: its pace, who takes the latencies, and what goes on beside it."""

    pace: Pace
    recorder: Recorder
    beside: contextlib.AbstractContextManager[object]


def _measure(arguments: argparse.Namespace, records: Records) -> tuple[Recorder, bool]:
    """Warm up and measure; whether somebody interrupted it."""
    from .live import Ticker
    from .pace import Pace
    from .recorder import Recorder

    workload: Workload = arguments.workload
    duration, count = arguments.duration, arguments.count
    if duration is None and count is None:
        duration, count = (None, arguments.keys) if workload.insert else (DURATION, None)
    recorder = Recorder(workload.operations)
    measured = Phase(Pace(arguments.rate, count, duration), recorder, Ticker(recorder, _display(arguments), arguments.interval))
    phases = [measured]
    if arguments.warmup:
        phases.insert(0, Phase(Pace(arguments.rate, duration=arguments.warmup), Recorder(workload.operations), contextlib.nullcontext()))
    with _interruptible([phase.pace for phase in phases]):
        _send(arguments, records, phases)
    return recorder, measured.pace.is_stopped


def _send(arguments: argparse.Namespace, records: Records, phases: list[Phase]) -> None:
    """Send through one client, so that one phase warms the connections of the next."""
    from .traffic import Requests, precise_loop, run_tasks, run_threads

    workload: Workload = arguments.workload
    if arguments.threads:
        with connection.connect(arguments) as client:
            for pace, recorder, beside in phases:
                with beside:
                    run_threads(Requests(client, workload, records), workload, pace, recorder, arguments.threads)
        return

    async def send() -> None:
        async with connection.async_client(arguments) as client:
            for pace, recorder, beside in phases:
                with beside:
                    await run_tasks(Requests(client, workload, records), workload, pace, recorder, arguments.in_flight or IN_FLIGHT)

    with contextlib.closing(precise_loop()) as loop:
        loop.run_until_complete(send())


def _display(arguments: argparse.Namespace) -> Display:
    from .live import Lines, NoDisplay, Table

    if arguments.json or arguments.quiet:
        return NoDisplay()
    if sys.stdout.isatty():
        with contextlib.suppress(ImportError):
            return Table(_title(arguments))
    return Lines()


@contextlib.contextmanager
def _interruptible(paces: list[Pace]) -> Iterator[None]:
    """The first interrupt ends the run, and what was measured is shown; the second is as usual."""

    def stop(*_: object) -> None:
        if paces[-1].is_stopped:
            raise KeyboardInterrupt
        for pace in paces:
            pace.stop()

    before = signal.signal(signal.SIGINT, stop)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def _print_result(arguments: argparse.Namespace, recorder: Recorder, *, interrupted: bool) -> None:
    from . import summary

    if arguments.json:
        print(json.dumps({"workload": arguments.workload.text, **summary.as_object(recorder, interrupted=interrupted)}))
        return
    print_table(summary.COLUMNS, summary.rows(recorder))
    print(f"{_title(arguments)}, {recorder.seconds:.1f} s{', interrupted' if interrupted else ''}")
    for operation, failures in recorder.failures.items():
        for error, count in failures.most_common():
            print(f"{operation}: {count:,} × {error}")
    if any(recorder.misses.values()):
        print("records were not found: --load writes them first")
    for path in (arguments.hdr_log, arguments.plot):
        if path:
            print(f"wrote {path}")
