"""Spans: what they are called, whose children they are, when they end."""

from __future__ import annotations

import asyncio

import pytest
from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor, SpanExporter, SpanExportResult
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.sdk.trace.sampling import ALWAYS_OFF, Decision, Sampler, SamplingResult
from opentelemetry.trace import SpanKind, StatusCode

import aerospike_py
from aerospike_py import _tracing
from aerospike_py.devserver import DevServer


@pytest.fixture
def tracing():
    """Traces through a provider of the test's own: `tracing(sampler=…)` gives its exporter."""
    providers = []

    def begin(exporter=None, **options):
        provider = TracerProvider(**options)
        exporter = exporter or InMemorySpanExporter()
        provider.add_span_processor(SimpleSpanProcessor(exporter))
        providers.append(provider)
        _tracing.use(provider)
        exporter.tracer = provider.get_tracer("test")
        return exporter

    yield begin
    _tracing.use(None)
    for provider in providers:
        provider.shutdown()


def one(exporter):
    (span,) = exporter.get_finished_spans()
    return span


def test_name_kind_and_attributes(tracing, c, key, set_name, hosts):
    spans = tracing()
    c.put(key, {"n": 1})
    span = one(spans)
    assert (span.name, span.kind) == (f"PUT test.{set_name}", SpanKind.CLIENT)
    assert span.instrumentation_scope.name == "aerospike_py"
    assert dict(span.attributes) == {
        "db.system.name": "aerospike",
        "db.namespace": "test",
        "db.collection.name": set_name,
        "db.operation.name": "PUT",
        "server.address": hosts[0][0],
        "server.port": hosts[0][1],
    }
    assert span.status.status_code is StatusCode.UNSET
    assert span.start_time < span.end_time
    assert span.parent is None


def test_a_failure(tracing, c, key):
    spans = tracing()
    with pytest.raises(aerospike_py.RecordNotFound):
        c.get(key)
    span = one(spans)
    assert span.status.status_code is StatusCode.ERROR
    assert span.status.description
    assert (span.attributes["error.type"], span.attributes["db.response.status_code"]) == ("KeyNotFoundError", "2")


def test_every_kind_of_call_has_a_span(tracing, c, key, set_name):
    spans = tracing()
    c.batch_read([key])
    c.query("test", set_name).results()
    c.truncate("test", set_name)
    c.info_all("build")
    c.ping()
    with pytest.raises(aerospike_py.AerospikeError):
        c.apply(key, "nothing", "here")
    with pytest.raises(aerospike_py.AerospikeError):
        c.admin_query_users_info()
    c.index_integer_create("test", set_name, "n", f"index_{set_name}")
    c.index_remove("test", f"index_{set_name}")
    assert [span.name for span in spans.get_finished_spans()] == [
        f"BATCH_READ test.{set_name}",
        f"QUERY test.{set_name}",
        f"TRUNCATE test.{set_name}",
        "INFO_ALL",
        "PING",
        f"APPLY test.{set_name}",
        "ADMIN_QUERY_USERS_INFO",
        f"INDEX_CREATE test.{set_name}",
        "INDEX_REMOVE test",
    ]


def test_the_node_that_was_asked(tracing, mode, make_client):
    with DevServer(nodes=3, cluster_name="trio") as server, make_client(mode, server, cluster_name="trio") as c:
        spans = tracing()
        for number in range(30):
            c.exists(("test", "where", number))
        seen = {(span.attributes["server.address"], span.attributes["server.port"]) for span in spans.get_finished_spans()}
        assert seen == set(server.hosts)
        assert {span.attributes["db.aerospike.cluster_name"] for span in spans.get_finished_spans()} == {"trio"}
        spans.clear()
        c.batch_read([("test", "where", number) for number in range(30)])
        assert "server.address" not in one(spans).attributes


def test_retries_are_events(tracing, mode, make_client):
    with DevServer() as server, make_client(mode, server) as c:
        spans = tracing()
        with server.inject(op="read", drop="before"), pytest.raises(aerospike_py.AerospikeError):
            c.exists(("test", "retry", 1), policy={"max_retries": 2, "total_timeout": 5000})
        events = one(spans).events
        assert [event.name for event in events] == ["retry"] * 2
        assert [event.attributes["db.aerospike.attempt"] for event in events] == [1, 2]
        assert all(event.attributes["exception.message"] for event in events)


