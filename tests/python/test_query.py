"""Queries without an index: scans, their pages and cursors, and how they end."""

from __future__ import annotations

import asyncio
import gc
import itertools
import time
import traceback
from concurrent.futures import ThreadPoolExecutor

import pytest
from calls import make_calls, take

import aerospike_py
from aerospike_py import exp, predicates
from aerospike_py.devserver import DevServer
from aerospike_py.exception import AerospikeError, ClientError, InvalidArgError

COUNT = 3000
ALL = set(range(COUNT))


@pytest.fixture(scope="module")
def filled(hosts):
    """A set of records, `{"n": 0, "text": …}` to COUNT; the even ones keep their user key."""
    with aerospike_py.client({"hosts": hosts}) as client:
        records = [(("test", "queried", n), {"n": n, "text": "x" * 50}, {"key": 1 - n % 2}) for n in range(COUNT)]
        client.batch_write(records, policy={"total_timeout": 30_000})
        yield "queried"
        client.batch_remove([key for key, _, _ in records], policy={"total_timeout": 30_000})


@pytest.fixture
def query(c, filled):
    """Makes queries of that set."""
    return lambda: c.query("test", filled)


@pytest.fixture(scope="module")
def nodes(mode):
    """A client of three nodes, with the same records."""
    with DevServer(nodes=3) as server, make_calls(mode, {"hosts": server.hosts}) as client:
        client.batch_write([(("test", "queried", n), {"n": n}) for n in range(COUNT)], policy={"total_timeout": 30_000})
        yield client


def flat(lists):
    return list(itertools.chain.from_iterable(lists))


def numbers(records):
    return [record.bins["n"] for record in records]


def is_complete(records):
    return sorted(numbers(records)) == list(range(COUNT))


# What is read ---------------------------------------------------------------------------------------------------------------------------


def test_every_record_comes_once(query):
    assert is_complete(query().results())
    assert is_complete(take(query()))


def test_three_nodes(nodes):
    query = nodes.query("test", "queried")
    assert is_complete(query.results())
    assert is_complete(take(query))
    assert is_complete(flat(take(query.pages(700))))
    assert is_complete(query.results({"max_concurrent_nodes": 1}))
    assert len(query.results({"max_records": 100})) == 100


def test_a_scan_is_a_query_without_a_predicate(c, filled):
    assert is_complete(c.scan("test", filled).results())


def test_a_record_has_its_key_and_metadata(query):
    record = next(record for record in query().results() if record.bins["n"] == 4)
    assert record.key[:3] == ("test", "queried", 4)
    assert record.meta.gen == 1
    assert isinstance(record, aerospike_py.Record)
    odd = next(record for record in query().results() if record.bins["n"] == 5)
    assert odd.key.user_key is None
    assert len(odd.key.digest) == 20


def test_a_query_that_several_threads_change_at_once(query):
    """Making the error runs Python code in the middle of a change: the others must not wait with the interpreter in their hands."""
    one = query().where(predicates.equals("n", 1))

    def change(_):
        for _ in range(300):
            with pytest.raises(ClientError, match="a predicate already"):
                one.where(predicates.equals("n", 2))

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(change, range(4)))


def test_an_empty_set(c):
    query = c.query("test", "nobody is here")
    assert query.results() == []
    assert query.first() is None
    assert take(query) == []
    assert take(query.pages(10)) == []


def test_all_sets_of_a_namespace(nodes):
    nodes.put(("test", "another", 1), {"n": 1})
    nodes.put(("test", None, 1), {"n": 1})
    assert {record.key.set_name for record in nodes.query("test", None).results()} >= {"queried", "another", ""}


def test_selected_bins(query):
    assert {tuple(record.bins) for record in query().select("n").results()} == {("n",)}
    assert {tuple(record.bins) for record in query().select().results()} == {()}
    assert {tuple(record.bins) for record in query().results({"include_bin_data": False})} == {()}


def test_operations_instead_of_bins(query):
    record = query().add_ops([{"op": aerospike_py.OPERATOR_READ, "bin": "n"}]).first()
    assert set(record.bins) == {"n"}


def test_a_filter_expression(query):
    narrow = {"filter_expression": exp.lt(exp.int_bin("n"), exp.int_val(10))}
    assert sorted(numbers(query().results(narrow))) == list(range(10))
    assert sorted(numbers(take(query().records(narrow)))) == list(range(10))


