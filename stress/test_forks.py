"""Forks by the hundred, at every moment."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))

from hostile import python
from test_fork import PRELUDE

STORM = """
rounds, kind = int(sys.argv[2]), sys.argv[3]
client = aerospike_py.async_client(CONFIG) if kind == "async" else connected()
stop = False
failures = []

def submit(offset):
    try:
        if kind == "async":
            async def forever():
                while not stop:
                    await works_async(client, offset)
            asyncio.run(forever())
        else:
            while not stop:
                works(client, offset)
    except BaseException as error:
        failures.append(error)

if kind == "async":
    asyncio.run(client.connect())
threads = [threading.Thread(target=submit, args=(1000 * n,)) for n in range(1, 4)]
for thread in threads:
    thread.start()

def child():
    if kind == "async":
        asyncio.run(works_async(client, 100_000))
    else:
        works(client, 100_000)
    if os.getpid() % 3 == 0:
        in_child(child_of_child)

def child_of_child():
    if kind == "async":
        asyncio.run(works_async(client, 200_000))
    else:
        works(client, 200_000)

before = descriptors("socket:", "[event", "pipe:")
for _ in range(rounds):
    for each in [fork(child) for _ in range(4)]:
        joined(each)
stop = True
for thread in threads:
    thread.join()
assert failures == [], failures
assert descriptors("socket:", "[event", "pipe:") <= before + 300
print("survived")
"""


@pytest.mark.parametrize("kind", ["sync", "async"])
def test_a_storm_of_forks_while_threads_work(hosts, scaled, kind):
    options = ("-W", "error", "-W", "ignore:This process:DeprecationWarning")
    assert python(PRELUDE + STORM, hosts[0][1], scaled(250), kind, options=options, timeout=1800) == "survived\n"
