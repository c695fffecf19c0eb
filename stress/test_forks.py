"""Forks by the thousand, at every moment."""

from __future__ import annotations

import json

import pytest
from hostile import python
from test_fork import PRELUDE

STORM = """
import json
from flat import Pauses

rounds, kind = int(sys.argv[2]), sys.argv[3]
client = aerospike_py.async_client(CONFIG) if kind == "async" else connected()
stop = False
failures = []
done = [0, 0, 0]

def submit(number):
    try:
        if kind == "async":
            async def forever():
                while not stop:
                    await works_async(client, 1000 * number)
                    done[number] += 100
            asyncio.run(forever())
        else:
            while not stop:
                works(client, 1000 * number)
                done[number] += 40
    except BaseException as error:
        failures.append(error)

if kind == "async":
    asyncio.run(client.connect())
threads = [threading.Thread(target=submit, args=(n,)) for n in range(3)]
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
with Pauses(lambda: sum(done)) as pauses:
    for _ in range(rounds):
        for each in [fork(child) for _ in range(4)]:
            joined(each)
stop = True
for thread in threads:
    thread.join()
assert failures == [], failures
# A loop's port, and what the pool may open.
assert descriptors("socket:", "[event", "pipe:") <= before + 300
print(json.dumps({"requests": sum(done), "pause": pauses.worst}))
"""


@pytest.mark.parametrize("kind", ["sync", "async"])
def test_a_storm_of_forks_while_threads_work(hosts, scaled, report, kind):
    """Every child works with its parent's client, some of their children do, and the parent never stops."""
    options = ("-W", "error", "-W", "ignore:This process:DeprecationWarning")
    rounds = scaled(250)
    told = json.loads(python(PRELUDE + STORM, hosts[0][1], rounds, kind, options=options, timeout=1800))
    report(**told, faults=rounds * 4, lost=0, note="forks")
