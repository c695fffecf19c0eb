"""What the caller is told when attempts are used up: what the server said, not that there were enough of them."""

from __future__ import annotations

import pytest
from calls import make_calls

import aerospike_py
from aerospike_py.devserver import DevServer
from aerospike_py.exception import ERROR_CLASSES, ServerError

KEY = ("test", "attempts", 0)
KEYS = [("test", "attempts", n) for n in range(3)]
WRITE = [{"op": aerospike_py.OPERATOR_WRITE, "bin": "n", "val": 0}]
# Memory of a device, a busy key, a partition that is not there: what another attempt may cure.
BUSY = [18, 14, 11]


@pytest.fixture(scope="module")
def server():
    with DevServer() as server:
        yield server


@pytest.fixture(scope="module")
def client(mode, server):
    with make_calls(mode, {"hosts": server.hosts, "max_error_rate": 0}) as client:
        client.batch_write([(key, {"n": 1}) for key in KEYS])
        yield client


@pytest.fixture(autouse=True)
def no_faults(server):
    yield
    server.clear_faults()


SINGLE = {
    "get": (lambda c, policy: c.get(KEY, policy), "read"),
    "select": (lambda c, policy: c.select(KEY, ["n"], policy), "read"),
    "exists": (lambda c, policy: c.exists(KEY, policy), "read"),
    "put": (lambda c, policy: c.put(KEY, {"n": 1}, None, policy), "write"),
    "touch": (lambda c, policy: c.touch(KEY, 0, None, policy), "write"),
    "operate": (lambda c, policy: c.operate(KEY, WRITE, None, policy), "write"),
    "remove": (lambda c, policy: c.remove(KEY, None, policy), "delete"),
}


@pytest.mark.parametrize("retries", [0, 2])
@pytest.mark.parametrize("code", BUSY)
@pytest.mark.parametrize("name", SINGLE)
def test_one_record(server, client, name, code, retries):
    call, op = SINGLE[name]
    with server.inject(op=op, code=code) as fault, pytest.raises(ERROR_CLASSES.get(code, ServerError)) as caught:
        call(client, {"max_retries": retries})
    assert fault.hits == 1 + retries
    error = caught.value
    assert error.code == error.result_code == code
    assert type(error) is ERROR_CLASSES[code]
    # It was refused each time, so it was not carried out.
    assert error.in_doubt is False
    assert error.key[:3] == KEY
    assert error.node.endswith("{}:{}".format(*server.hosts[0]))


@pytest.mark.parametrize("retries", [0, 1])
def test_the_servers_own_timeout_leaves_a_doubt(server, client, retries):
    with server.inject(op="write", code=9) as fault, pytest.raises(aerospike_py.AerospikeTimeoutError) as caught:
        client.put(KEY, {"n": 1}, policy={"max_retries": retries})
    assert (fault.hits, caught.value.code, caught.value.in_doubt) == (1 + retries, 9, True)


def test_an_attempt_whose_answer_was_lost_leaves_a_doubt(server, client):
    with server.inject(op="write", drop="after", times=1), server.inject(op="write", code=18), pytest.raises(ServerError) as caught:
        client.put(KEY, {"n": 1}, policy={"max_retries": 1})
    assert (caught.value.code, caught.value.in_doubt) == (18, True)


def test_connections_that_break_are_no_answer(server, client):
    with server.inject(op="read", drop="before") as fault, pytest.raises(aerospike_py.MaxRetriesExceeded) as caught:
        client.get(KEY, {"max_retries": 2})
    assert (fault.hits, caught.value.code) == (3, -12)


BATCHES = {
    "batch_read": lambda c, keys, policy: c.batch_read(keys, policy=policy),
    "batch_write": lambda c, keys, policy: c.batch_write([(key, {"n": 1}) for key in keys], policy),
    "batch_operate": lambda c, keys, policy: c.batch_operate(keys, WRITE, policy),
    "batch_remove": lambda c, keys, policy: c.batch_remove(keys, policy),
}


@pytest.mark.parametrize("count", [1, 3])
@pytest.mark.parametrize("code", BUSY)
@pytest.mark.parametrize("name", BATCHES)
def test_rows_have_the_servers_code(server, client, name, code, count):
    with server.inject(code=code, op=None if count == 1 else "batch"):
        records = BATCHES[name](client, KEYS[:count], {"max_retries": 0}).batch_records
    assert [record.result for record in records] == [code] * count


# A batch of one row travels as the request on one record that it is.
ONE_ROW = {"batch_write": "write", "batch_operate": "write", "batch_remove": "delete"}


@pytest.mark.parametrize("code", BUSY)
@pytest.mark.parametrize("name", ONE_ROW)
def test_the_only_row_of_a_batch_was_refused(server, client, name, code):
    with server.inject(op=ONE_ROW[name], code=code) as fault:
        (record,) = BATCHES[name](client, KEYS[:1], {"max_retries": 0}).batch_records
    assert (fault.hits, record.result, record.in_doubt) == (1, code, False)


def test_the_only_row_of_a_batch_may_have_been_written(server, client):
    with server.inject(op="write", drop="after", times=1), server.inject(op="write", code=18):
        (record,) = client.batch_write([(KEY, {"n": 1})], {"max_retries": 1}).batch_records
    assert (record.result, record.in_doubt) == (18, True)


@pytest.mark.parametrize("retries", [0, 1, 3])
def test_a_query_says_that_its_attempts_are_used_up(server, client, retries):
    """The core tells of a query's attempts no more than their number."""
    with server.inject(op="query", code=14) as fault, pytest.raises(aerospike_py.MaxRetriesExceeded) as caught:
        client.query("test", "attempts").results({"max_retries": retries})
    # It has one more at least: to the core 0 retries are as many as it takes.
    assert fault.hits == 1 + max(retries, 1)
    assert caught.value.code == -12


@pytest.mark.parametrize("code", [4, 22, 210])
def test_a_query_that_is_refused_has_the_servers_code(server, client, code):
    with server.inject(op="query", code=code) as fault, pytest.raises(ServerError) as caught:
        client.query("test", "attempts").results()
    assert (fault.hits, caught.value.code) == (1, code)