def test_client_wide_policies(connect, filled):
    narrow = {"filter_expression": exp.lt(exp.int_bin("n"), exp.int_val(10))}
    client = connect(policies={"query": narrow, "scan": {"max_records": 5}})
    assert len(client.query("test", filled).results()) == 5
    assert len(client.query("test", filled).results({"max_records": 0})) == 10


def test_partitions(query):
    halves = [aerospike_py.partition_filter_by_range(begin, 2048) for begin in (0, 2048)]
    parts = [numbers(query().results({"partition_filter": half})) for half in halves]
    assert all(parts)
    assert sorted(flat(parts)) == list(range(COUNT))
    assert is_complete(query().results({"partition_filter": aerospike_py.partition_filter_all()}))


def test_one_partition_and_what_comes_after_a_record(query):
    record = query().first()
    partition = int.from_bytes(record.key.digest[:2], "little") & 4095
    whole = query().results({"partition_filter": aerospike_py.partition_filter_by_id(partition)})
    assert record in whole
    for index, each in enumerate(whole):
        rest = query().results({"partition_filter": aerospike_py.partition_filter_after(each.key)})
        assert rest == whole[index + 1 :]


def test_first_and_at_most(query):
    assert query().first().bins["n"] in ALL
    assert len(query().results({"max_records": 7})) == 7
    assert query().first({"filter_expression": exp.eq(exp.int_bin("n"), exp.int_val(-1))}) is None


# Pages and cursors ----------------------------------------------------------------------------------------------------------------------


def test_pages(query):
    pages = take(query().pages(700))
    assert all(1 <= len(page) <= 700 for page in pages)
    assert is_complete(flat(pages))


def test_a_page_larger_than_all(query):
    assert [len(page) for page in take(query().pages(10 * COUNT))] == [COUNT]


def test_a_cursor_leads_from_page_to_page(query):
    found, cursor = [], None
    while True:
        again = query()
        pages = (again.resume(cursor) if cursor else again).pages(800)
        page = take(pages, 1)
        if not page:
            break
        found += page[0]
        cursor = pages.cursor
    assert is_complete(found)


@pytest.mark.parametrize("count", [1, 63, 64, 65, 128, 129, 1000, COUNT])
def test_a_cursor_stands_after_the_last_record_taken(query, count):
    records = query().records()
    taken = take(records, count)
    rest = query().resume(records.cursor).results()
    records.close()
    assert is_complete(taken + rest)


def test_a_query_knows_where_its_latest_pass_stands(query):
    one = query()
    assert one.cursor is None
    taken = one.results({"max_records": 1000})
    assert is_complete(taken + query().resume(one.cursor).results())


def test_after_everything_was_read_a_cursor_leads_nowhere(query):
    one = query()
    one.results()
    assert query().resume(one.cursor).results() == []
    assert take(query().resume(one.cursor)) == []
    assert take(query().resume(one.cursor).pages(10)) == []


def test_another_process_goes_on(query, hosts, run_python):
    records = query().records()
    taken = numbers(take(records, 1234))
    code = """
import sys, aerospike_py
host, port, cursor = sys.argv[1:]
with aerospike_py.client({"hosts": [(host, int(port))]}) as client:
    for record in client.query("test", "queried").resume(bytes.fromhex(cursor)):
        print(record.bins["n"])
"""
    done = run_python(code, hosts[0][0], str(hosts[0][1]), records.cursor.hex())
    records.close()
    assert done.returncode == 0, done.stderr
    assert sorted(taken + [int(line) for line in done.stdout.split()]) == list(range(COUNT))


def test_cursors_that_are_refused(c, query):
    records = query().records()
    take(records, 10)
    cursor = records.cursor
    records.close()
    for wrong, why in [
        ("text", "bytes"),
        (None, "bytes"),
        (b"", "none"),
        (b"no cursor at all", "none"),
        (cursor[:4], "damaged"),
        (cursor[:-1], "damaged"),
        (cursor[:20] + bytes([cursor[20] ^ 1]) + cursor[21:], "damaged"),
        (cursor[:4] + b"\x02" + cursor[5:], "version 2"),
    ]:
        with pytest.raises(InvalidArgError, match=why):
            query().resume(wrong)
    with pytest.raises(InvalidArgError, match="another query"):
        c.query("test", "other").resume(cursor)
    with pytest.raises(InvalidArgError, match="another query"):
        query().where(predicates.equals("n", 1)).resume(cursor)
    with pytest.raises(InvalidArgError, match="partition_filter"):
        query().resume(cursor).results({"partition_filter": aerospike_py.partition_filter_all()})


