"""`aerospike-py bench`."""

from __future__ import annotations

import json
import random
import re
import signal
import sys
import xml.etree.ElementTree as ET
from argparse import ArgumentTypeError

import pytest
from programs import at, rest_of

import aerospike_py
from aerospike_py.cli.bench import plot, summary
from aerospike_py.cli.bench.pace import Pace
from aerospike_py.cli.bench.recorder import Recorder
from aerospike_py.cli.bench.workload import Records, Workload, parse_objects, parse_workload
from aerospike_py.devserver import DevServer

pytest.importorskip("hdrh", reason="hdrhistogram is not installed")


@pytest.fixture(scope="module")
def server():
    with DevServer() as server:
        yield server


@pytest.fixture
def bench(shell, server, set_name):
    """Runs it on the module's server in a set of the test's own; the result as an object."""

    def run(*arguments, code=0):
        outcome = shell("bench", at(server.hosts[0]), "--set", set_name, "--json", *arguments)
        assert (outcome.code, outcome.err) == (code, "")
        return json.loads(outcome.out)

    return run


def requests(result):
    return {name: found["requests"] for name, found in result["operations"].items()}


def test_insert_writes_each_key_once(bench, server, set_name):
    result = bench("--workload", "I", "--keys", 300, "--bins", 3, "--object", "I,S50,B10")
    assert requests(result) == {"write": 300}
    with aerospike_py.client({"hosts": server.hosts}) as client:
        found = client.scan("test", set_name).results()
        assert len(found) == 300
        assert {len(record.bins["bin1"]) for record in found} == {50}
        assert {(type(record.bins["bin0"]), type(record.bins["bin2"])) for record in found} == {(int, bytes)}
        assert client.get(("test", set_name, 299)).meta.gen == 1


@pytest.mark.parametrize("way", [("--in-flight", 8), ("--threads", 3)])
def test_reads_and_writes(bench, way):
    result = bench("--workload", "RU,50", "--keys", 50, "--load", "--count", 400, *way)
    found = requests(result)
    assert sum(found.values()) == 400
    assert all(100 < count < 300 for count in found.values())
    assert all(operation["failed"] == {} and operation["not_found"] == 0 for operation in result["operations"].values())
    latency = result["operations"]["read"]["latency_us"]
    assert 0 < latency["p50"] <= latency["p99"] <= latency["max"]


@pytest.mark.parametrize("way", [("--in-flight", 4), ("--threads", 2)])
def test_batches(bench, way):
    result = bench("--workload", "B,10,50", "--keys", 100, "--count", 60, "--load", *way)
    found = requests(result)
    assert sum(found.values()) == 60
    assert set(found) == {"batch read", "batch write"}


def test_records_that_are_not_there_are_counted(bench):
    assert bench("--workload", "RU,100", "--count", 50)["operations"]["read"]["not_found"] == 50
    result = bench("--workload", "B,10", "--count", 5)
    assert result["operations"]["batch read"]["not_found"] == 50


def test_failures_are_counted(bench, server, set_name):
    with server.inject(set=set_name, op="write", code=22, times=10):
        result = bench("--workload", "I", "--keys", 30)
    assert result["operations"]["write"]["failed"] == {"ForbiddenError (22)": 10}
    assert requests(result) == {"write": 30}
    with server.inject(op="batch", code=22, times=1):
        assert sum(bench("--workload", "B,10,0", "--keys", 30, "--count", 3)["operations"]["batch write"]["failed"].values()) == 10


def test_nothing_but_failures_is_a_failure(bench, server, set_name):
    with server.inject(set=set_name, op="write", code=22):
        bench("--workload", "I", "--keys", 5, code=1)


def test_a_stall_delays_all_that_were_due_meanwhile(bench, server, set_name, tmp_path):
    """With one request at a time: of two hundred per second, some eighty are due while the first is held up."""
    log = tmp_path / "latencies.hlog"
    with server.inject(set=set_name, op="read", times=1, delay=400) as fault:
        bench("--workload", "RU,100", "--rate", 200, "--count", 150, "--in-flight", 1, "--keys", 10, "--load", "--hdr-log", log)
    assert fault.hits == 1
    total = merged(log)["read"]
    late = sum(step.count_added_in_this_iter_step for step in total.get_recorded_iterator() if step.value_iterated_to >= 100_000_000)
    assert late >= 50


