"""A FastAPI application whose users are in Aerospike, with metrics, spans and log records.

    pip install "aerospike-py[otel]" fastapi uvicorn
    aerospike-py serve &                       # or AEROSPIKE_HOSTS=host:3000
    AEROSPIKE_HOSTS=127.0.0.1:3000 uvicorn app:app

    curl -X PUT localhost:8000/users/alice -H 'content-type: application/json' -d '{"age": 33}'
    curl localhost:8000/users/alice
    curl localhost:8000/metrics

Spans go where the OTEL_* variables say; OTEL_TRACES_EXPORTER=console prints them.
"""

from __future__ import annotations

import logging
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

from fastapi import FastAPI, HTTPException, Request, Response
from pydantic import BaseModel

import aerospike_py
from aerospike_py.types import WritePolicy

logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")


class User(BaseModel):
    """What is known of a user."""

    age: int
    visits: int = 0


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncGenerator[None]:
    """Connect with the application, and close with it."""
    aerospike_py.set_log_level(aerospike_py.LOG_LEVEL_INFO)
    aerospike_py.init_tracing()
    async with aerospike_py.async_client({"slow_ms": 100}) as client:
        app.state.client = client
        yield
    aerospike_py.shutdown_tracing()


app = FastAPI(lifespan=lifespan)


def _key(name: str) -> tuple[str, str, str]:
    return ("test", "users", name)


@app.exception_handler(aerospike_py.RecordNotFound)
async def not_found(_request: Request, _error: Exception) -> Response:
    """A record that is not there is a page that is not there."""
    return Response(status_code=404)


@app.put("/users/{name}", status_code=204)
async def put_user(name: str, user: User, request: Request) -> None:
    """Write a user."""
    await request.app.state.client.put(_key(name), user.model_dump())


@app.get("/users/{name}")
async def get_user(name: str, request: Request) -> dict[str, Any]:
    """Read a user, and count the visit."""
    client: aerospike_py.AsyncClient = request.app.state.client
    # An increment alone would make a user that does not exist.
    must_exist: WritePolicy = {"exists": aerospike_py.POLICY_EXISTS_UPDATE}
    await client.increment(_key(name), "visits", 1, policy=must_exist)
    return (await client.get(_key(name))).bins


@app.get("/metrics")
async def metrics() -> Response:
    """What Prometheus reads."""
    return Response(aerospike_py.get_metrics(), media_type="text/plain; version=0.0.4")


@app.get("/health")
async def health(request: Request) -> dict[str, Any]:
    """Whether a node answers, and whether requests pile up."""
    client: aerospike_py.AsyncClient = request.app.state.client
    if not await client.ping():
        raise HTTPException(503, "no node answers")
    return {"waiting": sum(node.waiting for node in client.stats().nodes)}