def test_retries_at_several_nodes_are_events_in_their_order(tracing, mode, make_client):
    with DevServer(nodes=2, replication_factor=2) as server, make_client(mode, server) as c:
        spans = tracing()
        with server.inject(op="read", drop="before"), pytest.raises(aerospike_py.AerospikeError):
            c.exists(("test", "retry", 1), policy={"max_retries": 4, "total_timeout": 5000})
        events = one(spans).events
        assert [event.attributes["db.aerospike.attempt"] for event in events] == [1, 2, 3, 4]
        nodes = [next(port for _, port in server.hosts if str(port) in event.attributes["exception.message"]) for event in events[:2]]
        assert nodes[0] != nodes[1]


def test_it_is_a_child_of_the_span_that_is_current_at_the_call(tracing, connect, key, mode):
    client = connect()
    spans = tracing()
    if mode == "sync":
        with spans.tracer.start_as_current_span("outer"):
            client.put(key, {"n": 1})
        inner, outer = spans.get_finished_spans()
        assert inner.parent.span_id == outer.context.span_id
        return

    async def call(name):
        with spans.tracer.start_as_current_span(name):
            pending = client.client.put(key, {"n": 1})
        # Awaited elsewhere: the call was made there.
        with spans.tracer.start_as_current_span("elsewhere"):
            await pending

    async def main():
        await asyncio.gather(call("one"), call("two"))

    asyncio.run(main())
    by_name = {span.name: span for span in spans.get_finished_spans()}
    parents = {span.parent.span_id for span in spans.get_finished_spans() if span.name.startswith("PUT")}
    assert parents == {by_name["one"].context.span_id, by_name["two"].context.span_id}


def test_a_cancelled_call_has_its_span_when_the_answer_is_there(tracing):
    async def main(server):
        async with aerospike_py.async_client({"hosts": server.hosts}) as client:
            spans = tracing()
            with server.inject(op="write", delay=500):
                task = asyncio.ensure_future(client.put(("test", "cancel", 1), {"n": 1}))
                await asyncio.sleep(0.01)
                task.cancel()
                with pytest.raises(asyncio.CancelledError):
                    await task
                assert spans.get_finished_spans() == ()
            while not spans.get_finished_spans():
                await asyncio.sleep(0.01)
            span = one(spans)
            assert span.status.status_code is StatusCode.UNSET
            assert span.end_time - span.start_time >= 490_000_000

    with DevServer() as server:
        asyncio.run(main(server))


def test_a_call_whose_loop_is_closed_ends_too(tracing):
    with DevServer() as server:
        client = aerospike_py.async_client({"hosts": server.hosts})
        loop = asyncio.new_event_loop()
        loop.run_until_complete(client.connect())
        spans = tracing()

        async def begin():
            client.put(("test", "closed", 1), {"n": 1}).close()

        with server.inject(op="write", delay=500):
            loop.run_until_complete(begin())
            loop.close()
            asyncio.run(client.close())
        del loop
        import gc

        gc.collect()
        assert one(spans).attributes["error.type"] == "Lost"


def test_what_is_not_sampled_costs_no_attributes(tracing, c, key):
    class Noting(Sampler):
        def __init__(self):
            self.seen = []

        def should_sample(self, _parent, _trace_id, name, _kind=None, attributes=None, *_rest):
            self.seen.append((name, dict(attributes)))
            return SamplingResult(Decision.DROP)

        def get_description(self):
            return "noting"

    sampler = Noting()
    spans = tracing(sampler=sampler)
    c.put(key, {"n": 1})
    assert spans.get_finished_spans() == ()
    ((name, attributes),) = sampler.seen
    assert name == f"PUT test.{key[1]}"
    # What is known beforehand; the server's address is found out for those that are recorded only.
    assert set(attributes) == {"db.system.name", "db.namespace", "db.collection.name", "db.operation.name"}


def test_no_spans_without_a_sample(tracing, c, key):
    spans = tracing(sampler=ALWAYS_OFF)
    c.put(key, {"n": 1})
    assert spans.get_finished_spans() == ()