def test_the_warmup_is_not_counted(bench, server, set_name):
    with server.inject(set=set_name, op="write", percent=0, code=22):
        result = bench("--workload", "I", "--keys", 20, "--warmup", 0.2)
    assert requests(result) == {"write": 20}
    with aerospike_py.client({"hosts": server.hosts}) as client:
        assert client.get(("test", set_name, 0)).meta.gen > 1


def merged(log):
    """The histograms of a log by tag, as the package that is the format's own reads them."""
    from hdrh.histogram import HdrHistogram

    found = {}
    for line in log.read_text().splitlines():
        if line.startswith("Tag="):
            tag, _, _, _, packed = line.split(",")
            found.setdefault(tag.removeprefix("Tag="), HdrHistogram(1, 3600 * 10**9, 3)).add(HdrHistogram.decode(packed))
    return found


def test_the_log_holds_every_request(bench, tmp_path):
    from hdrh.histogram import HdrHistogram
    from hdrh.log import HistogramLogReader

    log = tmp_path / "latencies.hlog"
    result = bench("--keys", 20, "--load", "--count", 400, "--rate", 1000, "--interval", 0.1, "--hdr-log", log)
    assert {name: found.get_total_count() for name, found in merged(log).items()} == requests(result)
    assert merged(log)["read"].get_value_at_percentile(99) == result["operations"]["read"]["latency_us"]["p99"] * 1000
    # The reader of the format takes it, too, and knows when it began.
    reader = HistogramLogReader(str(log), HdrHistogram(1, 3600 * 10**9, 3))
    count = 0
    while (interval := reader.get_next_interval_histogram()) is not None:
        count += interval.get_total_count()
    reader.close()
    assert count == 400
    assert reader.get_start_time_sec() > 1_700_000_000


def test_the_plot_is_an_svg_with_every_curve(bench, tmp_path):
    pytest.importorskip("pygal", reason="pygal is not installed")
    picture = tmp_path / "result.svg"
    bench("--workload", "RU,50", "--keys", 20, "--load", "--count", 300, "--rate", 1000, "--interval", 0.1, "--plot", picture)
    text = picture.read_text()
    root = ET.fromstring(text)
    assert root.tag == "{http://www.w3.org/2000/svg}svg"
    assert len(root) == 3
    assert all(word in text for word in ("read p99", "write p50", "99.9", "RU,50", "1000/s"))
    # Nothing is fetched from elsewhere when somebody looks at it.
    assert not re.search(r"""(href|src)=.(https?:)?//""", text)


def test_a_plot_of_nothing(tmp_path):
    pytest.importorskip("pygal", reason="pygal is not installed")
    recorder = Recorder(["read"])
    recorder.cut()
    assert ET.fromstring(plot.draw(recorder, "nothing")) is not None


# For people.


def test_without_a_host_a_server_is_started(shell):
    outcome = shell("bench", "--keys", 200, "--count", 300, "--threads", 2, "--interval", 0.1)
    assert (outcome.code, outcome.err) == (0, "")
    for column in summary.COLUMNS[:3]:
        assert column in outcome.out
    assert "RU,50, 2 threads" in outcome.out
    assert "load" in outcome.out
    assert "not found:" not in outcome.out


def test_what_went_wrong_is_said(shell, server, set_name):
    with server.inject(set=set_name, op="read", code=22, times=7):
        outcome = shell("bench", at(server.hosts[0]), "--set", set_name, "--workload", "RU,100", "--count", 20, "--quiet", "--threads", 2)
    assert "read: 7 × ForbiddenError (22)" in outcome.out
    assert "--load" in outcome.out


@pytest.mark.parametrize("way", [("--in-flight", 4), ("--threads", 2)])
def test_an_interrupt_shows_what_was_measured(start, server, set_name, way):
    process = start("bench", at(server.hosts[0]), "--set", set_name, "--keys", 10, "--duration", 60, "--interval", 0.2, *way)
    assert "/s" in process.stdout.readline()
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=20)
    assert (process.returncode, err) == (130, "")
    assert "interrupted" in out
    assert "p99" in out


@pytest.mark.parametrize("package", ["hdrh", "pygal"])
def test_a_missing_extra_is_named(run_python, package, tmp_path):
    code = f"import sys; sys.modules[{package!r}] = None; from aerospike_py.cli import main; sys.exit(main(['bench', '--plot', {str(tmp_path / 'x.svg')!r}]))"
    done = run_python(code)
    assert done.returncode == 1
    assert "aerospike-py[cli]" in done.stderr
    assert package in done.stderr
    assert not (tmp_path / "x.svg").exists()


