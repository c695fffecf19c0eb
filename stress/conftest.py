"""Long and hostile runs: what the test suite does in hundreds, in millions. `make stress`, not CI."""

import ctypes
import os
import subprocess
import sys
from pathlib import Path

import pytest

TESTS = Path(__file__).resolve().parents[1] / "tests"
sys.path.insert(0, str(TESTS))
pytest.register_assert_rewrite("hostile", "node_loss")

from hostile import LOOPS, Proxy, Runner, collect  # noqa: E402


def pytest_addoption(parser):
    parser.addoption("--scale", type=float, default=1.0, help="a factor for all counts: 0.01 to try the runs themselves")


@pytest.fixture
def scaled(request):
    """A count, scaled."""
    return lambda count: max(1, int(count * request.config.getoption("--scale")))


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


class Footprint:
    """What this process holds: memory, descriptors, threads. `grown` compares with what it was when the object was made."""

    def __init__(self):
        self.memory, self.descriptors, self.threads = self.now()

    @staticmethod
    def now():
        collect()
        # What is free goes back to the system, so that only what is held is counted.
        ctypes.CDLL(None).malloc_trim(0)
        pages = int(Path("/proc/self/statm").read_text().split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE"), len(os.listdir("/proc/self/fd")), len(os.listdir("/proc/self/task"))

    def grown(self):
        """Bytes, descriptors and threads more than then."""
        memory, descriptors, threads = self.now()
        return memory - self.memory, descriptors - self.descriptors, threads - self.threads


@pytest.fixture
def footprint():
    return Footprint
