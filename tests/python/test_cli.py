from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
from importlib.metadata import entry_points

import pytest

import aerospike_py
from aerospike_py.cli import main
from aerospike_py.cli.latency import COLUMNS, Timings, percentile
from aerospike_py.cli.progress import PlainProgress, RichProgress, _print_plain_table, print_table, progress

COMMAND = [sys.executable, "-W", "error", "-m", "aerospike_py"]


@pytest.fixture
def serve():
    """Start `serve`; returns the process, once it is ready, and the addresses it printed."""
    started = []

    def start(*options):
        process = subprocess.Popen([*COMMAND, "serve", "--port", "0", *options], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        started.append(process)
        addresses = []
        for line in process.stdout:
            if " with TLS as " in line:
                address, _, name = line.removeprefix("listening on ").strip().partition(" with TLS as ")
                host, _, port = address.rpartition(":")
                process.enterprise = (host, int(port), name)
            elif line.startswith("certificate authority "):
                process.enterprise = (*process.enterprise, line.removeprefix("certificate authority ").strip())
            elif line.startswith("listening on "):
                host, _, port = line.removeprefix("listening on ").strip().rpartition(":")
                addresses.append((host, int(port)))
            if line == "ready\n":
                break
        return process, addresses

    yield start
    for process in started:
        if process.poll() is None:
            process.kill()
        process.communicate()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_serve_ends_on_a_signal_with_code_0(serve, number):
    process, addresses = serve()
    assert len(addresses) == 1
    process.send_signal(number)
    out, err = process.communicate(timeout=20)
    assert (process.returncode, err) == (0, "")
    assert out == "stopping\n"


#: Serves in this process, and sends it a signal at the nth line that is executed after it was ready: for each n, until it waits.
SIGNALS_AT_EVERY_STEP = """
import os, signal, sys, threading
from aerospike_py.cli import main

class Output:
    is_ready = False
    def write(self, text):
        self.is_ready = self.is_ready or "ready" in text
    def flush(self):
        pass

def ends(step):
    output, sent = Output(), []
    def trace(frame, event, argument):
        if output.is_ready and event == "line" and not sent and last.is_alive():
            trace.lines += 1
            if trace.lines == step:
                sent.append(step)
                signal.raise_signal(signal.SIGTERM)
        return trace
    trace.lines = 0
    last = threading.Timer(2, lambda: os.kill(os.getpid(), signal.SIGTERM))
    last.start()
    sys.stdout = output
    sys.settrace(trace)
    code = main(["serve", "--port", "0"])
    sys.settrace(None)
    sys.stdout = sys.__stdout__
    last.cancel()
    assert code == 0
    return sent

step = 1
while ends(step):
    step += 1
print(step)
"""


def test_serve_ends_on_a_signal_at_any_step():
    done = subprocess.run([sys.executable, "-c", SIGNALS_AT_EVERY_STEP], capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert int(done.stdout) > 2


def test_serve_offers_the_enterprise_edition(serve):
    aerospike = pytest.importorskip("aerospike", reason="the official client is not installed")
    process, _ = serve("--user", "admin:se:cret:read-write,user-admin", "--tls", "--tls-port", "0", "--strong-consistency", "--rack", "7")
    host, port, name, authority = process.enterprise
    tls = {"enable": True, "cafile": authority}
    client = aerospike.client({"hosts": [(host, port, name)], "tls": tls, "user": "admin", "password": "se:cret"})
    assert sorted(client.admin_query_user_info("admin")["roles"]) == ["read-write", "user-admin"]
    ((_, racks),) = client.info_all("rack-ids").values()
    assert racks.endswith("test:7;bar:7\n")
    client.close()


@pytest.mark.parametrize("text", ["admin", "admin:", ":secret", ""])
def test_a_user_without_a_password_is_refused(text, capsys):
    with pytest.raises(SystemExit) as refused:
        main(["serve", "--user", text])
    assert refused.value.code == 2
    assert "NAME:PASSWORD" in capsys.readouterr().err


def test_serve_serves_what_it_was_told(serve):
    _, addresses = serve(
        "--nodes",
        "3",
        "--replication-factor",
        "3",
        "--namespace",
        "one",
        "--namespace",
        "two",
        "--default-ttl",
        "100",
        "--cluster-name",
        "dev",
    )
    assert len(set(addresses)) == 3
    with aerospike_py.client({"hosts": addresses[:1], "cluster_name": "dev"}) as client:
        assert len(client.get_node_names()) == 3
        assert sorted(client.info_random_node("namespaces").split(";")) == ["one", "two"]
        assert "effective_replication_factor=3;" in client.info_random_node("namespace/one")
        client.put(("two", "demo", 1), {"n": 1})
        assert 90 <= client.get(("two", "demo", 1)).meta.ttl <= 100


def test_a_port_in_use_is_one_clear_line():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        done = subprocess.run([*COMMAND, "serve", "--port", port], capture_output=True, text=True, timeout=20, check=False)
    assert done.returncode == 1
    assert done.stderr.startswith("aerospike-py: ")
    assert done.stderr.count("\n") == 1
    assert f"127.0.0.1:{port}" in done.stderr


@pytest.mark.parametrize(
    ("options", "offender"),
    [
        (["--port", "65536"], "65536"),
        (["--port", "x"], "'x'"),
        (["--nodes", "0"], "0 is not from 1 to 16"),
        (["--default-ttl", "-1"], "-1"),
        (["--nonsense"], "--nonsense"),
        (["--namespace", "a;b"], "a;b"),
        (["--namespace", ""], "namespace"),
        (["--host", "not an address"], "not an address"),
    ],
)
def test_wrong_options_are_named(options, offender):
    done = subprocess.run([*COMMAND, "serve", *options], capture_output=True, text=True, timeout=20, check=False)
    assert done.returncode in (1, 2)
    assert offender in done.stderr
    assert "Traceback" not in done.stderr


def test_a_command_is_required(capsys):
    with pytest.raises(SystemExit) as ended:
        main([])
    assert ended.value.code == 2
    assert "COMMAND" in capsys.readouterr().err


def test_help_lists_the_commands_and_defaults(capsys):
    for arguments, words in ((["--help"], ["serve", "demo"]), (["serve", "--help"], ["127.0.0.1", "3000", "test and bar"])):
        with pytest.raises(SystemExit) as ended:
            main(arguments)
        assert ended.value.code == 0
        text = " ".join(capsys.readouterr().out.split())
        assert all(word in text for word in words)
        assert "None" not in text


def test_the_console_script_is_the_same_program():
    (script,) = (entry for entry in entry_points(group="console_scripts") if entry.name == "aerospike-py")
    assert script.load() is main


@pytest.mark.parametrize("module", ["numpy", "rich"])
def test_demo_runs_without_its_extras(run_python, module):
    code = f"import sys; sys.modules[{module!r}] = None; from aerospike_py.cli import main; sys.exit(main(['demo', '--records', '1500']))"
    done = run_python(code)
    assert done.returncode == 0, done.stderr


def test_demo_ends_with_a_table_of_every_way():
    done = subprocess.run(
        [*COMMAND, "demo", "--records", "2500"],
        capture_output=True,
        text=True,
        timeout=50,
        check=False,
        env={**os.environ, "COLUMNS": "200"},
    )
    assert done.returncode == 0, done.stderr
    for mode in ("sync", "async"):
        for way in ("put", "get", "batch_write", "batch_read", "batch_read to NumPy"):
            assert f"{mode} {way}" in done.stdout
    for column in COLUMNS:
        assert column in done.stdout
    assert "2,500 records each way" in done.stdout


def test_percentiles_are_times_that_were_measured():
    ordered = [float(n) for n in range(1, 1001)]
    assert [percentile(ordered, share) for share in (0.5, 0.99, 0.999, 1.0)] == [500.0, 990.0, 999.0, 1000.0]
    assert percentile([7.0], 0.5) == percentile([7.0], 0.999) == 7.0


def test_a_row_says_requests_and_records_per_second():
    timings = Timings("way", records=2000, elapsed=0.5)
    timings.requests.extend([0.001, 0.002])
    assert timings.row() == ["way", "4", "4,000", "1,000 µs", "2,000 µs", "2,000 µs"]


def test_the_plain_bar_writes_a_line_per_work_where_there_is_no_terminal(capsys):
    with PlainProgress() as bar:
        bar.begin("sync put", 1500)
        bar.advance(1000)
        bar.finish()
    line = capsys.readouterr().out
    assert re.fullmatch(rf"{'sync put':<28} done, [\d,]+/s\n", line), line


def test_the_plain_bar_may_not_know_the_total(capsys):
    with PlainProgress() as bar:
        bar.begin("load", None)
        bar.advance(1000)
        bar.finish()
    assert capsys.readouterr().out.startswith(f"{'load':<28} done, ")


def test_the_plain_bar_is_drawn_in_place_on_a_terminal(capsys, monkeypatch):
    monkeypatch.setattr("sys.stdout.isatty", lambda: True, raising=False)
    with PlainProgress() as bar:
        bar.begin("sync put", 200)
        bar.advance(100)
        bar.finish()
    drawn = capsys.readouterr().out
    assert re.findall(r"(\d+) %", drawn) == ["0", "50", "100"]
    assert re.search(r"100 % [\d,]+/s\n$", drawn)


def test_the_bar_of_rich_is_taken_where_it_is_installed(monkeypatch):
    assert isinstance(progress(), RichProgress)
    monkeypatch.setitem(sys.modules, "rich.progress", None)
    assert isinstance(progress(), PlainProgress)


def test_tables(capsys, monkeypatch):
    _print_plain_table(["way", "n"], [["sync put", "1"], ["x", "1,000"]])
    plain = capsys.readouterr().out
    assert plain == "way           n\n--------  -----\nsync put      1\nx         1,000\n"
    monkeypatch.setitem(sys.modules, "rich.table", None)
    print_table(["way", "n"], [["sync put", "1"], ["x", "1,000"]])
    assert capsys.readouterr().out == plain
    monkeypatch.undo()
    print_table(["way", "n"], [["sync put", "1"]])
    assert "sync put" in capsys.readouterr().out
