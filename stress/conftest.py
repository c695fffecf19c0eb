"""Long and hostile runs: what the test suite does in hundreds, in millions. `make stress`, not CI.

Each run says what it did through the fixture `report`; the summary at the end has a line for each.
"""

import subprocess
import sys
from pathlib import Path

import pytest

TESTS = Path(__file__).resolve().parents[1] / "tests"
sys.path.insert(0, str(TESTS))
pytest.register_assert_rewrite("flat", "hostile", "node_loss", "stages", "traffic")

from flat import Footprint  # noqa: E402
from hostile import LOOPS, Proxy, Runner  # noqa: E402

#: What the summary counts: what was asked; what was made to fail or was given up; what was acknowledged and is not there, or is another's
#: answer; descriptors, threads and kilobytes that each round left behind.
COUNTED = ("requests", "faults", "lost", "leaked")


def pytest_addoption(parser):
    parser.addoption("--scale", type=float, default=1.0, help="a factor for all counts: 0.01 to try the runs themselves")


@pytest.fixture
def scaled(request):
    """A count, scaled."""
    return lambda count: max(1, int(count * request.config.getoption("--scale")))


@pytest.fixture
def report(record_property):
    """Tells the summary what a run did: the counts of `COUNTED`, the longest `pause` in seconds, and a `note`."""

    def tell(*, pause=None, note="", **counts):
        assert set(counts) <= set(COUNTED)
        for name, count in {**counts, "pause": pause, "note": note}.items():
            record_property(name, count)

    return tell


def pytest_terminal_summary(terminalreporter):
    runs = [each for kind in ("passed", "failed") for each in terminalreporter.stats.get(kind, []) if each.when == "call"]
    if not runs:
        return
    terminalreporter.section("what the runs did")
    width = max(len(name(run)) for run in runs)
    print_line = terminalreporter.write_line
    print_line(f"{'':{width}}  {'requests':>12}{'faults':>12}{'lost':>6}{'leaked':>8}{'worst pause':>13}{'took':>10}")
    totals, pauses = dict.fromkeys(COUNTED, 0), []
    for run in runs:
        told = dict(run.user_properties)
        columns = [told.get(column) for column in COUNTED]
        for column, count in zip(COUNTED, columns):
            totals[column] += count or 0
        if told.get("pause") is not None:
            pauses.append(told["pause"])
        failed = "  FAILED" if run.failed else ""
        print_line(
            f"{name(run):{width}}  {figures(columns, told.get('pause'))}{run.duration:>8.0f} s{failed}  {told.get('note', '')}".rstrip()
        )
    seconds = sum(run.duration for run in runs)
    print_line(f"{'all':{width}}  {figures(totals.values(), max(pauses, default=None))}{seconds:>8.0f} s")
    failed = sum(run.failed for run in runs)
    print_line(f"{len(runs)} runs in {seconds / 60:.0f} minutes: {f'{failed} FAILED' if failed else 'all passed'}")


def name(run):
    return run.nodeid.rpartition("/")[2]


def figures(counts, pause):
    columns = [f"{'–' if count is None else f'{count:,}':>{width}}" for count, width in zip(counts, (12, 12, 6, 8))]
    return "".join(columns) + f"{'–' if pause is None else f'{pause * 1000:,.0f} ms':>13}"


@pytest.fixture(params=LOOPS)
def run(request):
    runner = Runner(request.param)
    yield runner
    assert runner.take_reports() == []


@pytest.fixture(scope="session")
def hosts():
    """A server in a process of its own, so that its memory is not counted."""
    command = [sys.executable, "-m", "aerospike_py", "serve", "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        for line in process.stdout:
            if line.startswith("listening on "):
                host, port = line.split()[-1].rsplit(":", 1)
            if line == "ready\n":
                break
        yield [(host, int(port))]
        process.terminate()


@pytest.fixture
def proxy(hosts):
    with Proxy(hosts[0]) as proxy:
        yield proxy


@pytest.fixture
def footprint():
    return Footprint