# Calling back ---------------------------------------------------------------------------------------------------------------------------


def test_foreach(query):
    seen = []
    assert query().foreach(seen.append) is None
    assert is_complete(seen)


def test_false_stops(query):
    seen = []
    query().foreach(lambda record: seen.append(record) or len(seen) < 5)
    assert len(seen) == 5


def test_what_a_callback_raises_comes_out(query):
    def callback(record):
        raise LookupError("mine")

    with pytest.raises(LookupError, match="mine") as caught:
        query().foreach(callback)
    assert "in callback" in "".join(traceback.format_exception(caught.value))


def test_a_coroutine_function_is_awaited_or_refused(mode, query):
    seen = []

    async def callback(record):
        seen.append(record)
        return len(seen) < 5

    if mode == "async":
        query().foreach(callback)
        assert len(seen) == 5
    else:
        with pytest.raises(TypeError, match="coroutine"):
            query().foreach(callback)


def test_a_callback_that_is_none(query):
    with pytest.raises(TypeError, match="cannot be called"):
        query().foreach(7)


# What is refused ------------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "predicate",
    [
        None,
        "equals",
        (),
        ("equals",),
        ("equal", "n", 1),
        ("equals", "n"),
        ("equals", "n", 1, 2),
        ("equals", "", 1),
        ("equals", "a name that is too long", 1),
        ("equals", "n", 1.5),
        ("equals", "n", True),
        ("equals", "n", None),
        ("equals", "n", [1]),
        ("equals", "n", 2**63),
        ("equals", "n", "x" * 2048),
        ("between", "n", 2, 1),
        ("between", "n", "a", "b"),
        ("between", "n", 1, True),
        ("contains", "n", 4, 1),
        ("contains", "n", "LIST", 1),
        ("contains", "n", 1, 1.5),
        ("range", "n", 1, 2, 1),
        ("geo_within_geojson_region", "n", 5),
        ("geo_within_radius", "n", 91, 0, 10),
        ("geo_within_radius", "n", 0, 181, 10),
        ("geo_within_radius", "n", 0, 0, 0),
        ("geo_within_radius", "n", 0, 0, float("nan")),
        ("geo_within_radius", "n", 0, 0, 10, 9),
        ("geo_contains_point", "n", "0", 0),
    ],
    ids=repr,
)
def test_predicates_that_are_refused(query, predicate):
    with pytest.raises((InvalidArgError, TypeError, ValueError, OverflowError)) as caught:
        query().where(predicate)
    assert isinstance(caught.value, AerospikeError)


def test_a_query_has_one_predicate(query):
    with pytest.raises(InvalidArgError, match="one"):
        query().where(predicates.equals("n", 1)).where(predicates.equals("n", 2))


def test_other_arguments_that_are_refused(c, query):
    for make in [
        lambda: query().select("n", 5),
        lambda: query().select(""),
        lambda: query().where(predicates.equals("n", 1), "ctx"),
        lambda: query().where(predicates.equals("n", 1), index_name=""),
        lambda: query().where(predicates.equals("n", 1), index_name=5),
        lambda: query().where(predicates.equals("n", 1), index_name="i", expression=exp.int_bin("n")),
        lambda: query().where(predicates.equals("n", 1), expression="e"),
        lambda: query().add_ops([]),
        lambda: query().add_ops("ops"),
        lambda: query().apply("", "f"),
        lambda: query().apply("m", 5),
        lambda: query().apply("m", "f", "args"),
        lambda: query().pages(0),
        lambda: query().pages("10"),
        lambda: query().records({"max_record": 1}),
        lambda: query().results({"max_records": -1}),
        lambda: query().results({"filter_expression": "n < 5"}),
        lambda: query().results({"partition_filter": 5}),
        lambda: query().select("n").add_ops([{"op": 1, "bin": "n"}]).results(),
        lambda: query().add_ops([{"op": 2, "bin": "n", "val": 1}]).results(),
        lambda: query().execute_background(),
        lambda: query().add_ops([{"op": 1, "bin": "n"}]).execute_background(),
        lambda: query().select("n").apply("m", "f").execute_background(),
        lambda: c.query("", "s"),
        lambda: c.query(5, "s"),
        lambda: c.query("test", 5),
    ]:
        with pytest.raises((InvalidArgError, TypeError, ValueError)) as caught:
            make()
        assert isinstance(caught.value, AerospikeError)


def test_a_client_that_is_not_connected(stranger):
    with pytest.raises(ClientError, match="not connected"):
        stranger.query("test", "s")