class Failing(SpanExporter):
    def export(self, _spans):
        raise OSError("the collector is away")

    def shutdown(self):
        pass


class Refusing(SpanExporter):
    def export(self, _spans):
        return SpanExportResult.FAILURE

    def shutdown(self):
        pass


@pytest.mark.parametrize("exporter", [Failing, Refusing])
def test_an_exporter_that_fails_fails_no_call(tracing, c, key, exporter, caplog):
    tracing(exporter())
    c.put(key, {"n": 1})
    assert c.get(key).bins == {"n": 1}


def test_a_tracer_that_fails_fails_no_call(tracing, c, key, monkeypatch, caplog):
    tracing()

    def fail(*_args, **_options):
        raise RuntimeError("no span today")

    monkeypatch.setattr(_tracing, "_start_span", fail)
    c.put(key, {"n": 1})
    assert "A span could not be begun" in caplog.text


def test_off_again(tracing, c, key):
    spans = tracing()
    _tracing.use(None)
    c.put(key, {"n": 1})
    assert spans.get_finished_spans() == ()


# init_tracing --------------------------------------------------------------------------------------------------------------------------

PRELUDE = """
import sys
import aerospike_py
from opentelemetry import trace
client = aerospike_py.client({"hosts": [("127.0.0.1", int(sys.argv[1]))]}).connect()
"""


@pytest.fixture
def script(run_python, hosts):
    def run(code, **environment):
        done = run_python(PRELUDE + code, str(hosts[0][1]), env={"PATH": "", **environment})
        assert (done.returncode, done.stderr) == (0, "")
        return done.stdout

    return run


def test_the_applications_provider_is_used_and_stays(script):
    script("""
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
provider, spans = TracerProvider(), InMemorySpanExporter()
provider.add_span_processor(SimpleSpanProcessor(spans))
trace.set_tracer_provider(provider)
client.exists(("test", "init", 1))
aerospike_py.init_tracing()
aerospike_py.init_tracing()
assert trace.get_tracer_provider() is provider
client.exists(("test", "init", 1))
aerospike_py.shutdown_tracing()
aerospike_py.shutdown_tracing()
client.exists(("test", "init", 1))
assert [span.name for span in spans.get_finished_spans()] == ["EXISTS test.init"]
with provider.get_tracer("app").start_as_current_span("goes on"):
    pass
assert len(spans.get_finished_spans()) == 2
""")


def test_without_one_spans_go_where_the_environment_says(script):
    out = script(
        """
aerospike_py.init_tracing()
assert isinstance(trace.get_tracer_provider(), trace.ProxyTracerProvider)
client.exists(("test", "init", 1))
aerospike_py.shutdown_tracing()
""",
        OTEL_TRACES_EXPORTER="console",
    )
    assert '"name": "EXISTS test.init"' in out
    assert '"service.name": "aerospike-py"' in out


@pytest.mark.parametrize(
    "environment", [{"OTEL_SDK_DISABLED": "true", "OTEL_TRACES_EXPORTER": "console"}, {"OTEL_TRACES_EXPORTER": "none"}]
)
def test_where_the_environment_wants_none_there_is_none(script, environment):
    out = script(
        """
aerospike_py.init_tracing()
client.exists(("test", "init", 1))
aerospike_py.shutdown_tracing()
""",
        **environment,
    )
    assert out == ""


def test_an_exporter_that_is_not_known(script):
    out = script(
        """
try:
    aerospike_py.init_tracing()
except aerospike_py.InvalidArgError as error:
    print(error)
""",
        OTEL_TRACES_EXPORTER="zipkin",
    )
    assert "zipkin" in out


def test_without_opentelemetry_the_error_names_the_extra(run_python):
    done = run_python("""
import sys
sys.modules["opentelemetry"] = None
import aerospike_py
aerospike_py.shutdown_tracing()
for init in (aerospike_py.init_tracing, aerospike_py.init_metrics):
    try:
        init()
    except ImportError as error:
        assert "aerospike-py[otel]" in str(error), error
    else:
        raise AssertionError
""")
    assert (done.returncode, done.stderr) == (0, "")


def test_the_current_span_is_left_alone(tracing, c, key):
    tracing()
    before = trace.get_current_span()
    c.put(key, {"n": 1})
    assert trace.get_current_span() is before
