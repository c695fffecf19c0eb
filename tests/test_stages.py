"""The interpreter ends at one stage or another of a client's life. `make stress` tries all of them, many times."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import stages


def test_the_interpreter_ends_at_every_stage(hosts):
    """Half of them in one way, half in the other."""
    here = list(stages.every(["here"]))[::2]
    meanwhile = list(stages.every(["meanwhile"]))[1::2]
    assert len(here) + len(meanwhile) >= 23
    with ThreadPoolExecutor(2) as pool:
        for ended in [pool.submit(stages.end, hosts[0][1], *case) for case in here + meanwhile]:
            ended.result()