def test_a_query_outlives_its_clients_connection(connect, filled):
    client = connect()
    query = client.query("test", filled)
    records = query.records()
    take(records, 1)
    client.close()
    for call in (query.results, query.records, lambda: take(records)[COUNT - 2]):
        with pytest.raises((ClientError, IndexError)):
            call()


# Leaving early and being slow -----------------------------------------------------------------------------------------------------------


def test_a_slow_reader_slows_the_server(c, connect, relay, set_name):
    count, size = 4000, 10_000
    c.batch_write([(("test", set_name, n), {"blob": bytes(size)}) for n in range(count)], policy={"total_timeout": 60_000})
    passed = []
    relay.answer = lambda frame: passed.append(len(frame)) or frame
    records = connect(hosts=relay.hosts).query("test", set_name).records({"record_queue_size": 64})
    take(records, 1)
    # Whatever the time, what comes is bounded by the queue, a portion on each side of it, and the sockets' buffers.
    time.sleep(0.5)
    assert sum(passed) < count * size / 2
    assert len(take(records)) == count - 1
    assert sum(passed) > count * size


def test_who_leaves_early_ends_the_query(c, connect, relay, set_name):
    count, size = 4000, 10_000
    c.batch_write([(("test", set_name, n), {"blob": bytes(size)}) for n in range(count)], policy={"total_timeout": 60_000})
    passed = []
    relay.answer = lambda frame: passed.append(len(frame)) or frame
    client = connect(hosts=relay.hosts)
    for _ in range(3):
        take(client.query("test", set_name), 1)
    gc.collect()
    client.info_random_node("build")
    assert sum(passed) < 3 * count * size / 2


def test_a_partition_that_cannot_be_read_is_an_error(connect, relay, filled):
    client = connect(hosts=relay.hosts)
    relay.answer = lambda frame: None
    query = client.query("test", filled)
    for policy in ({"max_retries": 0}, {"max_retries": 2}):
        with pytest.raises(AerospikeError):
            query.results(policy)
        with pytest.raises(AerospikeError):
            take(query.records(policy))


def iter_of(query, by_pages):
    policy = {"record_queue_size": 64}
    return query.pages(500) if by_pages else query.records(policy)


def next_of(iterator):
    if hasattr(iterator, "__next__"):
        return next(iterator)

    async def step():
        return await anext(iterator)

    return asyncio.run(step())


@pytest.mark.parametrize("by_pages", [False, True])
def test_a_client_that_closes_ends_its_open_queries(c, mode, relay, set_name, by_pages):
    """Nobody asks them for more at that moment; still they hold no connection afterwards, and say why they end."""
    c.batch_write([(("test", set_name, n), {"blob": bytes(10_000)}) for n in range(2000)], policy={"total_timeout": 60_000})
    client = make_calls(mode, {"hosts": relay.hosts})
    client.connect()
    passes = [iter_of(client.query("test", set_name), by_pages) for _ in range(3)]
    for each in passes:
        next_of(each)
    assert relay.live > 3
    client.close()
    for each in passes:
        with pytest.raises(aerospike_py.ClientClosedError):
            next_of(each)
    for _ in range(1000):
        if relay.live == 0:
            break
        time.sleep(0.01)
    assert relay.live == 0


def test_queries_keep_to_the_bound_of_connections(c, mode, relay, set_name):
    c.batch_write([(("test", set_name, n), {"blob": bytes(10_000)}) for n in range(2000)], policy={"total_timeout": 60_000})
    with make_calls(mode, {"hosts": relay.hosts, "max_conns_per_node": 3}) as client:
        # More of them than connections: each has its turn.
        with ThreadPoolExecutor(6) as pool:
            found = list(pool.map(lambda _: len(client.query("test", set_name).results()), range(6)))
        assert found == [2000] * 6
        assert relay.live <= 3 + 1
        # Some that nobody takes from hold them all.
        passes = [iter_of(client.query("test", set_name), by_pages=False) for _ in range(3)]
        for each in passes:
            next_of(each)
        with pytest.raises(
            aerospike_py.AerospikeTimeoutError, match="not sent: no connection was free, and open queries hold theirs"
        ) as caught:
            client.put(("test", set_name, 0), {"n": 1}, policy={"total_timeout": 300})
        assert caught.value.in_doubt is False
        assert relay.live <= 3 + 1
        for each in passes:
            each.close()
        client.put(("test", set_name, 0), {"n": 1}, policy={"total_timeout": 10_000})
