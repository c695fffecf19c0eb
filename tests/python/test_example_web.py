"""The web application of examples/, asked through its interface."""

from __future__ import annotations

import json

import pytest

from aerospike_py.devserver import DevServer

SCRIPT = """
import asyncio, json, sys
sys.path.insert(0, sys.argv[1])
import httpx
from app import app, lifespan

async def main():
    async with lifespan(app):
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://app") as web:
            answers = [
                await web.put("/users/alice", json={"age": 33}),
                await web.get("/users/alice"),
                await web.get("/users/alice"),
                await web.get("/users/bob"),
                await web.get("/health"),
            ]
            metrics = await web.get("/metrics")
    print("answers:")
    print(json.dumps([[answer.status_code, answer.text] for answer in answers]))
    print(metrics.headers["content-type"])
    print(metrics.text)

asyncio.run(main())
"""


@pytest.fixture(scope="module")
def web(request):
    pytest.importorskip("fastapi")
    return request.config.rootpath / "examples" / "web"


def test_users_metrics_spans_and_logs(run_python, web):
    with DevServer() as server:
        host, port = server.hosts[0]
        environment = {"AEROSPIKE_HOSTS": f"{host}:{port}", "OTEL_TRACES_EXPORTER": "console", "PATH": ""}
        done = run_python(SCRIPT, str(web), env=environment)
    assert done.returncode == 0, done.stderr
    spans, _, text = done.stdout.partition("answers:\n")
    answers, kind, *metrics = text.splitlines()
    assert json.loads(answers) == [
        [204, ""],
        [200, '{"age":33,"visits":1}'],
        [200, '{"age":33,"visits":2}'],
        [404, ""],
        [200, '{"waiting":0}'],
    ]
    assert kind.startswith("text/plain; version=0.0.4")
    labels = 'db_system_name="aerospike",db_namespace="test",db_collection_name="users",db_operation_name="increment"'
    name = "db_client_operation_duration_seconds_count"
    assert f'{name}{{{labels},error_type=""}} 2' in metrics
    assert f'{name}{{{labels},error_type="KeyNotFoundError"}} 1' in metrics
    assert spans.count('"name": "INCREMENT test.users"') == 3
    assert "INFO aerospike_py.cluster connected to 1 nodes" in done.stderr