@pytest.mark.parametrize(
    ("options", "offender"),
    [
        (["--workload", "X"], "'X'"),
        (["--workload", "RU,101"], "'RU,101'"),
        (["--workload", "RU,x"], "'RU,x'"),
        (["--workload", "B"], "'B'"),
        (["--workload", "B,0"], "'B,0'"),
        (["--workload", "B,1.5"], "'B,1.5'"),
        (["--workload", "I,1"], "'I,1'"),
        (["--object", "S"], "'S'"),
        (["--object", "I,,I"], "''"),
        (["--object", "S99999999999"], "S99999999999"),
        (["--rate", "0"], "0 is not from"),
        (["--rate", "nan"], "nan"),
        (["--duration", "x"], "'x'"),
        (["--threads", "2", "--in-flight", "2"], "not allowed with"),
    ],
)
def test_wrong_options_are_named(shell, options, offender):
    outcome = shell("bench", *options)
    assert outcome.code == 2
    assert offender in outcome.err


def test_files_that_cannot_be_written_are_said_first(shell, tmp_path):
    outcome = shell("bench", "--duration", 1000, "--hdr-log", tmp_path / "no" / "x.hlog")
    assert outcome.code == 1
    assert "x.hlog" in outcome.complaint


# The parts.


def test_workloads():
    assert parse_workload("RU,80") == Workload("RU,80", reads=80.0)
    assert parse_workload("RU").reads == 50
    assert parse_workload("B,100").operations == ["batch read"]
    assert parse_workload("B,100,80").operations == ["batch read", "batch write"]
    assert parse_workload("I").operations == ["write"]
    assert {parse_workload("RU,0").choose() for _ in range(50)} == {"write"}
    assert {parse_workload("RU,100").choose() for _ in range(50)} == {"read"}


def test_objects():
    chance = random.Random(1)
    integer, double, text, data = (maker(chance) for maker in parse_objects("I,D,S7,B9"))
    assert (type(integer), type(double), len(text), type(data), len(data)) == (int, float, 7, bytes, 9)
    with pytest.raises(ArgumentTypeError):
        parse_objects("")


def test_records_repeat():
    one, again = (Records("test", "s", 10, 2, parse_objects("I")) for _ in range(2))
    assert one.bins(3) == again.bins(3)
    assert list(one.bins(3)) == ["bin0", "bin1"]
    assert one.bins(3) != one.bins(4)
    assert sorted(one.several(50)) == list(range(10))
    assert all(0 <= one.any() < 10 for _ in range(100))


def test_a_pace_with_a_rate_is_due_at_even_steps():
    pace = Pace(rate=1000, count=3)
    turns = [pace.next() for _ in range(4)]
    assert [turn and turn[0] for turn in turns] == [0, 1, 2, None]
    dues = [turn[1] for turn in turns[:3]]
    assert [round(due - dues[0], 6) for due in dues] == [0, 0.001, 0.002]


def test_a_pace_with_a_duration_hands_out_what_is_due_within_it():
    pace = Pace(rate=100, duration=0.5)
    assert sum(1 for _ in iter(pace.next, None)) == 50
    assert Pace(duration=0).next() is None


def test_a_pace_that_is_stopped():
    pace = Pace()
    assert pace.next() is not None
    pace.stop()
    assert pace.next() is None


def test_the_recorder_counts_in_intervals():
    recorder = Recorder(["read"])
    for seconds in (1e-4, 2e-4, 3e-4):
        recorder.record("read", seconds)
    first = recorder.cut()
    recorder.record("read", 7200.0)
    recorder.cut()
    assert first.quick("read") == (200.0, 300.0, 300.0)
    assert [len(interval.latencies["read"]) for interval in recorder.intervals] == [3, 1]
    total = recorder.total("read")
    assert total.get_total_count() == 4
    assert total.get_max_value() > 400 * 10**9


@pytest.mark.skipif(sys.platform == "win32", reason="no pty")
def test_on_a_terminal_a_table_is_drawn(start, server, set_name):
    pytest.importorskip("rich", reason="rich is not installed")
    import os
    import pty

    ours, theirs = pty.openpty()
    arguments = ("--set", set_name, "--keys", 10, "--load", "--count", 300, "--rate", 500, "--interval", 0.1)
    process = start("bench", at(server.hosts[0]), *arguments, stdout=theirs, env={**os.environ, "TERM": "xterm", "COLUMNS": "120"})
    os.close(theirs)
    shown = rest_of(ours)
    assert process.wait(20) == 0
    assert shown.decode().count("longest") >= 2
